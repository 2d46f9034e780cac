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

/// Bound on the rounding error of relative_excess for variances of the case's fields in tier T. I + t Th has condition
/// at most that of M^{1/2} over the distance of its nearest pole, and enters a moment six times; 64 d covers the
/// constants.
template <RealScalar T>
[[nodiscard]] double variance_rounding(const Case& value) {
  const auto d = static_cast<double>(value.integer("d"));
  const double pole = value.has("angles") ? std::min(1.0, pole_distance_of(value)) : 1.0;
  return 64 * d * static_cast<double>(unit_roundoff<T>()) * std::sqrt(condition_of(value)) / pole;
}

/// True iff R = I to the angle's last digit: nothing is rotated.
[[nodiscard]] inline bool is_unrotated(const Case& value) {
  constexpr std::int64_t full_turn = 360 * 16;
  const auto& angles = value.list("angles");
  return std::all_of(angles.begin(), angles.end(), [](std::int64_t n) { return n % full_turn == 0; }) &&
         value.integer_or("reflect", 0) == 0;
}

}  // namespace straightedge::proofs
