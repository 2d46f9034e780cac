// Gaussians, the Bures-Wasserstein distance between them and the Monge map.
//
//   W2^2(N(m0, S0), N(m1, S1)) = |m0 - m1|^2 + tr S0 + tr S1 - 2 tr (S0^{1/2} S1 S0^{1/2})^{1/2}
//   Monge map  x -> m1 + G (x - m0),   G = S0^{-1/2} (S0^{1/2} S1 S0^{1/2})^{1/2} S0^{-1/2}
//
// For the source N(0, I) of the paper these are  |mu|^2 + d + tr M - 2 tr M^{1/2}  and  G = M^{1/2}.
#pragma once

#include <straightedge/linalg.hpp>

namespace straightedge {

/// N(mean, covariance): mean of length d, covariance d x d, symmetric positive definite.
template <class T>
struct Gaussian {
  Vector<T> mean;        ///< d
  Matrix<T> covariance;  ///< d x d, symmetric positive definite

  [[nodiscard]] Eigen::Index dimension() const { return mean.size(); }  ///< d
};

/// N(0, I) in d dimensions: the source of every flow of the paper.
template <class T>
[[nodiscard]] Gaussian<T> standard_gaussian(Eigen::Index d) {
  return {Vector<T>::Zero(d), Matrix<T>::Identity(d, d)};
}

/// Throws InputError, with the smallest eigenvalue, unless the covariance is symmetric positive definite and shapes
/// agree.
template <RealScalar T>
void require_valid(const Gaussian<T>& gaussian);

/// W2^2 as above. Units: squared length.
template <RealScalar T>
[[nodiscard]] T wasserstein2_squared(const Gaussian<T>& from, const Gaussian<T>& to);

/// The matrix G of the Monge map above. d x d, symmetric positive definite.
template <RealScalar T>
[[nodiscard]] Matrix<T> monge_map(const Gaussian<T>& from, const Gaussian<T>& to);

}  // namespace straightedge
