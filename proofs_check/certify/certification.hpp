// From runs to verdicts on all claims that runs decide.
//
//   supported     Holm-adjusted p_for < 0.01, and p_against >= 0.01; or the bound that the claim names holds
//   refuted       Holm-adjusted p_against < 0.01; or the bound fails
//   inconclusive  else, and where something is lacking
// Holm's correction goes over all registered claims of this kind, those without runs with p = 1, once for each
// direction: of claims that are false none is supported, and of claims that are true none is refuted, but with
// probability 0.01 (a bound has an error probability of its own, 0.005 for each side and run). A verdict does not
// depend on which claims were asked for. The mutant of each claim is judged from the same runs, with its p-values in
// the claim's place. It must not be supported, else the check could not have failed, and no verdict counts. The
// exception are runs that speak against the claim, p_against < 0.01 before any correction: there a mutant that
// exchanges two arms holds as it should.
#pragma once

#include <certify/judges.hpp>

#include <string>
#include <vector>

namespace straightedge::certify {

struct Finding {
  Evidence evidence;
  double holm_for = 1.0;
  double holm_against = 1.0;
  proofs::Verdict verdict = proofs::Verdict::inconclusive;
  std::string reason = {};  ///< why it is inconclusive, and what would suffice
};

struct Row {
  const proofs::Claim* claim;
  Finding found;
  Finding mutant;
  /// Counts towards the exit code: its claim was asked for, or a run was made for it, or the runs lack nothing for it.
  bool counts;

  [[nodiscard]] bool mutant_survives() const;
};

struct Certification {
  std::vector<Row> rows;                 ///< of the claims asked for, in the registry's order
  std::vector<std::string> differences;  ///< groups whose runs come from several devices or versions
  std::vector<Run> runs;

  /// 1 if a claim is refuted or a mutant survives, else 3 if one that counts is inconclusive or none counts, else 0.
  [[nodiscard]] int exit_code() const;
};

/// What certify expects of every claim: what the paper or we say of it holds.
inline constexpr proofs::Verdict kExpected = proofs::Verdict::supported;

/// The verdict from evidence and its adjusted p-values.
[[nodiscard]] Finding decide(Evidence evidence, double holm_for, double holm_against);

/// Judges all claims from `runs`, and keeps the rows of those in `asked`; all if it is empty. Throws InputError for
/// runs that cannot stand beside each other (run_group.hpp).
[[nodiscard]] Certification certify(std::vector<Run> runs, const std::vector<std::string>& asked);

}  // namespace straightedge::certify
