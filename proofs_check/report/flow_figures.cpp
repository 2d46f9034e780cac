#include <report/flow_figures.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numbers>
#include <straightedge/coupling.hpp>
#include <straightedge/field.hpp>
#include <straightedge/flow.hpp>
#include <straightedge/linalg.hpp>
#include <straightedge/reflow.hpp>

namespace straightedge::report {
namespace {

constexpr int kSources = 16;
constexpr double kRadius = 1.5;
constexpr int kTimes = 50;
constexpr double kNoise = 0.2;

Coupling<double> meeting_lines() {
  const Vector<double> shift = Vector<double>::Constant(2, 5.0);
  return affine_coupling<double>(shift, -Matrix<double>::Identity(2, 2));
}

std::string point(int line, const char* kind, double t, const Vector<double>& x) {
  return fmt::format("{},{},{:.3g},{:.6f},{:.6f}\n", line, kind, t, x(0), x(1));
}

}  // namespace

Figure crossing_lines() {
  const Coupling<double> coupling = meeting_lines();
  const NoiseSchedule<double> noise{NoiseKind::constant, kNoise, RegressionTarget::displacement};
  const VelocityFunction<double> minimiser = [&](const Vector<double>& x, const double& t) {
    return minimiser_velocity<double>(coupling, noise, x, t);
  };
  std::string table =
      "# x1 = 5 - x0 in both coordinates; `pair`: the straight line, `noisy`: the flow of the minimiser with f = 0.2\n"
      "line,kind,t,x,y\n";
  for (int line = 0; line < kSources; ++line) {
    const double angle = 2 * std::numbers::pi * line / kSources;
    Vector<double> source(2);
    source << kRadius * std::cos(angle), kRadius * std::sin(angle);
    const Vector<double> target = coupling.target.mean - source;
    table += point(line, "pair", 0, source) + point(line, "pair", 1, target) + "\n";
    Vector<double> x = source;
    for (int k = 0; k <= kTimes; ++k) {
      const double t = static_cast<double>(k) / kTimes;
      table += point(line, "noisy", t, x);
      x = k < kTimes ? integrate_flow<double>(minimiser, x, t, t + 1.0 / kTimes, 1e-9) : x;
    }
    table += "\n";
  }
  return {.name = "crossing-lines",
          .title = "All lines meet at t = 1/2, and are memorised all the same",
          .text =
              "Counter Example 1: T(x) = R x + 5 with R the rotation by 180 degrees. Without noise the field that "
              "follows these lines has loss 0 and gradient variance 0, and training has no reason to leave it "
              "(Proposition 2; figure 6 shows networks that reproduce such pairs). With constant noise f = 0.2 the one "
              "minimiser takes the same sources to x + 5, the optimal map.",
          .claims = {"prop-1", "prop-2", "counterexample-1", "figure-6"},
          .table = table,
          .height = 440,
          .narrow_height = 640};
}

Figure reflow_contraction() {
  const double degree = std::numbers::pi / 180;
  std::string table =
      "# Closed form: phi' = 2c / sqrt(c^2 + F) atan(k / sqrt(c^2 + F)), c = cos(phi/2), k = sin(phi/2)\n"
      "f,round,degrees\n";
  for (const double f : {0.05, 0.1, 0.2, 0.5}) {
    double angle = 120 * degree;
    double next = 1;
    for (int round = 0; angle > 0.5 * degree; ++round) {
      // Rounds that lie 4 % apart are enough for a curve on a logarithmic axis.
      if (round == 0 || round >= next) {
        table += fmt::format("{},{},{:.6f}\n", f, round, angle / degree);
        next = std::max(round + 1.0, 1.04 * round);
      }
      angle = noisy_reflow_angle<double>(angle, f * f);
    }
    table += "\n";
  }
  return {.name = "reflow-contraction",
          .title = "Noisy ReFlow contracts the rotation to the optimal map",
          .text =
              "The angle that is left after n rounds of noisy ReFlow from 120 degrees, M = I. Without noise ReFlow "
              "gives back the coupling that it was given, whatever its angle (Lemma 2): that would be the line at 120.",
          .claims = {"noisy-reflow-contracts", "lemma-2"},
          .table = table};
}

}  // namespace straightedge::report
