#include <linalg/system_rows.hpp>
#include <pair_velocity/arithmetic.hpp>
#include <pair_velocity/kernels.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

/// S: what holds the rows first, first + 1, ... in its lanes. Beyond the last row the last one is repeated.
template <class T, class S, class Size>
class RowsOfLines {
 public:
  static constexpr std::int64_t width = LanesOf<S>::width;

  RowsOfLines(const PairVelocityArguments<T>& arguments, Size n)
      : in_(arguments), n_(n), matrix_(size(n_ * n_)), swaps_(size(n_)), y_(size(n_)) {}

  void run(std::int64_t first, LowestRow& singular) {
    const std::int64_t rows = in_.groups * in_.batch;
    const auto row = [&](std::int64_t i) { return std::min(first + i, rows - 1); };
    const std::int64_t group = first / in_.batch;
    const T* th = in_.th + group * n_;
    const T* Th = in_.Th + group * n_ * n_;
    if (row(width - 1) / in_.batch == group) {
      run(
          first, row, [&](std::int64_t i) { return load(th[i]); },
          [&](std::int64_t i, std::int64_t j) { return load(Th[i * n_ + j]); }, singular);
      return;
    }
    run(
        first, row,
        [&](std::int64_t i) {
          return gather<S>([&](std::int64_t lane) { return load(in_.th[row(lane) / in_.batch * n_ + i]); });
        },
        [&](std::int64_t i, std::int64_t j) {
          return gather<S>([&](std::int64_t lane) { return load(in_.Th[(row(lane) / in_.batch * n_ + i) * n_ + j]); });
        },
        singular);
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  template <class Row, class Vector, class Matrix>
  void run(std::int64_t first, const Row& row, const Vector& th, const Matrix& Th, LowestRow& singular) {
    const std::int64_t rows = in_.groups * in_.batch;
    const S t = gather<S>([&](std::int64_t lane) { return load(in_.t[row(lane)]); });
    singular.name_others(factor_lines(t, Th, matrix_.data(), swaps_.data(), n_), first, width, rows);
    S* y = y_.data();
    for (std::int64_t i = 0; i < n_; ++i) {
      y[i] = gather<S>([&](std::int64_t lane) { return load(in_.x[row(lane) * n_ + i]); }) - t * th(i);
    }
    solve_lu(matrix_.data(), swaps_.data(), y, n_);
    for (std::int64_t i = 0; i < n_; ++i) {
      const S v = velocity_of_line(th, Th, y, i, n_);
      for (std::int64_t lane = 0; lane < std::min(width, rows - first); ++lane) {
        in_.v[(first + lane) * n_ + i] = store<T>(lane_of(v, lane));
      }
    }
  }

  const PairVelocityArguments<T>& in_;
  Size n_;
  std::vector<S> matrix_;
  std::vector<S> swaps_;
  std::vector<S> y_;
};

}  // namespace

template <class T>
void pair_velocity_cpu(const PairVelocityArguments<T>& arguments) {
  const std::int64_t rows = arguments.groups * arguments.batch;
  LowestRow singular;
  with_element_and_size<Arithmetic<T>>(arguments.dimension, [&](auto element, auto n) {
    using Rows = RowsOfLines<T, decltype(element), decltype(n)>;
    const std::int64_t blocks = (rows + Rows::width - 1) / Rows::width;
    at::parallel_for(0, blocks, blocks_a_thread(n, Rows::width), [&](std::int64_t begin, std::int64_t end) {
      Rows lines(arguments, n);
      for (std::int64_t block = begin; block < end; ++block) {
        lines.run(block * Rows::width, singular);
      }
    });
  });
  *arguments.singular = std::min(*arguments.singular, singular.row());
}

template void pair_velocity_cpu(const PairVelocityArguments<double>& arguments);
template void pair_velocity_cpu(const PairVelocityArguments<float>& arguments);
template void pair_velocity_cpu(const PairVelocityArguments<Bf16>& arguments);

}  // namespace straightedge::ops
