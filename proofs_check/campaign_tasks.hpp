// The tasks of a campaign: what each computes, as JSON that a journal can keep, and how it enters the claim's record.
#pragma once

#include <campaign.hpp>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace straightedge::proofs {

struct Task {
  enum class Kind { planted, mutant, general, proof, search, general_search, chunk, settle, smallest, shrink, survey };
  Kind kind;
  std::size_t claim;       ///< index into the settings' claims
  std::int64_t first = 0;  ///< planted case, part of the proof, start, chunk, case or row of the survey, by kind
  double weight = 1;       ///< expected work, in cases screened in double
};

/// A name that no other task of the campaign has.
[[nodiscard]] std::string name_of(const Task& task, const Settings& settings);

/// Drawn cases a chunk: a function of the number of cases alone, so that a resumed run cuts as the first one did.
[[nodiscard]] std::int64_t chunk_size(std::int64_t cases);

/// The tasks of phase 1, of phase 2 given the records after phase 1, and of phase 3 given those after phase 2.
[[nodiscard]] std::vector<Task> first_phase(const Settings& settings, const Shard& shard);
[[nodiscard]] std::vector<Task> second_phase(const std::vector<ClaimRecord>& records);
[[nodiscard]] std::vector<Task> third_phase(const std::vector<ClaimRecord>& records, const Shard& shard);

/// Computes a task; nothing if it was stopped on the way.
[[nodiscard]] std::optional<nlohmann::json> perform(const Task& task, const ClaimRecord& record,
                                                    const Settings& settings, const Execution& execution);
/// Enters the result into the record.
void enter(const Task& task, const nlohmann::json& result, ClaimRecord& record);

}  // namespace straightedge::proofs
