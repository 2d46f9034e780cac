// A folder that a command writes its results into, and that it may replace only if it wrote all of it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::cli {

class OutputFolder {
 public:
  /// A folder marked as `kind`, that holds nothing but `entries` (files, or folders of .json and .csv files). Throws
  /// InputError, without having written anything, if `path` is a file, or a folder with anything else in it.
  OutputFolder(std::filesystem::path path, std::string kind, std::vector<std::string> entries);
  ~OutputFolder();
  OutputFolder(const OutputFolder&) = delete;
  OutputFolder& operator=(const OutputFolder&) = delete;

  /// Makes, marks and locks the folder, and empties it unless `keep`. Throws InputError if another process has it
  /// locked, MachineError if it cannot be written.
  void prepare(bool keep);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  void mark();

  std::filesystem::path path_;
  std::string kind_;
  std::vector<std::string> entries_;
  int marker_ = -1;  ///< open, and locked, while this process may write
};

}  // namespace straightedge::cli
