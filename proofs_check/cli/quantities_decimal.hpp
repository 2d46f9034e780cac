// Printed values: decimals whose own rounding is inside the radius.
#pragma once

#include "quantities_tier.hpp"

namespace straightedge::cli {

/// `radius` >= 0 to three significant digits, rounded up: "1.24e-48"; "0" for zero.
[[nodiscard]] std::string radius_text(const Real150& radius);

/// The result with these exact entries, to `digits` significant digits: radius 0 where every decimal ends by then.
[[nodiscard]] Result exact_result(const std::vector<Rational>& entries, int digits);
[[nodiscard]] Result exact_result(const Rational& value, int digits);
[[nodiscard]] Result exact_result(const Matrix<Rational>& value, int digits);

/// The result of two tiers: the value of `high`, radius 10 |high - low| + the unit roundoff of `low`, relative to
/// max(1, |value|), + the rounding of the decimals.
template <RealScalar Low, RealScalar High>
[[nodiscard]] Result estimated_result(const TierValue<Low>& low, const TierValue<High>& high, int digits);

/// Between rational bounds lower[i] <= value_i <= upper[i]: the midpoints, and half the widest interval as the radius.
[[nodiscard]] Result enclosed_result(const std::vector<Rational>& lower, const std::vector<Rational>& upper,
                                     int digits);

/// `text`, a decimal, to the digits that `radius` supports, with the radius that includes this further rounding.
struct ShortDecimal {
  std::string value;
  std::string radius;
};
[[nodiscard]] ShortDecimal supported_digits(const std::string& text, const std::string& radius);

}  // namespace straightedge::cli
