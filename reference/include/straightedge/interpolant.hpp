// The interpolant  X_t = (1-t) X0 + t X1 + f(t,s) Z,  Z ~ N(0, I) independent, and its regression targets.
//
//   schedule  none      f = 0
//             constant  f = s
//             bridge    f = s sqrt(t (1-t))
//   target    displacement  X1 - X0           (the paper's: the noise is not in it)
//             interpolant   X1 - X0 + f'(t,s) Z
//
//   Sigma_t = Cov(X_t)            = (1-t)^2 I + t^2 M + t (1-t) (C + C^T) + f^2 I
//   B_t     = Cov(target, X_t)    = (1-t) C + t M - (1-t) I - t C^T  [+ f f' I for the target `interpolant`]
//
// f itself is irrational for the bridge; every moment needs only f^2, f f' and f'^2, which are rational in t.
#pragma once

#include <straightedge/coupling.hpp>

namespace straightedge {

/// f(t, s) with its regression target.
template <class T>
struct NoiseSchedule {
  NoiseKind kind = NoiseKind::none;                          ///< which f
  T sigma = T(0);                                            ///< s >= 0; ignored by `none`
  RegressionTarget target = RegressionTarget::displacement;  ///< what v is fitted to

  /// F = f^2.
  [[nodiscard]] T squared(const T& t) const {
    switch (kind) {
      case NoiseKind::constant:
        return T(sigma * sigma);
      case NoiseKind::bridge:
        return T(sigma * sigma * t * (T(1) - t));
      default:
        return T(0);
    }
  }
  /// f f' where the target has it: s^2 (1 - 2t) / 2 for `bridge` with target `interpolant`, else 0.
  [[nodiscard]] T target_cross(const T& t) const {
    return adds_noise_to_target() ? T(sigma * sigma * (T(1) - T(2) * t) / T(2)) : T(0);
  }
  /// f'^2 where the target has it: s^2 (1-2t)^2 / (4 t (1-t)) for `bridge` with target `interpolant`, t in (0, 1); else
  /// 0.
  [[nodiscard]] T target_squared(const T& t) const {
    if (!adds_noise_to_target()) {
      return T(0);
    }
    const T slope = T(1) - T(2) * t;
    return T(sigma * sigma * slope * slope / (T(4) * t * (T(1) - t)));
  }
  /// True iff f is not identically 0.
  [[nodiscard]] bool is_noisy() const { return kind != NoiseKind::none && sigma != T(0); }
  /// True iff f'(t) Z is a part of the target that does not vanish identically: then loss and variances are infinite.
  [[nodiscard]] bool adds_noise_to_target() const {
    return kind == NoiseKind::bridge && target == RegressionTarget::interpolant && sigma != T(0);
  }
};

/// Sigma_t of the head comment, d x d. t in [0, 1].
template <class T>
[[nodiscard]] Matrix<T> interpolant_covariance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const T& t);

/// B_t of the head comment, d x d.
template <class T>
[[nodiscard]] Matrix<T> target_interpolant_covariance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                      const T& t);

/// Times in [0,1] at which Sigma_t is singular, ascending: empty with constant noise; for a deterministic coupling
/// without noise (with bridge noise: at the ends only, where it vanishes) those with (1-t) I + t A singular.
template <RealScalar T>
[[nodiscard]] std::vector<T> singular_interpolant_times(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// Complex times at which Sigma_t is singular: the poles of everything that contains Sigma_t^{-1}. For quadrature
/// planning.
[[nodiscard]] std::vector<std::complex<double>> interpolant_poles(const Coupling<double>& coupling,
                                                                  const NoiseSchedule<double>& noise);

}  // namespace straightedge
