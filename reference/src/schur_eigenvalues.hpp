// Eigenvalues of a general matrix from its real Schur form, the diagonal blocks of which hold them. Each tier is
// instantiated in a file of its own: Eigen's iteration compiles for half a minute in each.
#pragma once

#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <Eigen/Eigenvalues>
#include <cmath>

namespace straightedge {
namespace detail {

/// Both eigenvalues of the 2 x 2 block of `s` at k.
template <class T>
void append_block(const Matrix<T>& s, Eigen::Index k, std::vector<Eigenvalue<T>>& result) {
  using std::abs;
  using std::sqrt;
  const T half_trace = (s(k, k) + s(k + 1, k + 1)) / T(2);
  const T half_difference = (s(k, k) - s(k + 1, k + 1)) / T(2);
  const T discriminant = half_difference * half_difference + s(k, k + 1) * s(k + 1, k);
  const T root = sqrt(abs(discriminant));
  if (discriminant < T(0)) {
    result.push_back({half_trace, root});
    result.push_back({half_trace, T(-root)});
  } else {
    result.push_back({T(half_trace + root), T(0)});
    result.push_back({T(half_trace - root), T(0)});
  }
}

}  // namespace detail

template <RealScalar T>
std::vector<Eigenvalue<T>> eigenvalues(const Matrix<T>& a) {
  if (a.rows() != a.cols()) {
    throw InputError("eigenvalues: the matrix must be square");
  }
  const Eigen::RealSchur<Matrix<T>> schur(a, false);
  if (schur.info() != Eigen::Success) {
    throw DoesNotExist("eigenvalues: the iteration did not converge");
  }
  const Matrix<T>& s = schur.matrixT();
  std::vector<Eigenvalue<T>> result;
  for (Eigen::Index k = 0; k < s.rows(); ++k) {
    if (k + 1 < s.rows() && s(k + 1, k) != T(0)) {
      detail::append_block(s, k, result);
      ++k;
    } else {
      result.push_back({s(k, k), T(0)});
    }
  }
  return result;
}

}  // namespace straightedge
