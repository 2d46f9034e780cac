#include "interpolant_polynomials.hpp"

namespace straightedge::enclosure {

Quadratic about(const Quadratic& c, const RealBall& t0) {
  return {c[0] + t0 * (c[1] + t0 * c[2]), c[1] + (RealBall(2) * t0) * c[2], c[2]};
}

InterpolantPolynomials interpolant_polynomials(const Model& model, const Structure& structure, const Noise& noise) {
  const slong d = structure.dimension;
  const RealMatrix identity = RealMatrix::identity(d);
  const RealMatrix displacement = model.cross - identity;
  const RealMatrix square = displacement * transpose(displacement) + model.spread;
  InterpolantPolynomials result{{identity, displacement + transpose(displacement), square},
                                {displacement, square, RealMatrix(d, d)}};
  const RealMatrix noise_term = model.sigma_squared * identity;
  if (structure.is_noisy && noise.kind == NoiseKind::constant) {
    result.sigma[0] += noise_term;
  } else if (structure.is_noisy) {  // f^2 = s^2 (t - t^2), f f' = s^2 (1 - 2t) / 2
    result.sigma[1] += noise_term;
    result.sigma[2] -= noise_term;
    if (structure.noise_in_target) {
      result.b[0] += (RealBall(1) / RealBall(2)) * noise_term;
      result.b[1] -= noise_term;
    }
  }
  return result;
}

ScaledInterpolant scaled_about(const InterpolantPolynomials& polynomials, const RealBall& t0) {
  ScaledInterpolant result;
  result.sigma = about(polynomials.sigma, t0);
  result.b = about(polynomials.b, t0);
  const slong d = result.sigma[0].rows();
  RealMatrix lower(d, d);
  result.is_regular = arb_mat_cho(lower.raw(), result.sigma[0].raw(), WorkingPrecision::bits()) != 0;
  if (!result.is_regular) {
    return result;
  }
  result.lower_transposed = transpose(lower);
  result.lower_inverse = RealMatrix(d, d);
  arb_mat_solve_tril(result.lower_inverse.raw(), lower.raw(), RealMatrix::identity(d).raw(), 0,
                     WorkingPrecision::bits());
  const auto scaled = [&](const RealMatrix& a) { return result.lower_inverse * (a * transpose(result.lower_inverse)); };
  result.s1 = scaled(result.sigma[1]);
  result.s2 = scaled(result.sigma[2]);
  return result;
}

}  // namespace straightedge::enclosure
