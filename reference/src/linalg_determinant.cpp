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

/// Approximate triangular inverses of the factors of P a = L U, for a preconditioner x_l P a x_u near I. Both are exact
/// point matrices whose determinants are products of their diagonals; that of x_l is 1.
struct Preconditioner {
  Matrix<Real50> x_l;
  Matrix<Real50> x_u;
};

Preconditioner invert_factors(const Matrix<Real50>& packed) {
  const Eigen::Index d = packed.rows();
  Matrix<Real50> x_l = Matrix<Real50>::Identity(d, d);
  Matrix<Real50> x_u = Matrix<Real50>::Zero(d, d);
  Real50 scratch;
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index k = j; k < d; ++k) {
      for (Eigen::Index i = k + 1; i < d; ++i) {
        detail::subtract_product(x_l(i, j), packed(i, k), x_l(k, j), scratch);
      }
    }
    x_u(j, j) = Real50(1);
    for (Eigen::Index k = j; k >= 0; --k) {
      x_u(k, j) /= packed(k, k);
      for (Eigen::Index i = 0; i < k; ++i) {
        detail::subtract_product(x_u(i, j), packed(i, k), x_u(k, j), scratch);
      }
    }
  }
  return {x_l, x_u};
}

Matrix<Real50> midpoints(const Matrix<Interval>& a) {
  Matrix<Real50> result(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      result(i, j) = Real50(median(a(i, j)));
    }
  }
  return result;
}

Matrix<Interval> permuted(const Matrix<Interval>& a, const std::vector<Eigen::Index>& permutation) {
  Matrix<Interval> result(a.rows(), a.cols());
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    result.row(i) = a.row(permutation[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// An upper bound of max_i sum_j |b_ij - (i == j)|.
Real50 distance_from_identity(const Matrix<Interval>& b) {
  Real50 largest(0);
  for (Eigen::Index i = 0; i < b.rows(); ++i) {
    Interval sum(0);
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      sum += abs(Interval(b(i, j) - Interval(i == j ? 1 : 0)));
    }
    const Real50 bound(upper(sum));
    if (!(bound <= largest)) {
      largest = bound;  // NaN too
    }
  }
  return largest;
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

/// With e >= |x_l P a x_u - I| in the row-sum norm and e < 1, every eigenvalue of x_l P a x_u is within e of 1. It is
/// real or has its conjugate beside it, so their product lies in [(1-e)^d, (1+e)^d].
template <>
Interval determinant<Interval>(const Matrix<Interval>& a) {
  require_square(a.rows(), a.cols());
  const auto lu = detail::eliminate(midpoints(a));
  if (lu.singular) {
    return determinant_by_traces(a);
  }
  const Preconditioner x = invert_factors(lu.packed);
  const Matrix<Interval> near_identity =
      product(convert<Interval>(x.x_l), product(permuted(a, lu.permutation), convert<Interval>(x.x_u)));
  const Real50 e = distance_from_identity(near_identity);
  if (!(e < 1)) {
    return determinant_by_traces(a);
  }
  const Interval eigenvalue(lower(Interval(Interval(1) - Interval(e))), upper(Interval(Interval(1) + Interval(e))));
  Interval result(lu.odd ? -1 : 1);
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    result *= eigenvalue / Interval(x.x_u(i, i));
  }
  return result;
}

template double determinant<double>(const Matrix<double>&);
template Real50 determinant<Real50>(const Matrix<Real50>&);
template Real100 determinant<Real100>(const Matrix<Real100>&);
template Real150 determinant<Real150>(const Matrix<Real150>&);
template Rational determinant<Rational>(const Matrix<Rational>&);

}  // namespace straightedge
