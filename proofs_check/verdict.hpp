// From what a campaign found to a verdict, and from the verdicts to an exit code.
//
//   a case fails           refuted
//   a case is undecided    inconclusive
//   ... and so does every part of its proof, with nothing left open: proved
//   every case holds       what the claim says that this means (supported, refuted, not implied, proved)
//
// A claim for which holding cases mean "refuted" or "not implied" judges a boundary or a piece of evidence: where that
// fails the verdict is inconclusive, and a departure, since the thing that the claim rests on is false.
#pragma once

#include <campaign_record.hpp>

#include <optional>
#include <string>
#include <vector>

namespace straightedge::proofs {

struct Ruling {
  std::optional<Verdict> verdict = {};  ///< nothing in a shard, which does not judge
  bool departure = false;               ///< other than expected, or the mutant was not refuted
  bool inconclusive = false;            ///< without being expected to
  std::string note = {};                ///< why, where it is not as expected
};

/// Whether `found` is what was expected: equal, or proved where support was expected.
[[nodiscard]] bool meets(Verdict expected, Verdict found);

/// Judges a whole campaign's record.
[[nodiscard]] Ruling rule(const ClaimRecord& record);
/// What a shard may say: only that a mutant was not refuted.
[[nodiscard]] Ruling rule_partially(const ClaimRecord& record);

/// 1 if anything departs, else 3 if anything is inconclusive, else 0.
[[nodiscard]] int exit_code_of(const std::vector<Ruling>& rulings);

/// "supported", or "partial".
[[nodiscard]] std::string verdict_name(const Ruling& ruling);

}  // namespace straightedge::proofs
