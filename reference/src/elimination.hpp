// Gaussian elimination with partial pivoting, P a = L U, in any ordered scalar with exact or rounded arithmetic.
#pragma once

#include "add_product.hpp"

#include <straightedge/linalg.hpp>

#include <utility>

namespace straightedge::detail {

/// P a = L U: `packed` has U on and above the diagonal and L, whose diagonal is 1, below; row i of P a is row
/// `permutation[i]` of a. `singular` iff a pivot is exactly zero; then `packed` is not complete.
template <class T>
struct Elimination {
  Matrix<T> packed;
  std::vector<Eigen::Index> permutation;
  bool odd = false;
  bool singular = false;
};

template <class T>
Eigen::Index pivot_row(const Matrix<T>& a, Eigen::Index k) {
  using std::abs;
  Eigen::Index best = k;
  for (Eigen::Index i = k + 1; i < a.rows(); ++i) {
    if (abs(a(i, k)) > abs(a(best, k))) {
      best = i;
    }
  }
  return best;
}

template <class T>
Elimination<T> eliminate(Matrix<T> a) {
  const Eigen::Index d = a.rows();
  Elimination<T> result;
  T scratch;
  for (Eigen::Index i = 0; i < d; ++i) {
    result.permutation.push_back(i);
  }
  for (Eigen::Index k = 0; k < d && !result.singular; ++k) {
    const Eigen::Index pivot = pivot_row(a, k);
    if (pivot != k) {
      a.row(k).swap(a.row(pivot));
      std::swap(result.permutation[static_cast<std::size_t>(k)], result.permutation[static_cast<std::size_t>(pivot)]);
      result.odd = !result.odd;
    }
    if (a(k, k) == T(0)) {
      result.singular = true;
      break;
    }
    const T reciprocal = T(1) / a(k, k);
    for (Eigen::Index i = k + 1; i < d; ++i) {
      a(i, k) *= reciprocal;
    }
    for (Eigen::Index j = k + 1; j < d; ++j) {
      for (Eigen::Index i = k + 1; i < d; ++i) {
        subtract_product(a(i, j), a(i, k), a(k, j), scratch);
      }
    }
  }
  result.packed = std::move(a);
  return result;
}

/// a^{-1} from P a = L U, column by column: the column of L^{-1} P that starts at its 1, then back through U.
template <class T>
Matrix<T> solve_identity(const Elimination<T>& lu) {
  const Matrix<T>& f = lu.packed;
  const Eigen::Index d = f.rows();
  Vector<T> reciprocal(d);
  for (Eigen::Index k = 0; k < d; ++k) {
    reciprocal(k) = T(1) / f(k, k);
  }
  Matrix<T> result = Matrix<T>::Zero(d, d);
  T scratch;
  for (Eigen::Index start = 0; start < d; ++start) {
    const Eigen::Index j = lu.permutation[static_cast<std::size_t>(start)];
    result(start, j) = T(1);
    for (Eigen::Index k = start; k < d; ++k) {
      for (Eigen::Index i = k + 1; i < d; ++i) {
        subtract_product(result(i, j), f(i, k), result(k, j), scratch);
      }
    }
    for (Eigen::Index k = d - 1; k >= 0; --k) {
      result(k, j) *= reciprocal(k);
      for (Eigen::Index i = 0; i < k; ++i) {
        subtract_product(result(i, j), f(i, k), result(k, j), scratch);
      }
    }
  }
  return result;
}

}  // namespace straightedge::detail
