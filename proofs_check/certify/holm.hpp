// Holm's correction of p-values for the number of hypotheses that are tested (Holm 1979, A simple sequentially
// rejective multiple test procedure).
//
// Of m hypotheses with p-values p_(1) <= ... <= p_(m) the adjusted ones are
//   adjusted_(i) = max over j <= i of min(1, (m - j + 1) p_(j)).
// Rejecting where adjusted < a rejects a true hypothesis with probability < a, however the p-values depend on each
// other.
#pragma once

#include <span>
#include <vector>

namespace straightedge::certify {

/// The adjusted p-values, in the order of `p`. A hypothesis that nobody tested has p = 1, and counts. Throws InputError
/// unless all are in [0, 1].
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p);

}  // namespace straightedge::certify
