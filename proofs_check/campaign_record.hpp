// What a campaign found out about one claim: everything that its verdict, its row and a merge of shards need.
#pragma once

#include <campaign_tally.hpp>
#include <proof.hpp>
#include <search.hpp>
#include <survey.hpp>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// Where a case comes from.
enum class Source {
  drawn,          ///< by the claim's generator
  planted,        ///< one of the claim's planted cases
  general,        ///< the first planted case of the claim's general statement
  search,         ///< found by the adversarial search
  general_search  ///< found by it in the general statement
};

/// A case that refutes: the claim itself (drawn, planted, search), or its general statement.
struct Counterexample {
  std::string claim = {};
  Source source = Source::drawn;
  std::int64_t index = 0;
  Case value = {};
  Outcome outcome = {};                        ///< at 100 digits
  std::optional<Case> original = {};           ///< the case as drawn, where it was shrunk
  std::optional<MarginBounds> enclosure = {};  ///< of the margin, where the claim gives one and the search found it
};

/// How the mutant fared on the planted cases.
struct MutantRecord {
  bool refuted = false;
  std::int64_t index = 0;  ///< of the planted case that refutes it
  Outcome outcome;         ///< there; of the last planted case if none refutes it
};

/// The smallest margin of all cases, judged at 100 digits.
struct SmallestMargin {
  Source source = Source::drawn;
  std::int64_t index = 0;
  Case value;
  Outcome outcome;
};

struct ClaimRecord {
  const Claim* claim = nullptr;
  Tally drawn = {};
  Tally planted = {};
  std::optional<MutantRecord> mutant = {};
  std::optional<ProofRecord> proof = {};  ///< where the claim has one
  SearchRecord search = {};
  std::optional<SurveyRecord> survey = {};  ///< where the claim has one
  std::optional<Outcome> general = {};      ///< of the general statement's first planted case, at 100 digits
  SearchRecord general_search = {};         ///< in the general statement
  std::vector<Counterexample> counterexamples = {};
  std::optional<SmallestMargin> smallest = {};  ///< not in a shard
  double seconds = 0;                           ///< of work, summed over the threads
};

[[nodiscard]] std::string to_string(Source source);
/// The source of this name. Throws InputError for any other.
[[nodiscard]] Source source_from(const std::string& name);

void to_json(nlohmann::json& json, const Counterexample& counterexample);
void from_json(const nlohmann::json& json, Counterexample& counterexample);
void to_json(nlohmann::json& json, const MutantRecord& mutant);
void from_json(const nlohmann::json& json, MutantRecord& mutant);
void to_json(nlohmann::json& json, const SmallestMargin& smallest);
void from_json(const nlohmann::json& json, SmallestMargin& smallest);

/// "figure-4-rotated-general.json": what it is written to.
[[nodiscard]] std::string file_name(const Counterexample& counterexample);

/// Whether a counterexample is one to the claim's general statement.
[[nodiscard]] bool is_general(Source source);
/// What the searches refute: the claim, if no case fails; its general statement.
[[nodiscard]] std::vector<Counterexample> counterexamples_of_searches(const ClaimRecord& record);

/// The planted or drawn case that holds the record's smallest margin: drawn before planted at a tie.
struct SmallestPlace {
  Source source;
  std::int64_t index;
};
[[nodiscard]] std::optional<SmallestPlace> place_of_smallest(const ClaimRecord& record);

}  // namespace straightedge::proofs
