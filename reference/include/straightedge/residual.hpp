// Moments of the residual of a field on a Gaussian problem, at one time: the one place from which the loss and every
// gradient moment follow.
//
// For the field (th, Th), S = (I + t Th)^{-1}, and the mismatch of field and coupling
//     Delta = C - I - Th,     W = Delta Delta^T + (M - C C^T),     delta = mu - th,
// the residual r = target - v(X_t, t) and y = S (X_t - t th) are
//     r = S U - f Th S Z [+ f' Z],     y = X0 + t S U + f S Z,
// with U of mean delta, covariance W and Cov(U, X0) = Delta. Nothing cancels: a field on its own coupling has U = 0.
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

template <class T>
[[nodiscard]] Mismatch<T> mismatch(const Coupling<T>& coupling, const PairField<T>& field);

/// Loss and gradient moments at one time t, per parametrisation; see gradient_variance.hpp for the meaning of each.
template <class T>
struct MomentsAtTime {
  T loss;                   ///< E|r|^2
  T second_moment;          ///< E|g|^2 for the parameters (th, Th)
  Vector<T> mean_shift;     ///< E g_th = -2 E[S^T r], d
  Matrix<T> mean_matrix;    ///< E g_Th = -2 E[S^T r y^T], d x d
  T time_local_variance;    ///< tr Cov of (-2 r, -2 r (x - t mu)^T)
  Vector<T> residual_mean;  ///< E r, d
};

/// Throws DoesNotExist at a singular time.
template <class T>
[[nodiscard]] MomentsAtTime<T> moments_at_time(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                               const PairField<T>& field, const Mismatch<T>& mismatch, const T& t);

/// Only E|g|^2 and E g of (th, Th): what the gradient variance needs, at about half the products.
template <class T>
struct GradientMomentsAtTime {
  T second_moment;
  Vector<T> mean_shift;
  Matrix<T> mean_matrix;
};
template <class T>
[[nodiscard]] GradientMomentsAtTime<T> gradient_moments_at_time(const NoiseSchedule<T>& noise,
                                                                const PairField<T>& field, const Mismatch<T>& mismatch,
                                                                const T& t);

/// E|r|^2 at one time.
template <class T>
[[nodiscard]] T loss_at_time(const NoiseSchedule<T>& noise, const PairField<T>& field, const Mismatch<T>& mismatch,
                             const T& t);

/// The same for the minimiser v*, which has E r = 0 and Cov(r, X_t) = 0: only `loss`, `time_local_variance` and the
/// zero `residual_mean` are filled.
template <class T>
[[nodiscard]] MomentsAtTime<T> minimiser_moments_at_time(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                         const T& t);

}  // namespace straightedge
