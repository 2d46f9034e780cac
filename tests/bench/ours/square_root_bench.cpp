// M^{1/2} at 50 digits. The label is  sum_ij (1 + i + 2j) X_ij,  which tests/bench/run compares with the peers'.
#include <benchmark/benchmark.h>

#include "problem.hpp"

namespace straightedge::bench {
namespace {

void square_root_50(benchmark::State& state) {
  const Eigen::Index d = state.range(0);
  const Matrix<Real50> m = target<Real50>(d).covariance;
  for (auto _ : state) {
    const Matrix<Real50> root = square_root(m);
    benchmark::DoNotOptimize(root.data());
  }
  const Matrix<Real50> root = square_root(m);
  Real50 sum(0);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      sum += Real50(1 + i + 2 * j) * root(i, j);
    }
  }
  state.SetLabel(to_decimal(sum, 50));
}

BENCHMARK(square_root_50)->Arg(2)->Arg(8)->Arg(32)->Unit(benchmark::kSecond);

}  // namespace
}  // namespace straightedge::bench
