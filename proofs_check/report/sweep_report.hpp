// report.html of `straightedge exact --sweep`.
#pragma once

#include <string>
#include <vector>

namespace straightedge::report {

struct SweepAxisOfReport {
  std::string key;
  bool is_geometric;
};

struct SweepTable {
  std::string command;  ///< that makes it again
  std::string problem;  ///< the first point's, as JSON
  std::vector<std::string> notes;
  std::vector<SweepAxisOfReport> axes;
  std::string csv;  ///< as `exact --sweep` prints it
};

/// The page: a figure of each number that changes, a table of those that do not. `problems` gets a line for each figure
/// that could not be drawn.
[[nodiscard]] std::string sweep_report(const SweepTable& table, std::vector<std::string>& problems);

}  // namespace straightedge::report
