#include <algorithm>
#include <array>
#include <integrate/kernels.hpp>
#include <linalg/system_rows.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

// Of factors that are held at a time: 8 MB, or those of one step.
constexpr std::int64_t most_elements_of_factors = std::int64_t{1} << 20;

std::size_t size(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

/// A pack holds a sample in each lane; beyond the last sample the last one is repeated.
template <class T, class Size>
class Integration {
  using P = Pack<double>;

 public:
  Integration(const IntegrateArguments<T>& arguments, Size n)
      : in_(arguments),
        n_(n),
        times_a_step_(in_.grid.times_a_step()),
        element_count_(n * n + n),
        steps_held_(
            std::clamp<std::int64_t>(most_elements_of_factors / (times_a_step_ * element_count_), 1, in_.grid.steps)),
        blocks_((in_.batch + P::width - 1) / P::width),
        th_(size(n)),
        Th_(size(n * n)),
        factors_(size(steps_held_ * times_a_step_ * element_count_)),
        x_(size(blocks_ * n)) {
    std::transform(in_.th, in_.th + n_, th_.begin(), [](T stored) { return double(load(stored)); });
    std::transform(in_.Th, in_.Th + n_ * n_, Th_.begin(), [](T stored) { return double(load(stored)); });
  }

  void run() {
    each_block([this](std::int64_t block) {
      for (std::int64_t i = 0; i < n_; ++i) {
        x_[size(block * n_ + i)] = gather<P>(
            [&](std::int64_t lane) { return load(in_.x[std::min(block * P::width + lane, in_.batch - 1) * n_ + i]); });
      }
    });
    for (std::int64_t first = 0; first < in_.grid.steps; first += steps_held_) {
      const std::int64_t last = std::min(first + steps_held_, in_.grid.steps);
      factor(first, last);
      if (singular_.row() != no_row) {
        *in_.singular = std::min(*in_.singular, singular_.row());
        return;
      }
      advance(first, last);
    }
    each_block([this](std::int64_t block) {
      for (std::int64_t lane = 0; lane < std::min(P::width, in_.batch - block * P::width); ++lane) {
        for (std::int64_t i = 0; i < n_; ++i) {
          in_.x1[(block * P::width + lane) * n_ + i] = rounded<T>(lane_of(x_[size(block * n_ + i)], lane));
        }
      }
    });
  }

 private:
  /// Blocks that are worth a thread when each takes this many steps.
  [[nodiscard]] std::int64_t grain(std::int64_t steps) const {
    return std::max<std::int64_t>(1, 100'000 / (steps * P::width * (n_ * n_ + 10)));
  }

  template <class Work>
  void each_block(const Work& work) {
    at::parallel_for(0, blocks_, grain(1), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t block = begin; block < end; ++block) {
        work(block);
      }
    });
  }

  /// Of the times of steps first .. last - 1.
  void factor(std::int64_t first, std::int64_t last) {
    at::parallel_for(first * times_a_step_, last * times_a_step_, blocks_a_thread(n_, 1),
                     [&](std::int64_t begin, std::int64_t end) {
                       for (std::int64_t i = begin; i < end; ++i) {
                         double* matrix = factors_.data() + (i - first * times_a_step_) * element_count_;
                         const double t = in_.grid.time(i / times_a_step_, i % times_a_step_);
                         if (!factor_lines(
                                 t, [this](std::int64_t row, std::int64_t j) { return Th_[size(row * n_ + j)]; },
                                 matrix, matrix + n_ * n_, n_)) {
                           singular_.name(i);
                         }
                       }
                     });
  }

  void advance(std::int64_t first, std::int64_t last) {
    at::parallel_for(0, blocks_, grain(last - first), [&](std::int64_t begin, std::int64_t end) {
      std::vector<P> workspace(size(3 * n_));
      P* k = workspace.data();
      P* sum = k + n_;
      const PairFieldOfSample<P*, Size> field{th_.data(), Th_.data(), n_, sum + n_};
      for (std::int64_t block = begin; block < end; ++block) {
        for (std::int64_t step = first; step < last; ++step) {
          std::array<LinesAtTime, 3> lines{};
          for (std::int64_t i = 0; i < times_a_step_; ++i) {
            const double* factors = factors_.data() + ((step - first) * times_a_step_ + i) * element_count_;
            lines[size(i)] = {in_.grid.time(step, i), factors, factors + n_ * n_};
          }
          take_step(field, in_.grid.method, in_.grid.step_size(), lines.data(), x_.data() + block * n_, k, sum);
        }
      }
    });
  }

  const IntegrateArguments<T>& in_;
  Size n_;
  std::int64_t times_a_step_;
  std::int64_t element_count_;  ///< of the factors at a time, with the swaps
  std::int64_t steps_held_;
  std::int64_t blocks_;
  std::vector<double> th_;
  std::vector<double> Th_;
  std::vector<double> factors_;
  std::vector<P> x_;  ///< [blocks, d]
  LowestRow singular_;
};

}  // namespace

template <class T>
void integrate_cpu(const IntegrateArguments<T>& arguments) {
  if (arguments.batch > 0) {
    with_size(arguments.dimension, [&](auto n) { Integration<T, decltype(n)>(arguments, n).run(); });
  }
}

template void integrate_cpu(const IntegrateArguments<double>& arguments);
template void integrate_cpu(const IntegrateArguments<float>& arguments);
template void integrate_cpu(const IntegrateArguments<Bf16>& arguments);

}  // namespace straightedge::ops
