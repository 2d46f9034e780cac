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

/// a [n, n] := the factors of I + t Th, swaps [n]. Returns where it is regular.
template <class S, class Time, class Matrix, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto factor_lines(const Time& t, const Matrix& Th, S* a, S* swaps, Size n) {
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = 0; j < n; ++j) {
      const S entry = t * Th(i, j);
      a[i * n + j] = i == j ? S(1) + entry : entry;
    }
  }
  return factor_lu(a, swaps, n);
}

/// Coordinate i of v = th + Th y.
template <class S, class Vector, class Matrix, class Size>
STRAIGHTEDGE_HOST_DEVICE inline S velocity_of_line(const Vector& th, const Matrix& Th, const S* y, std::int64_t i,
                                                   Size n) {
  return S(th(i)) + sum_between<S>(0, n, [&](std::int64_t j) { return Th(i, j) * y[j]; });
}

}  // namespace straightedge::ops
