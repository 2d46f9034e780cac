// The gradient variance of the pair field of a rotated coupling under that coupling, with constant noise: the whole
// integral over t, from the coupling and the field. The label is the value, which tests/bench/run compares with the
// peers'.
#include <benchmark/benchmark.h>

#include <type_traits>

#include "problem.hpp"

namespace straightedge::bench {
namespace {

template <class T>
void gradient_variance_under_own_coupling(benchmark::State& state) {
  const Eigen::Index d = state.range(0);
  const Coupling<T> coupling = rotated_coupling(target<T>(d), quarter_turns<T>(d));
  const PairField<T> field = pair_field(coupling);
  const NoiseSchedule<T> schedule = noise<T>();
  for (auto _ : state) {
    benchmark::DoNotOptimize(gradient_variance(coupling, schedule, field));
  }
  // Not the loop's value: Google Benchmark 1.7's DoNotOptimize may overwrite what it is given.
  const T variance = gradient_variance(coupling, schedule, field);
  state.SetLabel(to_decimal(variance, std::is_same_v<T, double> ? 17 : 50));
}

BENCHMARK_TEMPLATE(gradient_variance_under_own_coupling, Real50)
    ->Name("gradient_variance_50")
    ->Arg(2)
    ->Arg(8)
    ->Arg(32)
    ->Unit(benchmark::kSecond);
BENCHMARK_TEMPLATE(gradient_variance_under_own_coupling, double)
    ->Name("gradient_variance_double")
    ->Arg(2)
    ->Arg(8)
    ->Arg(32)
    ->Unit(benchmark::kSecond);

}  // namespace
}  // namespace straightedge::bench
