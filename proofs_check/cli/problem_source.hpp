// A problem file that has been opened: read once as it is, or for each point of a sweep with other values in it.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "problem.hpp"

namespace straightedge::cli {

class ProblemSource {
 public:
  /// Reads the file, or standard input for "-". Throws InputError when it cannot be read or is not TOML.
  static ProblemSource open(const std::string& path, std::istream& standard_input);
  /// From text: `name` is how errors call it, `folder` is what relative paths in it start from.
  ProblemSource(const std::string& text, const std::string& name, const std::filesystem::path& folder);
  ~ProblemSource();
  ProblemSource(ProblemSource&&) noexcept;
  ProblemSource& operator=(ProblemSource&&) noexcept;

  /// The problem with `settings` in place of the file's values. `digits` (50 or 100) bounds the memory that is asked
  /// for. Throws InputError "FILE:LINE:COLUMN: what; what would be right" for anything wrong in it.
  [[nodiscard]] ReadProblem read(const std::vector<Setting>& settings = {}, int digits = 50) const;

 private:
  struct Contents;
  std::unique_ptr<Contents> contents_;
};

}  // namespace straightedge::cli
