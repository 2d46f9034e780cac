// The velocity field of a family of straight lines z -> z + t (th + Th z): at (x, t) the velocity of the line that
// passes there,
//
//   (I + t Th) y = x - t th      v = th + Th y
//
// by Gaussian elimination with partial pivoting. Where I + t Th is singular, lines meet and the field does not exist.
//
// S is a number or a pack of them (linalg/element.hpp), Size a FixedSize or std::int64_t; th(i) and Th(i, j) give
// numbers or packs.
#pragma once

#include <linalg/lu.hpp>

namespace straightedge::ops {

/// An entry of I + t Th.
template <class S, class Time, class Entry>
STRAIGHTEDGE_HOST_DEVICE inline S entry_of_lines(const Time& t, const Entry& Th, bool is_diagonal) {
  const S entry = t * Th;
  return is_diagonal ? S(1) + entry : entry;
}

/// a [n, n] := the factors of I + t Th, swaps [n]. Returns where it is regular.
template <class S, class Time, class Matrix, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto factor_lines(const Time& t, const Matrix& Th, S* a, S* swaps, Size n) {
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = 0; j < n; ++j) {
      a[i * n + j] = entry_of_lines<S>(t, Th(i, j), i == j);
    }
  }
  return factor_lu(a, swaps, n);
}

/// Coordinate i of v = th + Th y.
template <class Vector, class Matrix, class V, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto velocity_of_line(const Vector& th, const Matrix& Th, V y, std::int64_t i, Size n) {
  using S = ElementOf<V>;
  return S(th(i)) + sum_between<S>(0, n, [&](std::int64_t j) { return Th(i, j) * y[j]; });
}

}  // namespace straightedge::ops
