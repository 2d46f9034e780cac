// Shrinking: from a failing case to a simple one that fails too.
//
// Greedy descent over the tree that RapidCheck draws with each case: of the shrinks of the current case, the first that
// the claim admits and that fails becomes the current one; a case none of whose shrinks does so is the end.
#pragma once

#include <campaign_evaluate.hpp>

namespace straightedge::proofs {

struct Shrunk {
  Case value = {};
  Outcome outcome = {};          ///< at 100 digits
  std::int64_t steps = 0;        ///< how often a smaller failing case was found
  std::int64_t evaluations = 0;  ///< cases judged on the way
};

/// How many cases shrinking may judge.
inline constexpr std::int64_t kShrinkBudget = 1000;

/// Shrinks the drawn case, of which `failure` is the outcome. What it returns fails at 100 digits wherever the drawn
/// case does.
[[nodiscard]] Shrunk shrink(const Claim& claim, const Draw& draw, const Outcome& failure, Tier precise,
                            std::int64_t budget = kShrinkBudget);

}  // namespace straightedge::proofs
