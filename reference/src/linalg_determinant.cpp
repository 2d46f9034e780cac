#include "elimination.hpp"

#include <straightedge/error.hpp>

namespace straightedge {
namespace {

void require_square(Eigen::Index rows, Eigen::Index cols) {
  if (rows != cols) {
    throw InputError("determinant: the matrix is " + std::to_string(rows) + " x " + std::to_string(cols) +
                     "; it must be square");
  }
}

/// Division-free up to division by integers (Faddeev and LeVerrier), so it encloses whatever the entries hold:
/// m_1 = a, c_k = -tr(m_k) / k, m_{k+1} = a (m_k + c_k I), det a = (-1)^d c_d.
Interval determinant_by_traces(const Matrix<Interval>& a) {
  const Eigen::Index d = a.rows();
  Matrix<Interval> m = a;
  Interval coefficient(1);
  for (Eigen::Index k = 1; k <= d; ++k) {
    if (k > 1) {
      for (Eigen::Index i = 0; i < d; ++i) {
        m(i, i) += coefficient;
      }
      m = product(a, m);
    }
    Interval trace(0);
    for (Eigen::Index i = 0; i < d; ++i) {
      trace += m(i, i);
    }
    coefficient = -trace / Interval(static_cast<int>(k));
  }
  return d % 2 == 0 ? coefficient : Interval(-coefficient);
}

}  // namespace

template <class T>
T determinant(const Matrix<T>& a) {
  require_square(a.rows(), a.cols());
  const auto lu = detail::eliminate(a);
  if (lu.singular) {
    return T(0);
  }
  T result(lu.odd ? -1 : 1);
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    result *= lu.packed(i, i);
  }
  return result;
}

template <>
Interval determinant<Interval>(const Matrix<Interval>& a) {
  require_square(a.rows(), a.cols());
  return determinant_by_traces(a);
}

template double determinant<double>(const Matrix<double>&);
template Real50 determinant<Real50>(const Matrix<Real50>&);
template Real100 determinant<Real100>(const Matrix<Real100>&);
template Real150 determinant<Real150>(const Matrix<Real150>&);
template Rational determinant<Rational>(const Matrix<Rational>&);

}  // namespace straightedge
