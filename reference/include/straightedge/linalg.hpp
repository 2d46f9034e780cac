// Dense linear algebra in every tier. Definitions are instantiated once, in reference/src: no other code instantiates a
// decomposition of Eigen.
#pragma once

#include <straightedge/matrix.hpp>

#include <complex>
#include <vector>

namespace straightedge {

/// a b, by the fastest product of the tier. In a real tier each entry is off by at most
/// k u |a|_row |b|_col, with k the inner dimension: small entries of a badly scaled row keep absolute, not relative,
/// accuracy. Throws InputError unless a has as many columns as b has rows.
template <class T>
[[nodiscard]] Matrix<T> product(const Matrix<T>& a, const Matrix<T>& b);

/// a^{-1}. Throws DoesNotExist when a is singular to working accuracy (exactly singular for Rational; for Interval when
/// the enclosure  |I - R a| < 1  with an approximate inverse R cannot be shown), InputError unless it is square.
template <class T>
[[nodiscard]] Matrix<T> inverse(const Matrix<T>& a);

/// det a. Exact for Rational. For Interval an enclosure. Throws InputError unless a is square.
template <class T>
[[nodiscard]] T determinant(const Matrix<T>& a);

/// Eigenvalues of a symmetric matrix, ascending, and the orthonormal eigenvectors as columns:  a = V diag(values) V^T.
/// Throws InputError unless a is square and finite, DoesNotExist if the iteration does not converge.
template <RealScalar T>
struct SymmetricEigen {
  Vector<T> values;   ///< ascending, d
  Matrix<T> vectors;  ///< V, d x d
};
template <RealScalar T>
[[nodiscard]] SymmetricEigen<T> symmetric_eigen(const Matrix<T>& a);

/// Eigenvalues of a general real matrix, as (real, imaginary), in no particular order. A pair whose imaginary part is
/// below sqrt(u) times the norm may be a double real eigenvalue: singular_times of field.hpp decides so.
template <RealScalar T>
struct Eigenvalue {
  T real;       ///< real part
  T imaginary;  ///< imaginary part
};
template <RealScalar T>
[[nodiscard]] std::vector<Eigenvalue<T>> eigenvalues(const Matrix<T>& a);

/// The symmetric positive definite square root M^{1/2}.  Shape d x d.  Throws DoesNotExist if M is not positive
/// definite, InputError unless it is square.
template <RealScalar T>
[[nodiscard]] Matrix<T> square_root(const Matrix<T>& m);

/// The lower triangular L with M = L L^T, d x d. Throws DoesNotExist if M is not positive definite, InputError unless
/// it is square.
template <RealScalar T>
[[nodiscard]] Matrix<T> cholesky(const Matrix<T>& m);

/// The orthogonal polar factor Q of a = Q H, d x d, H symmetric positive semidefinite. Throws DoesNotExist if a is
/// singular or the iteration does not converge, InputError unless it is square.
template <RealScalar T>
[[nodiscard]] Matrix<T> polar_factor(const Matrix<T>& a);

/// The rotation of R^d by `angle` radians that turns axis i towards axis j: d x d. Throws InputError unless i and j
/// differ and lie in 0..d-1.
template <RealScalar T>
[[nodiscard]] Matrix<T> plane_rotation(int d, int i, int j, const T& angle);

/// Sum of squares of all entries, |a|_F^2.
template <class T>
[[nodiscard]] T squared_norm(const Matrix<T>& a) {
  T sum(0);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      sum += a(i, j) * a(i, j);
    }
  }
  return sum;
}

/// tr(a^T b) = sum_ij a_ij b_ij, without forming the product.
template <class T>
[[nodiscard]] T inner(const Matrix<T>& a, const Matrix<T>& b) {
  T sum(0);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      sum += a(i, j) * b(i, j);
    }
  }
  return sum;
}

/// Entry by entry conversion between tiers.
template <class To, class From>
[[nodiscard]] Matrix<To> convert(const Matrix<From>& a) {
  Matrix<To> result(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      if constexpr (std::same_as<From, Rational>) {
        result(i, j) = from_rational<To>(a(i, j));
      } else {
        result(i, j) = static_cast<To>(a(i, j));
      }
    }
  }
  return result;
}

}  // namespace straightedge
