// xt = (1 - t) x0 + t x1 + f(t) z,   target = x1 - x0 (+ f'(t) z),   z the normals of common/noise.hpp.
//
// Where f'(t) is asked for and does not exist, the operator refuses t. The overloads with a tensor as the offset do so
// on the CPU; on a GPU they never wait for it, and the target's row is infinite or NaN.
#pragma once

#include <common/host_device.hpp>
#include <common/number.hpp>
#include <common/schedule.hpp>
#include <cstdint>

namespace straightedge::ops {

/// A coordinate of a point, in the arithmetic S. Bytes are images: x / 127.5 - 1.
template <class S, class X>
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline S coordinate(X x) {
  return load(x);
}
template <>
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline double coordinate<double, std::uint8_t>(std::uint8_t x) {
  return static_cast<double>(x) / 127.5 - 1.0;
}
template <>
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline float coordinate<float, std::uint8_t>(std::uint8_t x) {
  return static_cast<float>(x) / 127.5F - 1.0F;
}

/// What a row's time makes of its coordinates.
template <class S>
struct InterpolationRow {
  S rest;   ///< 1 - t
  S t;      ///< t
  S level;  ///< f(t)
  S slope;  ///< f'(t) where it is a part of the target, else 0

  [[nodiscard]] STRAIGHTEDGE_HOST_DEVICE S point(S x0, S x1) const { return rest * x0 + t * x1; }
};

template <class T>
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline InterpolationRow<Arithmetic<T>> interpolation_row(
    const Schedule& schedule, T time) {
  using S = Arithmetic<T>;
  const S t = load(time);
  const auto exact = static_cast<double>(t);
  return {S(1) - t, t, static_cast<S>(schedule.level(exact)), static_cast<S>(schedule.target_slope(exact))};
}

/// Whether f' is asked for where it does not exist.
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline bool has_no_slope(const Schedule& schedule, double t) {
  return schedule.adds_noise_to_target() && (t == 0.0 || t == 1.0);
}

}  // namespace straightedge::ops
