// The integrals over t from which the loss and the gradient variances of a field follow, as polynomials in s^2.
//
// Without noise in the target f enters by f^2 = s^2 phi(t) only, with phi = 1 (constant) or t (1-t) (bridge), and the
// moments are polynomials in it of degree 2 at most: their three coefficients come from the values at f^2 = 0, 1, -1.
#pragma once

#include <vector>

#include "field_moments.hpp"

namespace straightedge::enclosure {

/// c0 + c1 s^2 + c2 s^4.
struct InNoise {
  RealBall constant, linear, quadratic;
  [[nodiscard]] RealBall at(const RealBall& s_squared) const {
    return constant + s_squared * (linear + s_squared * quadratic);
  }
};

struct FieldIntegrals {
  InNoise loss;              ///< integral of E|r|^2
  InNoise time_local;        ///< the time-local variance
  InNoise second_moment;     ///< E|g|^2
  RealMatrix residual_mean;  ///< integral of E r, d x 1
  RealMatrix shift_mean;     ///< integral of p = -E g_th / 2, d x 1
  RealMatrix matrix_mean;    ///< integral of P Q^T + p q^T = -E g_Th / 2 at s = 0, d x d
  RealMatrix noise_mean;     ///< its coefficient of s^2, d x d

  [[nodiscard]] InNoise mean_squared_norm() const;  ///< |E g|^2
};

/// The integrals at the working precision, with infinite radii where they were not enclosed. Noise in the target is not
/// for this: its integrals are infinite.
[[nodiscard]] FieldIntegrals integrate_field(const FieldData<RealBall>& field, NoiseKind schedule);

/// How many of the digits at a precision the integrals aim at, and how many evaluations of the integrand a dimension is
/// granted.
[[nodiscard]] slong integral_bits();
[[nodiscard]] std::size_t most_evaluations(slong d);

}  // namespace straightedge::enclosure
