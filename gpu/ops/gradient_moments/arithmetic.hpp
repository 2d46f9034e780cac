// Moments of the gradient of the pair field's loss with respect to its parameters th, Th, over samples. For each
//
//   xt = (1-t) x0 + t x1 + f z     S = I + t Th        S y = xt - t th
//   r = (x1 - x0) - (th + Th y)    [+ f' z  for target interpolant]
//   S^T q = r                      the gradients of |r|^2 are  g_th = -2 q,  g_Th = -2 q y^T
//
//   sum_squared = sum 4 |q|^2 (1 + |y|^2)     sum_th = sum g_th     sum_Th = sum g_Th
//
// All in fp64. S is double or a pack of it.
#pragma once

#include <common/schedule.hpp>
#include <pair_velocity/arithmetic.hpp>

namespace straightedge::ops {

/// Of a sample: time, f and f'.
template <class S>
struct SampleTime {
  S t;
  S level;
  S slope;

  /// A coordinate of xt - t th.
  template <class Coordinate, class Parameter>
  STRAIGHTEDGE_HOST_DEVICE S right_side(const Coordinate& x0, const Coordinate& x1, const Coordinate& z,
                                        const Parameter& th) const {
    return (S(1) - t) * x0 + t * x1 + level * z - t * th;
  }
  /// A coordinate of r, from that of v = th + Th y.
  template <class Coordinate>
  STRAIGHTEDGE_HOST_DEVICE S residual(const Coordinate& x0, const Coordinate& x1, const Coordinate& z,
                                      const S& v) const {
    return (x1 - x0) - v + slope * z;
  }
};

/// Whether f and, where it is a part of the target, f' exist at t.
STRAIGHTEDGE_HOST_DEVICE inline bool has_noise_level(const Schedule& schedule, double t) {
  return is_finite(schedule.level(t)) && is_finite(schedule.target_slope(t));
}

/// y [n] and q [n] of a sample with the coordinates x0(i), x1(i), z(i); workspace a [n, n] and swaps [n]. Returns where
/// S is regular.
template <class S, class Vector, class Matrix, class Source, class Target, class Noise, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto gradient_of_sample(const SampleTime<S>& time, const Vector& th, const Matrix& Th,
                                                        const Source& x0, const Target& x1, const Noise& z, S* a,
                                                        S* swaps, S* y, S* q, Size n) {
  const auto is_regular = factor_lines(time.t, Th, a, swaps, n);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    y[i] = time.right_side(x0(i), x1(i), z(i), th(i));
  }
  solve_lu(a, swaps, y, n);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    q[i] = time.residual(x0(i), x1(i), z(i), velocity_of_line(th, Th, y, i, n));
  }
  solve_lu_transposed(a, swaps, q, n);
  return is_regular;
}

/// A quarter of a sample's |g_th|^2 + |g_Th|^2.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S squared_norm_of_gradient(S q_squared, S y_squared) {
  return q_squared * (S(1) + y_squared);
}

}  // namespace straightedge::ops
