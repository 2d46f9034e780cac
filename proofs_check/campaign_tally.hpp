// What a set of judged cases came to: counts, classes, the smallest margins, the first failure.
//
// Tallies of disjoint sets of cases merge into the tally of their union, in any order and any grouping, so that a
// campaign may be cut into chunks, threads and shards as one likes.
#pragma once

#include <campaign_evaluate.hpp>

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// One of the smallest margins. They are ranked by (screened, index): the margin that the case had when it was first
/// decided, which a shard knows as well as the whole campaign does.
struct RankedMargin {
  double screened = 0;
  std::int64_t index = 0;
  Tier tier = Tier::working;  ///< where `margin` comes from
  double margin = 0;
  double uncertainty = 0;
};

/// An outcome and the case that had it.
struct LocatedOutcome {
  std::int64_t index = 0;
  Outcome outcome;
};

class Tally {
 public:
  /// How many of the smallest margins are kept, to be redone at the campaign's digits.
  static constexpr std::size_t kSmallest = 16;

  std::int64_t cases = 0;
  std::int64_t rejected = 0;    ///< draws that did not satisfy the hypotheses
  std::int64_t redone = 0;      ///< cases that screening in double did not settle
  std::int64_t overturned = 0;  ///< cases that double decided, against its own error bound, otherwise than more digits
  std::int64_t failing = 0;
  std::int64_t undecided = 0;
  std::map<std::string, std::int64_t> classes;
  std::vector<RankedMargin> smallest;
  std::optional<LocatedOutcome> first_failing;
  std::optional<LocatedOutcome> first_undecided;

  void add(std::int64_t index, const Outcome& outcome, std::int64_t rejected_draws,
           const std::vector<std::string>& labels);
  /// Adds the tally of other cases.
  void merge(const Tally& other);
  /// Takes the outcome at more digits for a ranked case that has been decided in double.
  void settle(std::int64_t index, const Outcome& outcome);
  /// The smallest margin among those ranked, ties to the lowest index; nothing if no case was decided.
  [[nodiscard]] const RankedMargin* smallest_margin() const;

 private:
  void rank(const RankedMargin& margin);
  void note(std::int64_t index, const Outcome& outcome);
};

void to_json(nlohmann::json& json, const Tally& tally);
void from_json(const nlohmann::json& json, Tally& tally);

/// The failure rate that `cases` independent cases without a failure exclude at 99 % confidence: 1 - 0.01^(1/cases).
[[nodiscard]] double excluded_failure_rate(std::int64_t cases);

}  // namespace straightedge::proofs
