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
  T second_moment;
  T mean_squared_norm;
  T variance;
};
template <RealScalar T>
[[nodiscard]] GradientMoments<T> gradient_moments(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                  const PairField<T>& field);

/// Shorthand for gradient_moments(...).variance.
template <RealScalar T>
[[nodiscard]] T gradient_variance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                  const PairField<T>& field);

/// The other two parametrisations, of the field (th, Th). Infinite where they are.
template <RealScalar T>
[[nodiscard]] T gradient_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                             const PairField<T>& field);
template <RealScalar T>
[[nodiscard]] T gradient_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                             const PairField<T>& field);

/// And at the minimiser v*, where E r = 0 and Cov(r, X_t) = 0.
template <RealScalar T>
[[nodiscard]] T minimiser_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);
template <RealScalar T>
[[nodiscard]] T minimiser_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// With constant noise (bridge: with s^2 in place of F) the variance of a fixed field under a fixed coupling is
/// constant + linear F + quadratic F^2: three quadratures serve a whole sweep.
template <class T>
struct VarianceInNoise {
  T constant;
  T linear;
  T quadratic;
  [[nodiscard]] T at(const T& f_squared) const { return T(constant + f_squared * (linear + f_squared * quadratic)); }
};
template <RealScalar T>
[[nodiscard]] VarianceInNoise<T> variance_in_constant_noise(const Coupling<T>& coupling, const PairField<T>& field);

}  // namespace straightedge
