#include "adaptive.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

Regularity of_sign(int sign) {
  return sign == 0 ? Regularity::singular : Regularity::regular;
}

/// Of A = -M^{1/2}: see singular.hpp.
Regularity reversal_regularity(const Problem& problem, const Rational& t) {
  const ExactMatrix m(problem.covariance);
  const ExactMatrix identity = ExactMatrix::identity(m.rows());
  return of_sign(determinant_sign(ExactNumber((1 - t) * (1 - t)) * identity - ExactNumber(t * t) * m));
}

}  // namespace

/// What f is at t: rational, and exact before it is rounded.
NoiseAtTime<RealBall> noise_at(const Structure& structure, const Noise& noise, const Rational& t) {
  const Rational s_squared = noise.sigma * noise.sigma;
  if (!structure.is_noisy) {
    return {RealBall(0), RealBall(0), RealBall(0)};
  }
  if (noise.kind == NoiseKind::constant) {
    return {to_ball(s_squared), RealBall(0), RealBall(0)};
  }
  const Rational phi = t * (1 - t);  // f = s phi^{1/2}, f' = s (1 - 2t) / (2 phi^{1/2})
  if (!structure.noise_in_target) {
    return {to_ball(s_squared * phi), RealBall(0), RealBall(0)};
  }
  const Rational slope = 1 - 2 * t;
  return {to_ball(s_squared * phi), to_ball(s_squared * slope / 2), to_ball(s_squared * slope * slope / (4 * phi))};
}

Regularity field_regularity(const Problem& problem, const Structure& structure, const Rational& t) {
  if (problem.field == FieldKind::optimal_transport ||
      (problem.field == FieldKind::pair && problem.coupling == CouplingKind::optimal)) {
    return Regularity::regular;  // (1-t) I + t M^{1/2} is positive definite
  }
  if (structure.field_matrix) {
    return of_sign(
        determinant_sign(ExactMatrix::identity(structure.dimension) + ExactNumber(t) * *structure.field_matrix));
  }
  return structure.is_reversal ? reversal_regularity(problem, t) : Regularity::unknown;
}

Regularity map_regularity(const Problem& problem, const Structure& structure, const Rational& t, int goal) {
  if (problem.coupling == CouplingKind::optimal) {
    return Regularity::regular;
  }
  if (structure.cross) {
    const ExactMatrix identity = ExactMatrix::identity(structure.dimension);
    return of_sign(determinant_sign(ExactNumber(1 - t) * identity + ExactNumber(t) * *structure.cross));
  }
  if (structure.is_reversal) {
    return reversal_regularity(problem, t);
  }
  const slong first = first_precision(goal);
  for (slong bits = first; bits <= 4 * first; bits *= 2) {
    const WorkingPrecision precision(bits);
    const std::optional<Model> model = model_of(problem, structure);
    const RealMatrix identity = RealMatrix::identity(structure.dimension);
    if (model && inverse(to_ball(1 - t) * identity + to_ball(t) * model->cross).is_finite()) {
      return Regularity::regular;
    }
  }
  return Regularity::unknown;
}

}  // namespace straightedge::enclosure
