// Gradient variances of cases in Arb balls, and the margins of claims that order two of them.
//
// A case is rational but for its angles: M^{1/2} = V diag(e) V^T with rational plane turns V, R the turns by
// angles / 16 degrees in the rational frame P. So the second witness (reference/enclosure), which shares no formula
// with judge(), takes it without rounding.
#pragma once

#include <case.hpp>
#include <claim.hpp>

#include <optional>
#include <straightedge/enclosure/variance_in_noise.hpp>

namespace straightedge::proofs {

/// The coefficients of the variance in F; nothing where they are not enclosed (a singular time is near) or where the
/// case has a reflection. `coupling`: optimal, rotated or independent.
[[nodiscard]] std::optional<enclosure::VarianceInNoiseBounds> enclosed_variance(const Case& value,
                                                                                CouplingKind coupling,
                                                                                enclosure::FieldKind field);

/// F = s^2 of a case.
[[nodiscard]] Rational squared_noise_of(const Case& value);

/// (a - b)/(a + b) for a, b > 0, rounded outward; which rises with a and falls with b.
[[nodiscard]] MarginBounds excess_bounds(const enclosure::Bounds& a, const enclosure::Bounds& b);

/// Of the smaller of two margins.
[[nodiscard]] MarginBounds smaller(const MarginBounds& a, const MarginBounds& b);

}  // namespace straightedge::proofs
