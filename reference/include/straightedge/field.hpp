// Velocity fields of Gaussian problems.
//
//   pair field (Lemma 1)    v(x,t) = th + Th S (x - t th),   S = (I + t Th)^{-1},   y = S (x - t th)
//     of the coupling X1 = mu + A X0:  th = mu,  Th = A - I;  of OT:  A = M^{1/2}
//   minimiser of the loss   v*(x,t) = mu + B_t Sigma_t^{-1} (x - t mu)
#pragma once

#include <straightedge/interpolant.hpp>

namespace straightedge {

/// The field with parameters (th, Th) above: `shift` th of length d, `matrix` Th of shape d x d.
template <class T>
struct PairField {
  Vector<T> shift;   ///< th, d
  Matrix<T> matrix;  ///< Th, d x d

  [[nodiscard]] Eigen::Index dimension() const { return shift.size(); }  ///< d
};

/// The field that moves every source point of a deterministic coupling straight to its partner. Throws DoesNotExist for
/// a coupling that is not deterministic: it has no partner to move to.
template <class T>
[[nodiscard]] PairField<T> pair_field(const Coupling<T>& coupling);

/// The pair field of the optimal-transport coupling of `target`: th = mu, Th = M^{1/2} - I. Throws as
/// square_root does.
template <RealScalar T>
[[nodiscard]] PairField<T> optimal_transport_field(const Gaussian<T>& target);

/// v(x, t). Throws DoesNotExist at a singular time.
template <class T>
[[nodiscard]] Vector<T> velocity(const PairField<T>& field, const Vector<T>& x, const T& t);

/// Times in [0,1] at which I + t Th is singular, ascending, without repetition. A complex pair of eigenvalues whose
/// imaginary part is below the square root of the precision counts as one double real eigenvalue.
template <RealScalar T>
[[nodiscard]] std::vector<T> singular_times(const PairField<T>& field);

/// All complex t with det(I + t Th) = 0: the poles of the field. For quadrature planning.
[[nodiscard]] std::vector<std::complex<double>> field_poles(const PairField<double>& field);

/// The smallest |det(I + t Th)| over [0, 1].
template <RealScalar T>
[[nodiscard]] T smallest_determinant(const PairField<T>& field);

/// v*(x, t) of the head comment. Throws DoesNotExist where Sigma_t is singular.
template <class T>
[[nodiscard]] Vector<T> minimiser_velocity(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                           const Vector<T>& x, const T& t);

}  // namespace straightedge
