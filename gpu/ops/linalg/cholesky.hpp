// A = L L^T by Cholesky's method, in place, and the two triangular solutions.
//
//   a  [n, n] row-major: of A the diagonal and what is above it are read, and replaced by L^T
//
// S is a number or a pack of them, Size a FixedSize or std::int64_t.
#pragma once

#include <linalg/element.hpp>

namespace straightedge::ops {

/// Where all pivots are positive and finite. Where not, the factor is of no use.
template <class S, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto factor_cholesky(S* a, Size n) {
  auto is_regular = S(0) == S(0);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t k = 0; k < n; ++k) {
    const S pivot = a[k * n + k];
    is_regular = is_regular & (pivot > S(0)) & is_finite(pivot);
    if (!is_any(is_regular)) {
      return is_regular;
    }
    const S diagonal = root(pivot);
    S* row = a + k * n;
    row[k] = diagonal;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = k + 1; j < n; ++j) {
      row[j] = row[j] / diagonal;
    }
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = k + 1; i < n; ++i) {
      const S factor = row[i];
      S* other = a + i * n;
      STRAIGHTEDGE_UNROLL
      for (std::int64_t j = i; j < n; ++j) {
        other[j] = other[j] - factor * row[j];
      }
    }
  }
  return is_regular;
}

/// b := L^{-1} b.
template <class S, class Size>
STRAIGHTEDGE_HOST_DEVICE inline void solve_lower(const S* a, S* b, Size n) {
  STRAIGHTEDGE_UNROLL
  for (std::int64_t k = 0; k < n; ++k) {
    const S y = b[k] / a[k * n + k];
    b[k] = y;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = k + 1; j < n; ++j) {
      b[j] = b[j] - a[k * n + j] * y;
    }
  }
}

/// b := L^{-T} b.
template <class S, class Size>
STRAIGHTEDGE_HOST_DEVICE inline void solve_upper(const S* a, S* b, Size n) {
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = n - 1; i >= 0; --i) {
    b[i] = (b[i] - sum_between<S>(i + 1, n, [&](std::int64_t j) { return a[i * n + j] * b[j]; })) / a[i * n + i];
  }
}

}  // namespace straightedge::ops
