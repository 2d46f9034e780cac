// The gradient of the straight-path loss on one sample, and its variance.
//
// One training sample is (x0, x1, z, t), t ~ U[0,1], with loss |v(x_t,t) - target|^2 and residual r = target - v. For
// the pair field   d/dth = -2 S^T r,   d/dTh = -2 S^T r y^T.   The gradient variance is
//     tr Cov(g) = E|g|^2 - |E g|^2,   expectation over all four.
// In Gaussian latents w,  S^T r = P w + p  and  y = Q w + q, so at a fixed t
//     E|g|^2 = 4 [ (tr P P^T + p^T p)(tr Q Q^T + q^T q + 1) + 2 tr(P^T P Q^T Q) + 4 p^T P Q^T q ]
//     E g_th = -2 p,   E g_Th = -2 (P Q^T + p q^T);
// then E|g|^2 and each entry of E g are integrated over t, and the norm is taken last.
//
// That it is zero at a pair field on its own coupling, without noise, is Proposition 1; figures 4 and 5 show it against
// t and s. Units: squared length for g_th, to the fourth power for g_Th, summed as the paper does.
//
// Three parametrisations, never mixed:
//   (th, Th)           parameters shared by all times, as above
//   time-local affine  v = b_t + K_t (x - t mu):  integral of [E|g_t|^2 - |E g_t|^2] dt, g_t = (-2r, -2r (x - t mu)^T)
//   functional         gradient -2r:  4 ( integral E|r|^2 dt - |integral E r dt|^2 )
#pragma once

#include <straightedge/residual.hpp>

namespace straightedge {

/// E|g|^2, |E g|^2 and their difference for the parameters (th, Th), integrated over t. Infinite where the integral of
/// E|g|^2 diverges: then all three are std::numeric_limits<T>::infinity().
template <class T>
struct GradientMoments {
  T second_moment;      ///< E|g|^2
  T mean_squared_norm;  ///< |E g|^2
  T variance;           ///< tr Cov(g), their difference
};
template <RealScalar T>
[[nodiscard]] GradientMoments<T> gradient_moments(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                  const PairField<T>& field);

/// True iff the integral of E|g|^2 over [0,1] diverges, for the parameters (th, Th); decided as loss_is_infinite does.
template <RealScalar T>
[[nodiscard]] bool gradient_is_infinite(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                        const PairField<T>& field);

/// Shorthand for gradient_moments(...).variance.
template <RealScalar T>
[[nodiscard]] T gradient_variance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                  const PairField<T>& field);

/// integral over t of [E|g_t|^2 - |E g_t|^2], g_t = (-2r, -2r (X_t - t mu)^T): the time-local affine parametrisation of
/// the head comment, at the field (th, Th). Exactly 0 for a pair field on its own coupling without noise; infinity
/// where the loss diverges.
template <RealScalar T>
[[nodiscard]] T gradient_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                             const PairField<T>& field);
/// 4 (integral E|r|^2 dt - |integral E r dt|^2): the functional parametrisation. Zero and infinite as the time-local
/// one.
template <RealScalar T>
[[nodiscard]] T gradient_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                             const PairField<T>& field);

/// The time-local variance at the minimiser v*, where E r = 0 and Cov(r, X_t) = 0:
///   4 integral E|r|^2 (1 + tr Sigma_t) dt,   E|r|^2 as minimiser_residual_at_time has it.
/// Exactly 0 for a deterministic coupling without noise; infinity for bridge noise in the target. Throws DoesNotExist
/// where Sigma_t is singular at a time in [0, 1] otherwise.
template <RealScalar T>
[[nodiscard]] T minimiser_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);
/// The functional variance at v*: 4 minimum_loss. Zero, infinite and throwing as the time-local one.
template <RealScalar T>
[[nodiscard]] T minimiser_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// The second moment, the mean and the variance of a fixed field under a fixed coupling are quadratics in s^2 (constant
/// noise: s^2 = F): one quadrature serves a whole sweep. Coefficients of E|g|^2 and of |E g|^2.
template <class T>
struct MomentsInNoise {
  T second_constant, second_linear, second_quadratic;  ///< of 1, s^2, s^4 in E|g|^2
  T mean_constant, mean_linear, mean_quadratic;        ///< of 1, s^2, s^4 in |E g|^2
  /// The moments at s^2 = s_squared.
  [[nodiscard]] GradientMoments<T> at(const T& s_squared) const {
    const T second = second_constant + s_squared * (second_linear + s_squared * second_quadratic);
    const T mean = mean_constant + s_squared * (mean_linear + s_squared * mean_quadratic);
    return {second, mean, T(second - mean)};
  }
};

/// For the schedule `kind` with target `displacement`. `none` leaves the coefficients of s^2 at zero. All coefficients
/// are infinite where the integral of E|g|^2 diverges for a positive s (kind none: for s = 0).
template <RealScalar T>
[[nodiscard]] MomentsInNoise<T> moments_in_noise(const Coupling<T>& coupling, NoiseKind kind,
                                                 const PairField<T>& field);

/// The variance alone: constant + linear s^2 + quadratic s^4.
template <class T>
struct VarianceInNoise {
  T constant;   ///< of 1
  T linear;     ///< of s^2
  T quadratic;  ///< of s^4
  [[nodiscard]] T at(const T& s_squared) const { return T(constant + s_squared * (linear + s_squared * quadratic)); }
};
/// For constant noise, where s^2 = F.
template <RealScalar T>
[[nodiscard]] VarianceInNoise<T> variance_in_constant_noise(const Coupling<T>& coupling, const PairField<T>& field);

}  // namespace straightedge
