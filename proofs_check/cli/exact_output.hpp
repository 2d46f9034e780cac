// Results as JSON (docs/schemas/exact.schema.json, exact-sweep.schema.json), as an aligned table, and as CSV.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "quantities.hpp"

namespace straightedge::cli {

/// {NAME: {"value", "radius", "kind"} or {"value": null, "reason"}} for every quantity.
[[nodiscard]] nlohmann::ordered_json to_json(const Results& results);

/// The document of `exact --json`.
[[nodiscard]] nlohmann::ordered_json exact_document(const ReadProblem& read, const Request& request,
                                                    const Results& results);

/// One line a quantity, a matrix one line a row: name, value to the digits that its radius supports, radius, kind; then
/// the quantities that do not exist, and the notes.
[[nodiscard]] std::string exact_table(const ReadProblem& read, const Request& request, const Results& results);

/// The columns of a sweep: its keys, then NAME and NAME_radius of each scalar, one column an entry of each matrix and
/// one radius, and singular_times as one column separated by blanks.
[[nodiscard]] std::string csv_header(const std::vector<std::string>& keys, Eigen::Index dimension);
/// A row of it; what does not exist is empty.
[[nodiscard]] std::string csv_row(const std::vector<Setting>& at, const Results& results, Eigen::Index dimension);

}  // namespace straightedge::cli
