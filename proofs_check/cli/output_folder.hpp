// A folder that a command writes its results into, and that it may replace only if it wrote all of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::cli {

class OutputFolder {
 public:
  /// A folder marked as `kind`, that holds nothing but `entries` (files, or folders of .json files). Throws InputError,
  /// without having written anything, if `path` is a file, or a folder with anything else in it.
  OutputFolder(std::filesystem::path path, std::string kind, std::vector<std::string> entries);

  /// Makes and marks the folder; empties it first unless `keep`. Throws MachineError if that fails.
  void prepare(bool keep);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::string kind_;
  std::vector<std::string> entries_;
};

}  // namespace straightedge::cli
