// The boxes of proofs as tables, for pictures: CSV below comment lines that say what it is.
#pragma once

#include <campaign_record.hpp>

#include <string>
#include <vector>

namespace straightedge::proofs {

/// A table of the boxes of one proof on boxes among those that make up a claim's proof.
struct BoxTable {
  std::string name;  ///< of the file: "figure-4-own-boxes.csv", with a number where a claim has several
  std::string csv;   ///< a row a box that was not cut: part, argument ("open" where it is), both ends of each parameter
};

/// The tables of the parts that were checked.
[[nodiscard]] std::vector<BoxTable> box_tables(const ClaimRecord& record, const std::string& origin);
/// Their names, whatever is checked.
[[nodiscard]] std::vector<std::string> box_table_names(const Claim& claim);

}  // namespace straightedge::proofs
