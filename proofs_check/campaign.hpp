// The campaign: every claim judged on its planted cases, on N drawn ones and by its mutant.
//
// The work is cut into tasks, each a pure function of the settings and of the tasks of earlier phases; threads take the
// tasks as they come. Tallies merge in any order, so the records are the same for any number of threads, for any
// sharding, and for a run that was stopped and resumed.
//
//   phase 1   planted cases, mutant, counterexample to the general statement, parts of proofs, rows of surveys, chunks
//   of
//             drawn cases
//   phase 2   the 16 smallest margins of each claim, at the campaign's digits
//   phase 3   the smallest of them at 100 digits; the failing case of the lowest index, shrunk
//
// Shard I of N takes the drawn cases i = I-1 (mod N), and leaves the smallest margin at 100 digits to the merge.
#pragma once

#include <campaign_record.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// What decides the results.
struct Settings {
  std::uint64_t seed = 0;
  std::int64_t cases = 2000;      ///< drawn for each claim
  Tier precise = Tier::digits50;  ///< where undecided cases and the smallest margins are redone
  std::vector<const Claim*> claims = {};
};

/// Shard `index` of `count`, 1 <= index <= count.
struct Shard {
  std::int64_t index = 1;
  std::int64_t count = 1;
  [[nodiscard]] bool whole() const { return count == 1; }
  [[nodiscard]] std::int64_t cases_of(std::int64_t all) const { return (all - index + count) / count; }
  [[nodiscard]] std::int64_t case_at(std::int64_t position) const { return index - 1 + position * count; }
};

/// Results of finished tasks by name, kept across runs.
class TaskStore {
 public:
  virtual ~TaskStore() = default;
  /// The result under this name, or null. Called before any task of the phase runs.
  [[nodiscard]] virtual const nlohmann::json* find(const std::string& name) const = 0;
  /// Called by one thread at a time.
  virtual void store(const std::string& name, const nlohmann::json& result) = 0;
};

/// How far a campaign is.
struct Progress {
  double done = 0;  ///< 0 to 1, of the expected work
  std::int64_t cases = 0;
  std::int64_t all_cases = 0;
  double volume = 0;      ///< decided by proofs on boxes: each claim's whole set has volume 1
  double all_volume = 0;  ///< of the boxes that are to be decided
};

/// What decides only how the results are arrived at.
struct Execution {
  int jobs = 1;
  Shard shard = {};
  TaskStore* store = nullptr;
  const std::atomic<bool>* stop = nullptr;                ///< becomes true when the run is to end
  std::function<void(const Progress&)> on_progress = {};  ///< called by one thread at a time
};

struct Campaign {
  std::vector<ClaimRecord> records;  ///< in the order of the claims
  bool complete = true;              ///< false if it was stopped
};

/// Runs it. Exceptions: std::bad_alloc and MachineError of a judge or of the store.
[[nodiscard]] Campaign run_campaign(const Settings& settings, const Execution& execution);

/// Judges the record's smallest margin at 100 digits; nothing if no case was decided.
[[nodiscard]] std::optional<SmallestMargin> judge_smallest(const ClaimRecord& record, std::uint64_t seed);

}  // namespace straightedge::proofs
