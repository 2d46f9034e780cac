// The adversarial search: not where a generator draws, but where the margin is small.
//
// It starts from a drawn case and varies its integers, each between the least and the greatest value that it has among
// those of 400 draws that have the same shape (a list whose entries are always equal varies as one): NLopt's controlled
// random search over all of that box, then Sbplx from the best point, the objective being the margin in double. Points
// that the claim does not admit count as very large. What it finds is judged at the campaign's digits like any case;
// but it is no independent draw, and enters no failure rate.
//
// Its limits, seen in trials on three integers from -1000 to 1000 with 8,000 evaluations: it does not follow a narrow
// valley that is curved or lies across the axes, nor find a second basin of 1 % of the box beside one that fills the
// rest.
#pragma once

#include <campaign_evaluate.hpp>

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace straightedge::proofs {

/// Starts of each claim's search.
inline constexpr std::int64_t kSearchStarts = 4;

/// Evaluations of each start, a quarter of the cases drawn: 100 to 2,000.
[[nodiscard]] std::int64_t search_budget(std::int64_t cases);

/// The smallest margin that a start found.
struct SearchFinding {
  std::int64_t start = 0;
  double screened = 0;  ///< its margin in double
  Case value = {};
  Outcome outcome = {};  ///< at the campaign's digits
};

/// All starts of a claim that were made.
struct SearchRecord {
  std::int64_t starts = 0;
  std::int64_t evaluations = 0;
  std::optional<SearchFinding> smallest = {};  ///< by (screened, start)
  std::optional<SearchFinding> failing = {};   ///< of the lowest start that found a case that fails

  void merge(const SearchRecord& other);
};

/// Start `start` of the search: from case `start` of the claim.
[[nodiscard]] SearchRecord search_from(const Claim& claim, std::uint64_t seed, std::int64_t start,
                                       std::int64_t evaluations, Tier precise);

void to_json(nlohmann::json& json, const SearchFinding& finding);
void from_json(const nlohmann::json& json, SearchFinding& finding);
void to_json(nlohmann::json& json, const SearchRecord& record);
void from_json(const nlohmann::json& json, SearchRecord& record);

}  // namespace straightedge::proofs
