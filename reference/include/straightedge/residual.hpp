// Moments of the residual of a field on a Gaussian problem, at one time: the one place from which the loss and every
// gradient moment follow.
//
// For the field (th, Th), S = (I + t Th)^{-1}, and the mismatch of field and coupling
//     Delta = C - I - Th,     W = Delta Delta^T + (M - C C^T),     delta = mu - th,
// the residual r = target - v(X_t, t) and y = S (X_t - t th) are
//     r = S U - f Th S Z [+ f' Z],     y = X0 + t S U + f S Z,
// with U of mean delta, covariance W and Cov(U, X0) = Delta. Nothing cancels: a field on its own coupling has U = 0.
// (Insert X_t - t th = (I + t Th) X0 + t U + f Z, and  I - t Th S = S.)
//
// With H = S^T S and K = S^T Th S = H Th the gradient's two factors S^T r and y have
//     E[S^T r] = p = H delta,                  E[y] = q = t S delta,
//     tr Cov(S^T r) = <H W, H> + F |K|^2,      tr Cov(y) = d + 2t tr(S Delta) + t^2 <H, W> + F |S|^2,
//     Cov(S^T r, y) = H (Delta + t W S^T) - F K S^T,
// and the noise in the target adds  f'^2 |S|^2 - 2 f f' tr(S K)  to the first trace and  f f' S^T S^T  to the last
// line.
#pragma once

#include <straightedge/field.hpp>

namespace straightedge {

/// The mismatch (Delta, W, delta) of a field and a coupling; all zero where the field is the coupling's own pair field.
template <class T>
struct Mismatch {
  Matrix<T> cross;       ///< Delta = Cov(U, X0), d x d
  Matrix<T> covariance;  ///< W = Cov(U), d x d
  Vector<T> mean;        ///< delta = E U, d
  bool vanishes;         ///< all three are exactly zero
};

/// In a real tier a mismatch below the rounding of its own inputs is exactly zero: a field given by its numbers is the
/// pair field of the coupling given by the same numbers. Both have the same d.
template <class T>
[[nodiscard]] Mismatch<T> mismatch(const Coupling<T>& coupling, const PairField<T>& field);

/// The Gaussian moments of the gradient's factors at one time, separated by powers of F = f^2: the part without noise
/// and the coefficient of F. See the head comment.
template <class T>
struct GradientExpansion {
  Vector<T> p;            ///< E[S^T r], d
  Vector<T> q;            ///< E[y], d
  T residual;             ///< |p|^2 + tr Cov(S^T r) without noise
  T residual_noise;       ///< ... coefficient of F
  T position;             ///< 1 + |q|^2 + tr Cov(y) without noise
  T position_noise;       ///< ... coefficient of F
  Matrix<T> cross;        ///< Cov(S^T r, y) without noise, d x d
  Matrix<T> cross_noise;  ///< ... coefficient of -F: K S^T, d x d
};

/// `with_noise` false leaves the coefficients of F at zero and saves their products. Throws DoesNotExist at a singular
/// time.
template <class T>
[[nodiscard]] GradientExpansion<T> gradient_expansion(const PairField<T>& field, const Mismatch<T>& mismatch,
                                                      const T& t, bool with_noise = true);

/// E|g|^2 and E g for the parameters (th, Th) at one time: the integrands of gradient_variance.hpp.
template <class T>
struct GradientMomentsAtTime {
  T second_moment;        ///< E|g|^2
  Vector<T> mean_shift;   ///< E g_th = -2 E[S^T r], d
  Matrix<T> mean_matrix;  ///< E g_Th = -2 E[S^T r y^T], d x d
};
/// Throws DoesNotExist at a singular time of the field. With bridge noise in the target, t must lie inside of (0, 1).
template <class T>
[[nodiscard]] GradientMomentsAtTime<T> gradient_moments_at_time(const NoiseSchedule<T>& noise,
                                                                const PairField<T>& field, const Mismatch<T>& mismatch,
                                                                const T& t);

/// Moments of the residual itself at one time.
template <class T>
struct ResidualMomentsAtTime {
  T loss;                 ///< E|r|^2
  Vector<T> mean;         ///< E r = S delta, d
  T time_local_variance;  ///< tr Cov of (-2 r, -2 r (x - t mu)^T) at this t
};
/// Throws DoesNotExist at a singular time of the field. With bridge noise in the target, t must lie inside of (0, 1).
template <class T>
[[nodiscard]] ResidualMomentsAtTime<T> residual_moments_at_time(const Coupling<T>& coupling,
                                                                const NoiseSchedule<T>& noise,
                                                                const PairField<T>& field, const Mismatch<T>& mismatch,
                                                                const T& t);

/// E|r|^2 = |S delta|^2 + <S W, S> + E|f' Z - f Th S Z|^2 alone, f' only where the target has it. Throws as above.
template <class T>
[[nodiscard]] T loss_at_time(const NoiseSchedule<T>& noise, const PairField<T>& field, const Mismatch<T>& mismatch,
                             const T& t);

/// The same moments for the minimiser v*, which has E r = 0 and Cov(r, X_t) = 0:
/// E|r|^2 = tr(Cov(target) - B_t Sigma_t^{-1} B_t^T). Exactly 0 for a deterministic coupling without noise. Throws
/// DoesNotExist where Sigma_t is singular: at a time at which all lines meet X_t tells nothing of the pair.
template <class T>
[[nodiscard]] ResidualMomentsAtTime<T> minimiser_residual_at_time(const Coupling<T>& coupling,
                                                                  const NoiseSchedule<T>& noise, const T& t);

}  // namespace straightedge
