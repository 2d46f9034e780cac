// Integration of dx/dt = v(x, t) along the pair field (pair_velocity/arithmetic.hpp), in fp64:
//
//   h = (t1 - t0) / steps    t_k = t0 + k h
//   euler  x + h v(x, t_k)
//   heun   k1 = v(x, t_k), k2 = v(x + h k1, t_k + h)                          x + (h/2) (k1 + k2)
//   rk4    k1 = v(x, t_k), k2 = v(x + (h/2) k1, t_k + h/2),
//          k3 = v(x + (h/2) k2, t_k + h/2), k4 = v(x + h k3, t_k + h)         x + (h/6) (k1 + 2 k2 + 2 k3 + k4)
//
// I + t Th depends on time alone, so that its factors at each time of a step serve all samples. S is a number or a pack
// of them, a lane a sample.
#pragma once

#include <common/number.hpp>
#include <pair_velocity/arithmetic.hpp>

namespace straightedge::ops {

/// Rounds once to the stored type.
template <class T>
STRAIGHTEDGE_HOST_DEVICE inline T rounded(double value) {
  return store<T>(static_cast<Arithmetic<T>>(value));
}
/// By way of the neighbouring binary32 whose last bit is 1, unless the value is one: it says which side of a tie
/// between two bf16 the value is on.
template <>
STRAIGHTEDGE_HOST_DEVICE inline Bf16 rounded<Bf16>(double value) {
  float nearest = static_cast<float>(value);
  std::uint32_t bits;
  memcpy(&bits, &nearest, sizeof bits);
  if (double(nearest) != value && value == value && bits % 2U == 0U) {
    bits = fabs(double(nearest)) < fabs(value) ? bits + 1U : bits - 1U;
    memcpy(&nearest, &bits, sizeof bits);
  }
  return store<Bf16>(nearest);
}

enum class Method { euler, heun, rk4 };

struct TimeGrid {
  double t0;
  double t1;
  std::int64_t steps;
  Method method;

  STRAIGHTEDGE_HOST_DEVICE double step_size() const { return (t1 - t0) / static_cast<double>(steps); }
  /// Different times within a step.
  STRAIGHTEDGE_HOST_DEVICE std::int64_t times_a_step() const {
    return method == Method::euler ? 1 : method == Method::heun ? 2 : 3;
  }
  /// The i-th of them.
  STRAIGHTEDGE_HOST_DEVICE double time(std::int64_t step, std::int64_t i) const {
    const double start = t0 + static_cast<double>(step) * step_size();
    return i == 0 ? start : start + (i + 1 == times_a_step() ? step_size() : step_size() / 2.0);
  }
};

/// The factors of I + t Th at one time.
struct LinesAtTime {
  double t;
  const double* factors;  ///< [d, d]
  const double* swaps;    ///< [d]
};

/// The field, and what a sample's velocity is computed in. V: what has [i], of numbers or packs.
template <class V, class Size>
struct PairFieldOfSample {
  const double* th;
  const double* Th;
  Size n;
  V y;  ///< [d]

  /// k := v(x + scale k, t); scale 0 leaves k out.
  template <class X>
  STRAIGHTEDGE_HOST_DEVICE void velocity(const LinesAtTime& lines, X x, double scale, X k) const {
    using S = ElementOf<V>;
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = 0; i < n; ++i) {
      const S position = scale == 0.0 ? x[i] : x[i] + scale * k[i];
      y[i] = position - S(lines.t * th[i]);
    }
    solve_lu(lines.factors, lines.swaps, y, n);
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = 0; i < n; ++i) {
      k[i] = velocity_of_line([this](std::int64_t j) { return th[j]; },
                              [this](std::int64_t row, std::int64_t j) { return Th[row * n + j]; }, y, i, n);
    }
  }
};

/// x := x after one step; `lines` at its times in their order; workspaces k [d], sum [d]. Along a pair field every
/// method is exact, rounding aside: another field shows their orders.
template <class Field, class V>
STRAIGHTEDGE_HOST_DEVICE inline void take_step(const Field& field, Method method, double h, const LinesAtTime* lines,
                                               V x, V k, V sum) {
  const auto add_to_x = [&](double scale, V velocity) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = 0; i < field.n; ++i) {
      x[i] = x[i] + scale * velocity[i];
    }
  };
  const auto add_to_sum = [&](double scale) {
    STRAIGHTEDGE_UNROLL
    for (std::int64_t i = 0; i < field.n; ++i) {
      sum[i] = scale == 0.0 ? k[i] : sum[i] + scale * k[i];
    }
  };
  field.velocity(lines[0], x, 0.0, k);
  if (method == Method::euler) {
    add_to_x(h, k);
    return;
  }
  add_to_sum(0.0);
  if (method == Method::heun) {
    field.velocity(lines[1], x, h, k);
    add_to_sum(1.0);
    add_to_x(h / 2.0, sum);
    return;
  }
  field.velocity(lines[1], x, h / 2.0, k);
  add_to_sum(2.0);
  field.velocity(lines[1], x, h / 2.0, k);
  add_to_sum(2.0);
  field.velocity(lines[2], x, h, k);
  add_to_sum(1.0);
  add_to_x(h / 6.0, sum);
}

}  // namespace straightedge::ops
