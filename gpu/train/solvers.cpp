#include <train/solvers.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::train {
namespace {

at::Tensor times(const at::Tensor& x, double t) {
  return at::full({x.size(0)}, t, x.options());
}

at::Tensor flow_by_heun(const Velocity& velocity, const at::Tensor& x0, std::int64_t steps) {
  at::Tensor x = x0.clone();
  const double h = 1.0 / static_cast<double>(steps);
  for (std::int64_t k = 0; k < steps; ++k) {
    const at::Tensor begin = velocity(x, times(x, static_cast<double>(k) * h));
    const double next = k + 1 == steps ? 1.0 : static_cast<double>(k + 1) * h;
    x = x + (0.5 * h) * (begin + velocity(x + h * begin, times(x, next)));
  }
  return x;
}

/// Dormand and Prince's pair, J. Comput. Appl. Math. 6 (1980), table 2. The last stage is at the end of the step, by
/// the weights of order 5.
constexpr std::size_t stages = 7;
using Weights = std::array<double, stages>;
constexpr Weights nodes{0.0, 1.0 / 5, 3.0 / 10, 4.0 / 5, 8.0 / 9, 1.0, 1.0};
constexpr std::array<Weights, stages> coefficients{{
    {},
    {1.0 / 5},
    {3.0 / 40, 9.0 / 40},
    {44.0 / 45, -56.0 / 15, 32.0 / 9},
    {19372.0 / 6561, -25360.0 / 2187, 64448.0 / 6561, -212.0 / 729},
    {9017.0 / 3168, -355.0 / 33, 46732.0 / 5247, 49.0 / 176, -5103.0 / 18656},
    {35.0 / 384, 0.0, 500.0 / 1113, 125.0 / 192, -2187.0 / 6784, 11.0 / 84},
}};
/// Of order 5 less those of order 4.
constexpr Weights error_weights{71.0 / 57600,      0.0,        -71.0 / 16695, 71.0 / 1920,
                                -17253.0 / 339200, 22.0 / 525, -1.0 / 40};

/// How long the next step is, by the errors of this one and of the last accepted one: Gustafsson's PI control, with the
/// constants of Hairer's DOPRI5.
class StepControl {
 public:
  /// h times this, after an accepted step.
  double after_accepted(double error) {
    const double most = std::exchange(was_rejected_, false) ? 1.0 : 5.0;
    const double factor = safety * std::pow(std::max(error, 1e-10), -exponent) * std::pow(last_error_, beta);
    last_error_ = std::max(error, 1e-4);
    return std::clamp(factor, least, most);
  }

  /// The same after one whose error was more than 1, or not finite.
  double after_rejected(double error) {
    was_rejected_ = true;
    return std::isfinite(error) ? std::clamp(safety * std::pow(error, -exponent), least, safety) : least;
  }

 private:
  static constexpr double beta = 0.04;
  static constexpr double exponent = 0.2 - 0.75 * beta;
  static constexpr double safety = 0.9;
  static constexpr double least = 0.2;
  double last_error_ = 1e-4;
  bool was_rejected_ = false;
};

[[noreturn]] void fail_at(double t, const std::string& what) {
  std::ostringstream place;
  place << "the flow cannot be followed beyond t = " << t << ": ";
  throw Error(place.str() + what);
}

class AdaptiveFlow {
 public:
  AdaptiveFlow(const Velocity& velocity, const at::Tensor& x0, double tolerance)
      : velocity_(velocity), tolerance_(tolerance), x_(x0.clone()) {}

