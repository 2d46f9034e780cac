// Gaussian mixtures: the minimising field, and the closed form of the population MMD.
//
// Components k with weight pi_k, source N(a_k, S_k), target N(b_k, M_k), cross-covariance C_k:
//   m_k(t) = (1-t) a_k + t b_k,  Sigma_k = (1-t)^2 S_k + t^2 M_k + t(1-t)(C_k + C_k^T) + F I,
//   B_k = (1-t) C_k + t M_k - (1-t) S_k - t C_k^T [+ f f' I],
//   v*(x, t) = sum_k r_k [ b_k - a_k + B_k Sigma_k^{-1} (x - m_k) ],  r_k ~ pi_k N(x; m_k, Sigma_k).
//
// MMD^2 with kernel exp(-|x-y|^2/(2h^2)):  E k(X,X') + E k(Y,Y') - 2 E k(X,Y), where for independent Gaussians
//   E k(X, Y) = h^d det(h^2 I + A + B)^{-1/2} exp(-(a-b)^T (h^2 I + A + B)^{-1} (a-b) / 2).
#pragma once

#include <straightedge/interpolant.hpp>

namespace straightedge {
/// Component k of a mixture coupling.
template <class T>
struct MixtureComponent {
  T weight;            ///< pi_k > 0
  Gaussian<T> source;  ///< N(a_k, S_k)
  Gaussian<T> target;  ///< N(b_k, M_k)
  Matrix<T> cross;     ///< C_k = Cov(X1, X0) within the component, d x d
};

/// A coupling that is Gaussian given the component.
template <class T>
struct MixtureCoupling {
  std::vector<MixtureComponent<T>> components;  ///< at least one

  [[nodiscard]] Eigen::Index dimension() const { return components.front().source.dimension(); }  ///< d
};

/// Throws InputError unless there is a component, weights are positive and sum to 1 (to 1e-12), shapes agree and each
/// joint covariance is positive semidefinite.
template <RealScalar T>
void require_valid(const MixtureCoupling<T>& mixture);

/// v*(x, t) of the head comment; responsibilities through log-sum-exp. Throws DoesNotExist where a Sigma_k is singular.
template <RealScalar T>
[[nodiscard]] Vector<T> mixture_minimiser_velocity(const MixtureCoupling<T>& mixture, const NoiseSchedule<T>& noise,
                                                   const Vector<T>& x, const T& t);

/// Weighted Gaussians: one marginal of a mixture.
template <class T>
struct GaussianMixture {
  std::vector<T> weights;               ///< positive, of sum 1
  std::vector<Gaussian<T>> components;  ///< one a weight
};

/// Population MMD^2 of the head comment, Gaussian kernel of bandwidth h. No units; not negative up to rounding. Throws
/// InputError unless h > 0, weights match components and all of them have one dimension.
template <RealScalar T>
[[nodiscard]] T population_mmd_squared(const GaussianMixture<T>& p, const GaussianMixture<T>& q, const T& bandwidth);

}  // namespace straightedge
