// The gradient variance of the pair field of a rotated coupling under that coupling, with constant noise: the whole
// integral over t, from the coupling and the field. The label is the value, which tests/bench/run compares with the
// peers'.
#include <benchmark/benchmark.h>

#include "problem.hpp"

namespace straightedge::bench {
namespace {

template <class T>
void gradient_variance_of_own_coupling(benchmark::State& state, int digits) {
  const Eigen::Index d = state.range(0);
  const Coupling<T> coupling = rotated_coupling(target<T>(d), quarter_turns<T>(d));
  const PairField<T> field = pair_field(coupling);
  const NoiseSchedule<T> schedule = noise<T>();
  T variance(0);
  for (auto _ : state) {
    variance = gradient_variance(coupling, schedule, field);
    benchmark::DoNotOptimize(variance);
  }
  state.SetLabel(to_decimal(variance, digits));
}

BENCHMARK_CAPTURE(gradient_variance_of_own_coupling<Real50>, gradient_variance_50, 50)
    ->Name("gradient_variance_50")
    ->Arg(2)
    ->Arg(8)
    ->Arg(32)
    ->Unit(benchmark::kSecond);
BENCHMARK_CAPTURE(gradient_variance_of_own_coupling<double>, gradient_variance_double, 17)
    ->Name("gradient_variance_double")
    ->Arg(2)
    ->Arg(8)
    ->Arg(32)
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace straightedge::bench
