// Re-checking a certificate without searching: its verdicts from its own records, that no record is missing, and,
// judged anew, its smallest margins, its first failing and undecided cases, its counterexamples and what the searches
// found, with their enclosures, its refuted mutants, its proofs, and some rows of its surveys.
//
// Not checked, since that would be the campaign once more: the counts of drawn cases by class, the other ranked
// margins, that no drawn case but those listed fails, and the numbers of evaluations.
#pragma once

#include <certificate.hpp>

#include <string>
#include <vector>

namespace straightedge::proofs {

struct Verification {
  std::string claim;
  std::vector<std::string> agreements = {};  ///< what was judged again and agrees
  std::vector<std::string> departures = {};  ///< what was judged again and does not
};

/// One for each row, the parts of proofs on `jobs` threads. A margin agrees if the decision is the same and the values
/// differ by no more than the new uncertainty and the rounding of the margin to double.
[[nodiscard]] std::vector<Verification> verify(const nlohmann::json& certificate, int jobs = 1);

/// Judges a counterexample again: the claim, or its general statement, at 100 digits. Throws InputError for a claim
/// that this program does not have.
[[nodiscard]] Outcome replay(const Counterexample& counterexample);
/// Bounds of its margin, where the claim gives any.
[[nodiscard]] std::optional<MarginBounds> enclose_again(const Counterexample& counterexample);

}  // namespace straightedge::proofs
