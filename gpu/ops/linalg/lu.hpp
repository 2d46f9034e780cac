// P A = L U by Gaussian elimination with partial pivoting, in place, and the solution of A y = b and A^T y = b.
//
//   a      [n, n] row-major: A, then L below the diagonal (its own is 1) and U from it on
//   swaps  [n]: at step k rows k and swaps[k] >= k change places; of equal pivots the first is taken
//
// S is a number or a pack of them, Size a FixedSize or std::int64_t. Row numbers are held in S, exact below 2^24.
#pragma once

#include <linalg/element.hpp>

namespace straightedge::ops {

/// Where all pivots are finite and not 0. Where not, the factors are of no use.
template <class S, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto factor_lu(S* a, S* swaps, Size n) {
  auto is_regular = S(0) == S(0);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t k = 0; k < n; ++k) {
    S largest = magnitude(a[k * n + k]);
    S pivot_row = S(static_cast<double>(k));
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = k + 1; i < n; ++i) {
      const S candidate = magnitude(a[i * n + k]);
      const auto is_larger = candidate > largest;
      largest = select(is_larger, candidate, largest);
      pivot_row = select(is_larger, S(static_cast<double>(i)), pivot_row);
    }
    swaps[k] = pivot_row;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = k + 1; i < n; ++i) {
      const auto is_pivot = pivot_row == S(static_cast<double>(i));
      if (is_any(is_pivot)) {
        STRAIGHTEDGE_UNROLL
        for (std::int64_t j = 0; j < n; ++j) {
          swap_where(is_pivot, a[k * n + j], a[i * n + j]);
        }
      }
    }
    const S pivot = a[k * n + k];
    is_regular = is_regular & (pivot != S(0)) & is_finite(pivot);
    if (!is_any(is_regular)) {
      return is_regular;
    }
    const S* row = a + k * n;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = k + 1; i < n; ++i) {
      S* other = a + i * n;
      const S factor = other[k] / pivot;
      other[k] = factor;
      STRAIGHTEDGE_UNROLL
      for (std::int64_t j = k + 1; j < n; ++j) {
        other[j] = other[j] - factor * row[j];
      }
    }
  }
  return is_regular;
}

/// b := A^{-1} b: L z = P b, U y = z. The factors F may be numbers that serve all lanes of b, and V whatever has [i].
template <class F, class V, class Size>
STRAIGHTEDGE_HOST_DEVICE inline void solve_lu(const F* a, const F* swaps, V b, Size n) {
  using S = ElementOf<V>;
  STRAIGHTEDGE_UNROLL
  for (std::int64_t k = 0; k < n; ++k) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = k + 1; i < n; ++i) {
      swap_where(swaps[k] == F(static_cast<double>(i)), b[k], b[i]);
    }
  }
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 1; i < n; ++i) {
    b[i] = b[i] - sum_between<S>(0, i, [&](std::int64_t j) { return a[i * n + j] * b[j]; });
  }
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = n - 1; i >= 0; --i) {
    b[i] = (b[i] - sum_between<S>(i + 1, n, [&](std::int64_t j) { return a[i * n + j] * b[j]; })) / a[i * n + i];
  }
}

/// b := A^{-T} b: U^T z = b, L^T P y = z. By rows of the factors: the loops over j are contiguous.
template <class F, class V, class Size>
STRAIGHTEDGE_HOST_DEVICE inline void solve_lu_transposed(const F* a, const F* swaps, V b, Size n) {
  using S = ElementOf<V>;
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    const S z = b[i] / a[i * n + i];
    b[i] = z;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = i + 1; j < n; ++j) {
      b[j] = b[j] - a[i * n + j] * z;
    }
  }
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = n - 1; i > 0; --i) {
    const S y = b[i];
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = 0; j < i; ++j) {
      b[j] = b[j] - a[i * n + j] * y;
    }
  }
  STRAIGHTEDGE_UNROLL
  for (std::int64_t k = n - 1; k >= 0; --k) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = n - 1; i > k; --i) {
      swap_where(swaps[k] == F(static_cast<double>(i)), b[k], b[i]);
    }
  }
}

}  // namespace straightedge::ops
