// The quantities that are known in rationals: structural zeros, and formulas of rational data.
#pragma once

#include "quantities.hpp"

namespace straightedge::cli {

/// Exact results where there are any, among them for every quantity that vanishes for a reason of structure: a pair
/// field on its own coupling without noise has a residual of 0, a deterministic coupling without noise a minimum loss
/// of 0. Those are subject to the quantity's existence, which is not decided here.
[[nodiscard]] Results rational_results(const Problem& problem, const RationalParts& parts, const Request& request);

}  // namespace straightedge::cli
