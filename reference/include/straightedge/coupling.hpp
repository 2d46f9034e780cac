// Gaussian couplings of the source N(0, I) with a target N(mu, M).
//
// A Gaussian coupling is fixed by the cross-covariance C = E[(X1 - mu) X0^T]; it is admissible iff M - C C^T is
// positive semidefinite. It is deterministic, X1 = mu + A X0, iff C = A with A A^T = M.
#pragma once

#include <straightedge/gaussian.hpp>
#include <straightedge/kinds.hpp>

namespace straightedge {

/// The joint law of (X0, X1), X0 ~ N(0, I).
template <class T>
struct Coupling {
  CouplingKind kind;   ///< which of the constructors below made it
  Gaussian<T> target;  ///< N(mu, M)
  Matrix<T> cross;     ///< C = E[(X1 - mu) X0^T], d x d; for a deterministic coupling it is A
  Matrix<T> spread;    ///< M - C C^T, the covariance of X1 given X0; exactly zero where deterministic

  [[nodiscard]] Eigen::Index dimension() const { return target.dimension(); }  ///< d
  [[nodiscard]] bool is_deterministic() const {
    return kind == CouplingKind::optimal || kind == CouplingKind::rotated || kind == CouplingKind::affine;
  }  ///< True iff X1 = mu + A X0.
};

/// OT: A = M^{1/2}, the Monge map from N(0, I) to the target. Throws as square_root does.
template <RealScalar T>
[[nodiscard]] Coupling<T> optimal_coupling(const Gaussian<T>& target);

/// rOT: A = M^{1/2} R with R orthogonal (R is taken as it is: check it where it enters).
/// Throws InputError unless R is d x d, and as square_root does.
template <RealScalar T>
[[nodiscard]] Coupling<T> rotated_coupling(const Gaussian<T>& target, const Matrix<T>& rotation);

/// X0 and X1 independent: C = 0, so that M - C C^T = M.
template <class T>
[[nodiscard]] Coupling<T> independent_coupling(const Gaussian<T>& target);

/// X1 = mu + A X0; the target's covariance is A A^T. Throws InputError unless A is d x d, d that of the mean.
template <class T>
[[nodiscard]] Coupling<T> affine_coupling(const Vector<T>& mean, const Matrix<T>& a);

/// A general C. Throws InputError, with the smallest eigenvalue of M - C C^T, when C is not admissible.
template <RealScalar T>
[[nodiscard]] Coupling<T> gaussian_coupling(const Gaussian<T>& target, const Matrix<T>& cross);

/// E|X1 - X0|^2 = |mu|^2 + d + tr M - 2 tr C. Units: squared length.
template <class T>
[[nodiscard]] T transport_cost(const Coupling<T>& coupling);

/// The angle in degrees, in (-180, 180], of the orthogonal polar factor of C, for d = 2: the phi of an rOT
/// coupling. Throws DoesNotExist unless d = 2 and det C > 0.
template <RealScalar T>
[[nodiscard]] T rotation_degrees(const Coupling<T>& coupling);

}  // namespace straightedge
