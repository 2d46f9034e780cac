// Noise schedules: f(t), F = f^2, f', f f' and f'/f, computed in fp64 from the given s and t.
//
//   none      f = 0
//   constant  f = s                  f' = 0
//   bridge    f = s sqrt(t (1 - t))  f' = s (1 - 2t) / (2 sqrt(t (1 - t)))    f f' = s^2 (1 - 2t) / 2
//                                    f'/f = (1 - 2t) / (2 t (1 - t))
//
// The caller rounds each once to the type of its arithmetic. f' and f'/f are not finite for the bridge at t = 0 and 1.
#pragma once

#include <cmath>
#include <common/host_device.hpp>

namespace straightedge::ops {

enum class ScheduleKind { none, constant, bridge };
enum class TargetKind { displacement, interpolant };

struct Schedule {
  ScheduleKind kind;
  double s;
  TargetKind target;

  STRAIGHTEDGE_HOST_DEVICE double level(double t) const {
    return kind == ScheduleKind::none ? 0.0 : kind == ScheduleKind::constant ? s : s * sqrt(t * (1.0 - t));
  }
  STRAIGHTEDGE_HOST_DEVICE double squared(double t) const {
    return kind == ScheduleKind::none ? 0.0 : kind == ScheduleKind::constant ? s * s : s * s * (t * (1.0 - t));
  }
  /// Whether f' is a part of the target that does not vanish identically.
  STRAIGHTEDGE_HOST_DEVICE bool adds_noise_to_target() const {
    return target == TargetKind::interpolant && kind == ScheduleKind::bridge && s != 0.0;
  }
  /// f' where it is a part of the target, else 0.
  STRAIGHTEDGE_HOST_DEVICE double target_slope(double t) const {
    return adds_noise_to_target() ? s * (1.0 - 2.0 * t) / (2.0 * sqrt(t * (1.0 - t))) : 0.0;
  }
  /// f f' where it is a part of the target, else 0.
  STRAIGHTEDGE_HOST_DEVICE double target_cross(double t) const {
    return adds_noise_to_target() ? s * s * (1.0 - 2.0 * t) / 2.0 : 0.0;
  }
  /// f'/f where it is a part of the target, else 0.
  STRAIGHTEDGE_HOST_DEVICE double target_ratio(double t) const {
    return adds_noise_to_target() ? (1.0 - 2.0 * t) / (2.0 * t * (1.0 - t)) : 0.0;
  }
};

}  // namespace straightedge::ops
