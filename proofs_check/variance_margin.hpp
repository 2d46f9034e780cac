// What the claims that order two gradient variances share.
#pragma once

#include <generators.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {

/// (a - b) / (a + b) for a, b >= 0, of which one may be infinite; NaN where both are.
template <RealScalar T>
[[nodiscard]] double relative_excess(const T& a, const T& b) {
  using std::isinf;
  if (isinf(a) || isinf(b)) {
    return isinf(a) && isinf(b) ? std::nan("") : (isinf(a) ? 1.0 : -1.0);
  }
  return static_cast<double>(T((a - b) / (a + b)));
}

/// Bound on the rounding error of relative_excess in tier T, for variances of fields whose I + t Th has a condition of
/// at most `condition` on [0, 1]: it enters a moment six times, and 64 d covers the constants.
template <RealScalar T>
[[nodiscard]] double variance_rounding(std::int64_t d, double condition) {
  return 64 * static_cast<double>(d) * static_cast<double>(unit_roundoff<T>()) * condition;
}

/// That condition for the OT field of the case: the one of M^{1/2}.
[[nodiscard]] inline double optimal_condition(const Case& value) {
  return std::sqrt(condition_of(value));
}

/// And for the pair field of the rotated coupling: the same over the distance of its nearest pole. Infinite where
/// singular.
[[nodiscard]] inline double rotated_condition(const Case& value) {
  return optimal_condition(value) / std::min(1.0, pole_distance_of(value));
}

/// True iff R = I to the angle's last digit: nothing is rotated.
[[nodiscard]] inline bool is_unrotated(const Case& value) {
  constexpr std::int64_t full_turn = 360 * 16;
  const auto& angles = value.list("angles");
  return std::all_of(angles.begin(), angles.end(), [](std::int64_t n) { return n % full_turn == 0; }) &&
         value.integer_or("reflect", 0) == 0;
}

}  // namespace straightedge::proofs
