// Results as JSON (docs/schemas/exact.schema.json, exact-sweep.schema.json), as an aligned table, and as CSV.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "witness.hpp"

namespace straightedge::cli {

/// {NAME: {"value", "radius", "kind"} or {"value": null, "reason"}} for every quantity; with the witness asked, each
/// has "witness": {"value", "radius"} or {"value": null, "status", "reason"}, with "overlaps": true, false or null.
[[nodiscard]] nlohmann::ordered_json to_json(const Answer& answer, int digits);

/// The document of `exact --json`.
[[nodiscard]] nlohmann::ordered_json exact_document(const ReadProblem& read, const Request& request,
                                                    const Answer& answer);

/// One line a quantity, a matrix one line a row: name, value to the digits that its radius supports, radius, kind; then
/// the quantities that do not exist, and the notes. With the witness asked its value follows below ours, with whether
/// both overlap, and the last line counts how they agree.
[[nodiscard]] std::string exact_table(const ReadProblem& read, const Request& request, const Answer& answer);

/// The columns of a sweep: its keys, then NAME and NAME_radius of each scalar, one column an entry of each matrix and
/// one radius, and singular_times as one column separated by blanks. With the witness asked NAME_witness,
/// NAME_witness_radius and NAME_overlaps follow.
[[nodiscard]] std::string csv_header(const std::vector<std::string>& keys, Eigen::Index dimension, bool with_witness);
/// A row of it; what does not exist is empty, and so is NAME_overlaps where it is undecided.
[[nodiscard]] std::string csv_row(const std::vector<Setting>& at, const Answer& answer, int digits,
                                  Eigen::Index dimension);

}  // namespace straightedge::cli
