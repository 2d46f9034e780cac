#include "adaptive.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kNoRoot = "the square root of the covariance could not be certified";

/// The direction in degrees, in (-180, 180], of a rational point that is not the origin.
RealBall degrees_of(const ExactNumber& x, const ExactNumber& y) {
  RealBall ball_x;
  RealBall ball_y;
  arb_set_fmpq(ball_x.raw(), x.raw(), WorkingPrecision::bits());
  arb_set_fmpq(ball_y.raw(), y.raw(), WorkingPrecision::bits());
  RealBall radians;
  arb_atan2(radians.raw(), ball_y.raw(), ball_x.raw(), WorkingPrecision::bits());
  RealBall pi;
  arb_const_pi(pi.raw(), WorkingPrecision::bits());
  return radians * RealBall(180) / pi;
}

/// The polar factor of a 2 x 2 matrix c with det c > 0 turns by the direction of (c00 + c11, c10 - c01): with
/// c = Q H, Q^T c is symmetric, which is an equation for Q's angle, and tr(Q^T c) = tr H > 0 takes one of its
/// solutions.
Outcome angle_of(const ExactMatrix& c) {
  if (determinant_sign(c) <= 0) {
    return does_not_exist("det C <= 0: its polar factor is not a rotation, or not unique");
  }
  ExactNumber x;
  ExactNumber y;
  fmpq_add(x.raw(), c.entry(0, 0), c.entry(1, 1));
  fmpq_sub(y.raw(), c.entry(1, 0), c.entry(0, 1));
  return scalar_outcome(degrees_of(x, y));
}

/// r brought into (-180, 180].
Rational principal(Rational r) {
  const Rational turns = (r + 180) / 360;
  Integer whole = numerator(turns) / denominator(turns);
  if (Rational(whole) > turns) {
    whole -= 1;
  }
  r -= Rational(360) * Rational(whole);
  return r == -180 ? Rational(180) : r;
}

/// The polar factor of C = M^{1/2} R = R (R^T M^{1/2} R) is R, and that of a typed matrix near R is R's.
Outcome angle_outcome(const Problem& problem, const Structure& structure) {
  if (structure.dimension != 2) {
    return does_not_exist("it is defined in dimension 2 only");
  }
  if (problem.coupling == CouplingKind::optimal) {
    return zero_outcome();
  }
  if (problem.coupling == CouplingKind::rotated) {
    if (problem.rotation.matrix) {
      return angle_of(ExactMatrix(*problem.rotation.matrix));
    }
    const bool reflects = problem.rotation.frame && determinant_sign(ExactMatrix(*problem.rotation.frame)) < 0;
    Rational degrees(0);
    for (const PlaneTurn& turn : problem.rotation.turns) {
      degrees += (turn.from == 0) == reflects ? Rational(-turn.degrees) : turn.degrees;
    }
    return scalar_outcome(to_ball(principal(degrees)));
  }
  return angle_of(*structure.cross);
}

std::vector<Outcome> costs(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoRoot));
  }
  // E|X1 - X0|^2 = |mu|^2 + E|X1 - mu - X0|^2, and the distance is the cost of the optimal coupling, C = M^{1/2}.
  const RealBall without_cross = square_sum(model->mean) + RealBall(structure.dimension) + trace(model->covariance);
  return {scalar_outcome(without_cross - RealBall(2) * trace(model->root)), matrix_outcome(model->root),
          scalar_outcome(without_cross - RealBall(2) * trace(model->cross))};
}

}  // namespace

void enclose_coupling(const Problem& problem, const Structure& structure, int goal, Quantities& quantities) {
  const std::vector<Outcome> found = raise_precision(goal, [&] { return costs(problem, structure); });
  quantities.wasserstein2_squared = found[0];
  quantities.transport_map = found[1];
  quantities.transport_cost = found[2];
  quantities.angle =
      raise_precision(goal, [&] { return std::vector<Outcome>{angle_outcome(problem, structure)}; }).front();
}

}  // namespace straightedge::enclosure
