#include <linalg/system_rows.hpp>
#include <minimiser_velocity/arithmetic.hpp>
#include <minimiser_velocity/kernels.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

/// S: what holds the rows first, first + 1, ... in its lanes. Beyond the last row the last one is repeated.
template <class T, class S, class Size>
class RowsOfMixture {
 public:
  static constexpr std::int64_t width = LanesOf<S>::width;

  RowsOfMixture(const MinimiserVelocityArguments<T>& arguments, Size n)
      : in_(arguments),
        n_(n),
        matrix_(size(n * n)),
        x_(size(n)),
        y_(size(n)),
        u_(size(in_.components * n)),
        levels_(size(in_.components)) {}

  void run(std::int64_t first, LowestRow& singular) {
    const auto row = [&](std::int64_t i) { return std::min(first + i, in_.batch - 1); };
    const auto time = [&](std::int64_t i) { return static_cast<double>(load(in_.t[row(i)])); };
    const MixtureTime<S> factors{gather<S>(time),
                                 gather<S>([&](std::int64_t i) { return in_.schedule.squared(time(i)); }),
                                 gather<S>([&](std::int64_t i) { return in_.schedule.target_cross(time(i)); })};
    for (std::int64_t i = 0; i < n_; ++i) {
      x_[size(i)] = gather<S>([&](std::int64_t lane) { return load(in_.x[row(lane) * n_ + i]); });
    }
    for (std::int64_t k = 0; k < in_.components; ++k) {
      const T* mu = in_.mu + k * n_;
      const T* M = in_.M + k * n_ * n_;
      const T* C = in_.C + k * n_ * n_;
      const auto is_regular = velocity_of_component(
          factors, logarithm(load(in_.pi[k])), [&](std::int64_t i) { return load(mu[i]); },
          [&](std::int64_t i, std::int64_t j) { return load(M[i * n_ + j]); },
          [&](std::int64_t i, std::int64_t j) { return load(C[i * n_ + j]); },
          [&](std::int64_t i) { return x_[size(i)]; }, matrix_.data(), y_.data(), u_.data() + k * n_, levels_[size(k)],
          n_);
      singular.name_others(is_regular, first, width, in_.batch);
    }
    const S sum = weights_of_levels(levels_.data(), in_.components);
    for (S& weight : levels_) {
      weight = weight / sum;
    }
    for (std::int64_t i = 0; i < n_; ++i) {
      S v = S(0);
      for (std::int64_t k = 0; k < in_.components; ++k) {
        v = v + levels_[size(k)] * u_[size(k * n_ + i)];
      }
      for (std::int64_t lane = 0; lane < std::min(width, in_.batch - first); ++lane) {
        in_.v[(first + lane) * n_ + i] = store<T>(lane_of(v, lane));
      }
    }
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  const MinimiserVelocityArguments<T>& in_;
  Size n_;
  std::vector<S> matrix_;
  std::vector<S> x_;
  std::vector<S> y_;
  std::vector<S> u_;  ///< [K, d]
  std::vector<S> levels_;
};

}  // namespace

template <class T>
void minimiser_velocity_cpu(const MinimiserVelocityArguments<T>& arguments) {
  LowestRow singular;
  with_element_and_size<Arithmetic<T>>(arguments.dimension, [&](auto element, auto n) {
    using Rows = RowsOfMixture<T, decltype(element), decltype(n)>;
    const std::int64_t blocks = (arguments.batch + Rows::width - 1) / Rows::width;
    const std::int64_t grain = std::max<std::int64_t>(1, blocks_a_thread(n, Rows::width) / arguments.components);
    at::parallel_for(0, blocks, grain, [&](std::int64_t begin, std::int64_t end) {
      Rows mixture(arguments, n);
      for (std::int64_t block = begin; block < end; ++block) {
        mixture.run(block * Rows::width, singular);
      }
    });
  });
  *arguments.singular = std::min(*arguments.singular, singular.row());
}

template void minimiser_velocity_cpu(const MinimiserVelocityArguments<double>& arguments);
template void minimiser_velocity_cpu(const MinimiserVelocityArguments<float>& arguments);
template void minimiser_velocity_cpu(const MinimiserVelocityArguments<Bf16>& arguments);

}  // namespace straightedge::ops
