#include "elimination.hpp"

#include <straightedge/error.hpp>

#include <cmath>

namespace straightedge {
namespace {

void require_square(Eigen::Index rows, Eigen::Index cols) {
  if (rows != cols) {
    throw InputError("inverse: the matrix is " + std::to_string(rows) + " x " + std::to_string(cols) +
                     "; it must be square");
  }
}

[[noreturn]] void throw_singular() {
  throw DoesNotExist("the inverse does not exist: the matrix is singular");
}

/// The condition number max_i (|a^{-1}| |a| e)_i of Skeel: the scale of no row matters to it.
template <RealScalar T>
T skeel_condition(const Matrix<T>& a, const Matrix<T>& inverse) {
  using std::abs;
  const Eigen::Index d = a.rows();
  Vector<T> row_sums = Vector<T>::Zero(d);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      row_sums(i) += abs(a(i, j));
    }
  }
  Vector<T> condition = Vector<T>::Zero(d);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      condition(i) += abs(inverse(i, j)) * row_sums(j);
    }
  }
  T largest(0);
  for (Eigen::Index i = 0; i < d; ++i) {
    if (!(condition(i) <= largest)) {
      largest = condition(i);  // NaN too
    }
  }
  return largest;
}

template <class T>
Matrix<T> inverse_by_elimination(const Matrix<T>& a) {
  const auto lu = detail::eliminate(a);
  if (lu.singular) {
    throw_singular();
  }
  return detail::solve_identity(lu);
}

/// Upper bound of max_i sum_j |e_ij|.
Real50 row_norm(const Matrix<Interval>& e) {
  Real50 largest(0);
  for (Eigen::Index i = 0; i < e.rows(); ++i) {
    Interval sum(0);
    for (Eigen::Index j = 0; j < e.cols(); ++j) {
      sum += abs(e(i, j));
    }
    const Real50 bound(upper(sum));
    if (!(bound <= largest)) {
      largest = bound;
    }
  }
  return largest;
}

}  // namespace

template <class T>
Matrix<T> inverse(const Matrix<T>& a) {
  require_square(a.rows(), a.cols());
  Matrix<T> result = inverse_by_elimination(a);
  if constexpr (RealScalar<T>) {
    const T condition = skeel_condition(a, result);
    if (!(condition * unit_roundoff<T>() * T(static_cast<int>(4 * a.rows())) < T(1))) {
      throw_singular();
    }
  }
  return result;
}

/// With e = I - r a and |e| < 1 in the row-sum norm, a^{-1} = (I - e)^{-1} r, so column j of a^{-1} - r is at most
/// |e| / (1 - |e|) max_i |r_ij|.
template <>
Matrix<Interval> inverse<Interval>(const Matrix<Interval>& a) {
  require_square(a.rows(), a.cols());
  const Eigen::Index d = a.rows();
  Matrix<Real50> middle(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      middle(i, j) = Real50(median(a(i, j)));
    }
  }
  const Matrix<Interval> r = convert<Interval>(inverse(middle));
  Matrix<Interval> e = product(r, a);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      e(i, j) = Interval(i == j ? 1 : 0) - e(i, j);
    }
  }
  const Real50 norm = row_norm(e);
  if (!(norm < 1)) {
    throw DoesNotExist("the inverse of an interval matrix cannot be enclosed: it may hold a singular matrix");
  }
  const Interval ratio = Interval(norm) / (Interval(1) - Interval(norm));
  Matrix<Interval> result(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    Real50 largest(0);
    for (Eigen::Index i = 0; i < d; ++i) {
      const Real50 size(upper(abs(r(i, j))));
      largest = size > largest ? size : largest;
    }
    const Real50 radius(upper(Interval(ratio * Interval(largest))));
    const Interval error(Real50(-radius), radius);
    for (Eigen::Index i = 0; i < d; ++i) {
      result(i, j) = r(i, j) + error;
    }
  }
  return result;
}

template Matrix<double> inverse<double>(const Matrix<double>&);
template Matrix<Real50> inverse<Real50>(const Matrix<Real50>&);
template Matrix<Real100> inverse<Real100>(const Matrix<Real100>&);
template Matrix<Real150> inverse<Real150>(const Matrix<Real150>&);
template Matrix<Rational> inverse<Rational>(const Matrix<Rational>&);

}  // namespace straightedge
