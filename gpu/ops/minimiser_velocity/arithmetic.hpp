// The velocity field of least loss, E[target | x_t = x], for the source N(0, I) and a mixture of Gaussians as data: k
// has weight pi_k, mean mu_k, covariance M_k, and cross-covariance C_k with its source.
//
//   Sigma_k = ((1-t)^2 + F) I + t^2 M_k + t (1-t) (C_k + C_k^T) = L L^T          (only its upper triangle is formed)
//   B_k = (1-t) C_k + t M_k - (1-t) I - t C_k^T   [+ f f' I  for target interpolant]
//   y = L^{-1} (x - t mu_k)      l_k = ln pi_k - |y|^2 / 2 - sum_i ln L_ii      r_k = exp(l_k - max l) / sum_j ...
//   v = sum_k r_k u_k            u_k = mu_k + B_k L^{-T} y
//
// S is a number or a pack of them, a lane a row.
#pragma once

#include <common/schedule.hpp>
#include <linalg/cholesky.hpp>

namespace straightedge::ops {

/// What is the same for all components: computed once from a row's time.
template <class S>
struct MixtureTime {
  S t;
  S variance;  ///< F
  S cross;     ///< f f' where it is a part of the target

  /// An entry of Sigma_k, from M_ij, C_ij and C_ji.
  template <class Entry>
  STRAIGHTEDGE_HOST_DEVICE S covariance(const Entry& M, const Entry& C, const Entry& C_transposed,
                                        bool is_diagonal) const {
    const S rest = S(1) - t;
    const S entry = (t * t) * M + (t * rest) * (C + C_transposed);
    return is_diagonal ? rest * rest + variance + entry : entry;
  }
  /// An entry of B_k.
  template <class Entry>
  STRAIGHTEDGE_HOST_DEVICE S regression(const Entry& M, const Entry& C, const Entry& C_transposed,
                                        bool is_diagonal) const {
    const S rest = S(1) - t;
    const S entry = rest * C + t * M - t * C_transposed;
    return is_diagonal ? entry - rest + cross : entry;
  }
};

/// l_k and u [n] of a component with ln_pi, mu(i), M(i, j), C(i, j) at the position x(i); workspaces a [n, n], y [n].
/// Returns where Sigma_k is positive definite.
template <class S, class LogWeight, class Vector, class Matrix, class Cross, class Position, class U, class Size>
STRAIGHTEDGE_HOST_DEVICE inline auto velocity_of_component(const MixtureTime<S>& time, LogWeight ln_pi,
                                                           const Vector& mu, const Matrix& M, const Cross& C,
                                                           const Position& x, S* a, S* y, U u, S& level, Size n) {
  const S t = time.t;
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t j = i; j < n; ++j) {
      a[i * n + j] = time.covariance(M(i, j), C(i, j), C(j, i), i == j);
    }
    y[i] = x(i) - t * mu(i);
  }
  const auto is_regular = factor_cholesky(a, n);
  solve_lower(a, y, n);
  const S squared = sum_between<S>(0, n, [&](std::int64_t i) { return y[i] * y[i]; });
  S logarithms = S(0);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    logarithms = logarithms + logarithm(a[i * n + i]);
  }
  level = S(ln_pi) - squared / S(2) - logarithms;
  solve_upper(a, y, n);
  STRAIGHTEDGE_UNROLL
  for (std::int64_t i = 0; i < n; ++i) {
    const S product =
        sum_between<S>(0, n, [&](std::int64_t j) { return time.regression(M(i, j), C(i, j), C(j, i), i == j) * y[j]; });
    u[i] = S(mu(i)) + product;
  }
  return is_regular;
}

/// levels [K] := exp(l_k - max l), K >= 1. Returns their sum.
template <class V>
STRAIGHTEDGE_HOST_DEVICE inline auto weights_of_levels(V levels, std::int64_t components) {
  using S = ElementOf<V>;
  S maximum = levels[0];
  for (std::int64_t k = 1; k < components; ++k) {
    maximum = select(levels[k] > maximum, levels[k], maximum);
  }
  S sum = S(0);
  for (std::int64_t k = 0; k < components; ++k) {
    levels[k] = exponential_of(levels[k] - maximum);
    sum = sum + levels[k];
  }
  return sum;
}

}  // namespace straightedge::ops
