// How far rounding may move the two sides of an equality: what the equality claims divide their errors by.
//
//   gamma_n = n u / (1 - n u)         n roundings, one after the other (Higham 2002, lemma 3.1)
//   |fl(a b) - a b|_F <= gamma_k |a|_F |b|_F                    k the inner dimension
//   |fl(G^{-1}) - G^{-1}|_F <= inversion(d) |G^{-1}|_F^2 |G|_F   Gaussian elimination with partial pivoting
//
// Norms are Frobenius's, in double: a bound needs few digits.
#pragma once

#include <claim.hpp>

#include <straightedge/linalg.hpp>

#include <cmath>
#include <limits>

namespace straightedge::proofs {

/// gamma_n in tier T.
template <RealScalar T>
[[nodiscard]] double gamma(double n) {
  const double nu = n * static_cast<double>(unit_roundoff<T>());
  return nu / (1 - nu);
}

/// The factor of the computed inverse's error above: 3 d gamma_d would do with growth 1; the growth factor of partial
/// pivoting, 2^{d-1} at worst and below d in practice, is taken as 4 d.
template <RealScalar T>
[[nodiscard]] double inversion(Eigen::Index d) {
  const auto n = static_cast<double>(d);
  return 12 * n * gamma<T>(n);
}

template <class Derived>
[[nodiscard]] double norm(const Eigen::MatrixBase<Derived>& a) {
  double sum = 0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const auto entry = static_cast<double>(a(i, j));
      sum += entry * entry;
    }
  }
  return std::sqrt(sum);
}

/// a x.
template <class T>
[[nodiscard]] Vector<T> applied(const Matrix<T>& a, const Vector<T>& x) {
  Vector<T> result = Vector<T>::Zero(a.rows());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      result(i) += a(i, j) * x(j);
    }
  }
  return result;
}

/// An equality up to rounding, and whether its bound is small enough to say anything.
struct RoundedEquality {
  double error;  ///< |found - expected|
  double bound;  ///< of what rounding may contribute to it
  double scale;  ///< of the quantities compared

  /// A bound of a millionth of the scale or more leaves the equality untested.
  [[nodiscard]] bool tells() const { return bound <= 1e-6 * scale; }
  /// 1 - error / bound; 1 where both sides are exactly zero.
  [[nodiscard]] double margin() const { return error == 0 ? 1.0 : 1 - error / bound; }
};

/// The judgement "undecided in this tier".
[[nodiscard]] inline Judgement undecided(std::string detail) {
  return {0, 1, std::move(detail)};
}

}  // namespace straightedge::proofs
