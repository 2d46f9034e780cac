// Rectification: the coupling (Z_0, Z_1) that the flow of the minimiser gives back, and its closed forms.
// Where the lines of a deterministic coupling do not meet the round gives the coupling back: Lemma 2. The noisy rounds
// and the isotropic closed forms are of our own, past the paper; docs/claims.md has each as a claim, with its proof.
#pragma once

#include <straightedge/flow.hpp>
#include <straightedge/series.hpp>

namespace straightedge {

/// One round of ReFlow (noise.kind == none) or noisy ReFlow: the flow of v* takes N(0, I) to N(mu, Phi Phi^T) by Phi.
/// Result: the affine coupling X1 = mu + Phi X0. Throws DoesNotExist where Sigma_t is singular.
template <RealScalar T>
[[nodiscard]] Coupling<T> rectify(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// The angle after one noisy round with constant F from the isotropic rotation by `angle` (radians, in [0, pi]):
/// 2c / sqrt(c^2 + F) * atan(k / sqrt(c^2 + F)),  c = cos(angle/2), k = sin(angle/2). Without noise the angle itself;
/// there at pi, where all lines meet, throws DoesNotExist. InputError for an angle outside [0, pi] or F < 0.
template <RealScalar T>
[[nodiscard]] T noisy_reflow_angle(const T& angle, const T& f_squared);

/// The same for bridge noise, target `displacement`: sin(angle) / sqrt(alpha beta) * atan sqrt(beta / alpha), alpha =
/// c^2 + s^2/4, beta = k^2 - s^2/4; artanh for beta < 0, the limit sin(angle)/alpha at beta = 0. Throws as above.
template <RealScalar T>
[[nodiscard]] T bridge_reflow_angle(const T& angle, const T& sigma_squared);

/// Rounds of noisy ReFlow, constant F, until the angle falls below `target`, all in radians: about
/// ln[(phi0 + sin phi0) / (phi1 + sin phi1)] / ln(1 + F) from phi0 to phi1. At most `limit` rounds: throws DoesNotExist
/// beyond, InputError for an angle outside [0, pi] or F < 0.
template <RealScalar T>
[[nodiscard]] int rounds_until(T angle, const T& target, const T& f_squared, int limit);

/// Covariance after one noisy round with constant F, from any coupling: (M + F I) / (1 + F), d x d.
template <class T>
[[nodiscard]] Matrix<T> noisy_reflow_covariance(const Matrix<T>& covariance, const T& f_squared);

using IntervalSeries = Series<Interval, 12>;  ///< enclosed Taylor coefficients
using RealSeries = Series<Real50, 12>;        ///< the same, rounded

/// Isotropic problems (M = I, rotation by `angle` in every plane, d even, constant F): with c, k as above,
/// q(t) = c^2 + k^2 (1-2t)^2 and I_j = integral q^{-j} dt.
template <class T>
struct IsotropicIntegrals {
  T c_squared, k_squared;  ///< cos^2(angle/2), sin^2(angle/2)
  T i1, i2, i3;            ///< angle/sin(angle);  (1 + I_1)/(2 c^2);  1/(4c^2) + 3 I_2/(4c^2)
  T mean_q;                ///< c^2 + k^2/3
};
template <RealScalar T>
[[nodiscard]] IsotropicIntegrals<T> isotropic_integrals(const T& angle);
/// The same from c^2 and I_1: in intervals too, and as Taylor series in the angle.
template <class T>
[[nodiscard]] IsotropicIntegrals<T> isotropic_integrals_of(const T& c_squared, const T& i1);

/// Gradient variances of the isotropic problem: the pair field under its rotation,
///   16 F d k^2 [ (1+d) I_2 + F (d+2) I_3 - F c^2 I_2^2 ];
/// the OT field (zero) under the rotation, 16 d k^2 [ 1 + d (q_mean + F) + 2 q_mean - c^2 ];
/// the OT field under the independent coupling, 8 d [ (2d+4)/3 + d F ].
/// The first, and the integrals, throw DoesNotExist from the angle pi on, where they diverge. InputError for F < 0, an
/// angle outside [0, pi], d < 1, and an odd d in the first two.
template <RealScalar T>
[[nodiscard]] T isotropic_pair_variance(int d, const T& angle, const T& f_squared);
template <RealScalar T>
[[nodiscard]] T isotropic_ot_variance(int d, const T& angle, const T& f_squared);
template <RealScalar T>
[[nodiscard]] T isotropic_independent_variance(int d, const T& f_squared);

/// leading F^2 + linear F + constant, the pair field's variance minus the OT field's under the rotation, over 16 d k^2:
/// F^2 ((d+2) I_3 - c^2 I_2^2) + F ((1+d) I_2 - d) - (1 + (d+2) q_mean - c^2).
template <class T>
struct CrossoverQuadratic {
  T leading, linear, constant;  ///< of F^2, F and 1
};
template <class T>
[[nodiscard]] CrossoverQuadratic<T> crossover_quadratic(int d, const IsotropicIntegrals<T>& integrals);

/// F*, its one positive root: above it the OT field has the lower variance under the rotation. Throws InputError for an
/// odd d or an angle that is not above 0, DoesNotExist from pi on.
template <RealScalar T>
[[nodiscard]] T isotropic_crossover(int d, const T& angle);

/// The same boundary for any deterministic coupling and constant noise: the positive root of the difference of two
/// quadratics in F. Throws DoesNotExist unless that difference is negative at F = 0 with a positive leading
/// coefficient, so that there is exactly one; for an optimal-transport coupling, whose two fields are one; and, as
/// pair_field does, for a coupling that is not deterministic.
template <RealScalar T>
[[nodiscard]] T variance_crossover(const Coupling<T>& coupling);

}  // namespace straightedge
