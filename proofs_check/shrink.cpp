#include <shrink.hpp>

#include <new>
#include <optional>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

using Tree = rc::Shrinkable<Case>;

// Simpler values may leave what the claim's own functions can take; those are no counterexamples.
bool admitted(const Claim& claim, const Case& value) {
  try {
    return claim.admits(value);
  } catch (const Error&) {
    return false;
  }
}

std::optional<Outcome> failure_of(const Claim& claim, const Case& value, Tier precise) {
  Outcome outcome = evaluate(claim, value, precise);
  return outcome.decision == Decision::fails ? std::optional(std::move(outcome)) : std::nullopt;
}

// The first failing shrink, if the budget lasts.
std::optional<Tree> descend(const Claim& claim, const Tree& from, Tier precise, std::int64_t budget, Shrunk& state) {
  rc::Seq<Tree> candidates = from.shrinks();
  while (state.evaluations < budget) {
    rc::Maybe<Tree> candidate = candidates.next();
    if (!candidate) {
      break;
    }
    Case value = candidate->value();
    if (!admitted(claim, value)) {
      continue;
    }
    ++state.evaluations;
    if (std::optional<Outcome> failure = failure_of(claim, value, precise)) {
      state.value = std::move(value);
      state.outcome = *std::move(failure);
      ++state.steps;
      return *std::move(candidate);
    }
  }
  return std::nullopt;
}

}  // namespace

Shrunk shrink(const Claim& claim, const Draw& draw, const Outcome& failure, Tier precise, std::int64_t budget) {
  Shrunk state{.value = draw.value, .outcome = failure};
  for (std::optional<Tree> tree = draw.tree; tree;) {
    tree = descend(claim, *tree, precise, budget, state);
  }
  Outcome confirmed = judge_in_tier(claim, state.value, Tier::digits100, Variant::claim);
  if (confirmed.decision != Decision::fails && state.steps > 0) {
    state.value = draw.value;
    confirmed = judge_in_tier(claim, state.value, Tier::digits100, Variant::claim);
    state.steps = 0;
  }
  state.outcome = std::move(confirmed);
  return state;
}

}  // namespace straightedge::proofs
