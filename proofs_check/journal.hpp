// The journal: the results of a campaign's finished tasks, one JSON line each, appended as they come.
//
//   line 1      {"schema": "straightedge/journal/1", "version", "settings", "seed", "shard"}
//   others      {"task": NAME, "result": ...}
//
// Each line is one write, so a process that is killed leaves at most its last line torn; a torn last line is dropped
// when the journal is opened again.
#pragma once

#include <campaign.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

namespace straightedge::proofs {

class Journal : public TaskStore {
 public:
  /// Opens or makes the file. `resume`: takes over what it holds. Throws InputError if it is the journal of another
  /// version, of other settings or of another shard, or damaged before its last line; MachineError if it cannot be
  /// written.
  Journal(const std::filesystem::path& path, const Settings& settings, const Shard& shard, bool resume);
  ~Journal() override;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  [[nodiscard]] const nlohmann::json* find(const std::string& name) const override;
  void store(const std::string& name, const nlohmann::json& result) override;

  /// How many results were taken over.
  [[nodiscard]] std::size_t resumed() const { return results_.size(); }

 private:
  void take_over(const nlohmann::json& header);
  void append(const nlohmann::json& line);

  std::filesystem::path path_;
  int file_ = -1;
  std::unordered_map<std::string, nlohmann::json> results_;
};

}  // namespace straightedge::proofs