  Solution solve() {
    // Long enough for a smooth field, and never so long that what the field does on the way goes unseen.
    constexpr double first_step = 0.1;
    constexpr double longest_step = 0.25;
    // Below, two times of one step may be the same number.
    const double shortest_step = x_.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                                 : std::numeric_limits<float>::epsilon();
    slopes_[0] = evaluate(x_, 0.0);
    StepControl control;
    double h = first_step;
    for (double t = 0.0; t < 1.0;) {
      const bool is_last = t + 1.01 * h >= 1.0;  // rather than leave a step that is all roundings
      h = is_last ? 1.0 - t : h;
      if (h < shortest_step && !is_last) {
        fail_at(t, is_finite_ ? "no step is short enough for the tolerance; a larger one may do"
                              : "its velocity there is infinite or NaN");
      }
      const double end = is_last ? 1.0 : t + h;
      const double error = try_step(t, h, end);
      is_finite_ = std::isfinite(error);
      if (error <= 1.0) {
        x_ = next_;
        slopes_[0] = slopes_[stages - 1];
        t = end;
        h *= control.after_accepted(error);
        h = std::min(h, longest_step);
      } else {
        h *= control.after_rejected(error);
      }
    }
    return {x_, evaluations_};
  }

 private:
  at::Tensor evaluate(const at::Tensor& x, double t) {
    ++evaluations_;
    return velocity_(x, times(x, t));
  }

  // The error of a step, in units of what is allowed.
  double try_step(double t, double h, double end) {
    for (std::size_t stage = 1; stage < stages; ++stage) {
      next_ = x_.clone();
      add_slopes(next_, h, coefficients[stage], stage);
      slopes_[stage] = evaluate(next_, nodes[stage] == 1.0 ? end : t + nodes[stage] * h);
    }
    at::Tensor error = at::zeros_like(x_);
    add_slopes(error, h, error_weights, stages);
    const at::Tensor allowed = tolerance_ * (1.0 + at::maximum(x_.abs(), next_.abs()));
    return (error / allowed).square().mean(1).sqrt().max().item<double>();
  }

  void add_slopes(at::Tensor& to, double h, const Weights& weights, std::size_t count) const {
    for (std::size_t j = 0; j < count; ++j) {
      if (weights[j] != 0.0) {
        to.add_(slopes_[j], h * weights[j]);
      }
    }
  }

  const Velocity& velocity_;
  double tolerance_;
  std::array<at::Tensor, stages> slopes_;
  at::Tensor x_;
  at::Tensor next_;
  bool is_finite_ = true;
  std::int64_t evaluations_ = 0;
};

Solution solve_by(const Velocity& velocity, const at::Tensor& x0, const Solver& solver) {
  if (solver.method == "adaptive") {
    if (!(solver.tolerance > 0.0)) {
      throw InputError("the tolerance of an adaptive solver must be more than 0");
    }
    return AdaptiveFlow(velocity, x0, solver.tolerance).solve();
  }
  if (solver.steps < 1) {
    throw InputError("a solver of fixed steps must take at least 1");
  }
  if (solver.method == "euler") {
    return {flow_by_euler(velocity, x0, solver.steps), *evaluations_of(solver)};
  }
  if (solver.method == "heun") {
    return {flow_by_heun(velocity, x0, solver.steps), *evaluations_of(solver)};
  }
  throw InputError("\"" + solver.method + "\" is no method of solving; there are euler, heun, adaptive");
}

}  // namespace

at::Tensor flow_by_euler(const Velocity& velocity, const at::Tensor& x0, std::int64_t steps) {
  at::Tensor x = x0.clone();
  const double h = 1.0 / static_cast<double>(steps);
  for (std::int64_t k = 0; k < steps; ++k) {
    x = x + h * velocity(x, times(x, static_cast<double>(k) * h));
  }
  return x;
}

std::optional<std::int64_t> evaluations_of(const Solver& solver) {
  if (solver.method == "adaptive") {
    return std::nullopt;
  }
  return solver.method == "heun" ? 2 * solver.steps : solver.steps;
}

Solution solve(const Velocity& velocity, const at::Tensor& x0, const Solver& solver) {
  Solution solution = solve_by(velocity, x0, solver);
  if (!at::isfinite(solution.x).all().item<bool>()) {
    throw Error("the flow ends at infinity or NaN by the method " + solver.method +
                ": its velocity is not finite, or grows too fast for the steps");
  }
  return solution;
}

}  // namespace straightedge::train
