// The adversarial search: not where a generator draws, but where the margin is small.
//
// Each start takes the case of the least margin among draws of its own, an eighth of its evaluations, and varies the
// integers of that case, each between the least and the greatest value that it has among those of 400 draws that have
// the same shape (a list whose entries are always equal varies as one). NLopt minimises the margin in double: half of
// the evaluations by one of four methods that look over the whole box, controlled random search, ISRES, DIRECT-L and
// MLSL, each of which has sets that it misses; then BOBYQA and Sbplx in turn from the best point, with smaller and
// smaller steps. Points that the claim does not admit count as very large. What it finds is judged at the campaign's
// digits like any case. Where it fails it is judged at 100 digits, and by an enclosure of the margin if the claim has
// one for that case (Claim::enclose_margin: not for reflections, nor next to a singular time): only what both see fail
// refutes then. It is no independent draw, and enters no failure rate.
//
// Where a claim has a general statement, which is false, that is searched too.
//
// Its limits: shapes (dimensions) are those of the best draws; a set beyond the values that 400 draws take, at the very
// edge of the box, is not found.
#pragma once

#include <campaign_evaluate.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace straightedge::proofs {

/// Starts of each claim's search: 4, in a deep run 16.
[[nodiscard]] std::int64_t search_starts(std::int64_t cases);

/// Evaluations of each start, a quarter of the cases drawn: 100 to 2,000.
[[nodiscard]] std::int64_t search_budget(std::int64_t cases);

/// The smallest margin that a start found.
struct SearchFinding {
  std::int64_t start = 0;
  double screened = 0;  ///< its margin in double
  Case value = {};
  Outcome outcome = {};  ///< at the campaign's digits, at 100 where it fails
  /// Of the margin of a case that fails, where the claim gives one.
  std::optional<MarginBounds> enclosure = {};
};

/// All starts of a claim that were made.
struct SearchRecord {
  std::int64_t starts = 0;
  std::int64_t evaluations = 0;
  std::optional<SearchFinding> smallest = {};  ///< by (screened, start)
  std::optional<SearchFinding> failing = {};   ///< of the lowest start that found a case that fails

  void merge(const SearchRecord& other);
};

/// Start `start` of the search, one of `starts`.
[[nodiscard]] SearchRecord search_from(const Claim& claim, std::uint64_t seed, std::int64_t start, std::int64_t starts,
                                       std::int64_t evaluations, Tier precise);

void to_json(nlohmann::json& json, const SearchFinding& finding);
void from_json(const nlohmann::json& json, SearchFinding& finding);
void to_json(nlohmann::json& json, const SearchRecord& record);
void from_json(const nlohmann::json& json, SearchRecord& record);

}  // namespace straightedge::proofs
