// The covariances of the interpolant as polynomials of t, and in coordinates in which Sigma is I at a time t0.
//
//   X_t - t mu = X0 + t (D X0 + U) + f Z,   target - mu = D X0 + U [+ f' Z],   D = C - I
//   Sigma_t = Cov(X_t)         = I + t (D + D^T) + t^2 (D D^T + W) + f^2 I
//   B_t     = Cov(target, X_t) = D + t (D D^T + W) + f f' I
//   Sigma(t0 + h) = L (I + h S1 + h^2 S2) L^T,   S_k = L^{-1} Sigma_k L^{-T}
// Whatever the scales in Sigma, h S1 + h^2 S2 is small where h is small beside the distance to the next singularity.
#pragma once

#include <array>

#include "model.hpp"

namespace straightedge::enclosure {

/// c0 + c1 t + c2 t^2.
using Quadratic = std::array<RealMatrix, 3>;
/// The same polynomial in h = t - t0.
[[nodiscard]] Quadratic about(const Quadratic& c, const RealBall& t0);

struct InterpolantPolynomials {
  Quadratic sigma;
  Quadratic b;
};
[[nodiscard]] InterpolantPolynomials interpolant_polynomials(const Model& model, const Structure& structure,
                                                             const Noise& noise);

struct ScaledInterpolant {
  bool is_regular = false;      ///< Sigma(t0) is shown to be positive definite; else the rest is empty
  Quadratic sigma, b;           ///< in h
  RealMatrix lower_transposed;  ///< L^T
  RealMatrix lower_inverse;     ///< L^{-1}
  RealMatrix s1, s2;
};
[[nodiscard]] ScaledInterpolant scaled_about(const InterpolantPolynomials& polynomials, const RealBall& t0);

}  // namespace straightedge::enclosure
