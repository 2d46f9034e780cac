// What the runs at hand say of one claim: parts that must all hold, with p-values in both directions.
//
//   p_for      of the claim: the largest of its parts' (each part must be shown: an intersection-union test)
//   p_against  min(1, k * the least of its k parts'): one part that fails refutes the whole (Bonferroni)
#pragma once

#include <certify/comparison.hpp>
#include <certify/run_group.hpp>

#include <claim.hpp>
#include <optional>
#include <straightedge/statistics.hpp>
#include <string>
#include <vector>

namespace straightedge::certify {

/// Seeds that a comparison needs in each arm.
inline constexpr std::size_t kLeastSeeds = 3;
/// A Holm-adjusted p below this decides.
inline constexpr double kLevel = 0.01;

/// All registered claims that runs decide: the family of Holm's correction, whatever runs are given.
[[nodiscard]] std::vector<const proofs::Claim*> certified_claims();

/// Our means over runs and the paper's, of the two arms of a comparison.
struct BesidePaper {
  std::string lower_name;
  double lower, paper_lower;
  std::string higher_name;
  double higher, paper_higher;
};

struct Part {
  std::string name;             ///< "d = 3, MMD^2 to the data"
  double estimate;              ///< of what the claim says is positive, or of what it puts into an interval
  ConfidenceInterval interval;  ///< 99 %
  double p_for;
  double p_against;
  std::string detail;                ///< the numbers behind it
  std::optional<BesidePaper> paper;  ///< nothing where the paper has no figures
  std::string would_suffice;         ///< more of what, where this part is undecided
};

struct Evidence {
  std::vector<Part> parts;
  std::vector<std::string> runs;     ///< folders that a part rests on
  std::vector<std::uint64_t> seeds;  ///< of these, each once
  std::vector<std::string> lacking;  ///< what is missing, and what would do; nothing is decided where there is any
  std::vector<std::string> notes;    ///< beside the verdict
  /// Where the registered claim names a confidence bound instead of a test: whether it holds in every part, and
  /// whether it fails in one.
  struct Bound {
    bool holds;
    bool fails;
  };
  std::optional<Bound> bound;

  [[nodiscard]] double p_for() const;  ///< 1 where something is lacking, or without parts
  [[nodiscard]] double p_against() const;
  void use(const std::vector<const Run*>& used);
};

/// A part from a comparison: estimate, tests, and the means under the arms' names.
[[nodiscard]] Part part_of(const std::string& name, const Arm& lower, const Arm& higher);

/// "the paper has 0.0018 against 0.0034 (ratio 0.529); ours are 1.2 and 1.1 times as large (ratio 0.577)"; "" for
/// nothing.
[[nodiscard]] std::string to_string(const std::optional<BesidePaper>& both);

/// "2 of at least 3 seeds with noise 0.05 (RUN): 1 more would do", or nothing if there are enough.
[[nodiscard]] std::optional<std::string> too_few_seeds(const std::string& where, const std::vector<const Run*>& runs);

}  // namespace straightedge::certify
