// The boxes of proofs as tables, for pictures.
#pragma once

#include <box_proof.hpp>
#include <campaign_record.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace straightedge::proofs {

/// A box that was not cut.
struct BoxRow {
  std::int64_t part;
  std::string_view argument;  ///< that decided it; "open" where none did
  Box box;
};

/// The boxes of one proof on boxes among those that make up a claim's proof.
struct BoxTable {
  std::string name;       ///< of the file: "figure-4-own-boxes.csv", with a number where a claim has several
  const BoxProof* proof;  ///< the claim's
  std::vector<BoxRow> rows;
};

/// The tables of the parts that were checked; none without a proof.
[[nodiscard]] std::vector<BoxTable> box_tables(const ClaimRecord& record);
/// Below comment lines that say what it is: part, argument, both ends of each parameter.
[[nodiscard]] std::string to_csv(const BoxTable& table, const std::string& origin);
/// Their names, whatever is checked.
[[nodiscard]] std::vector<std::string> box_table_names(const Claim& claim);

}  // namespace straightedge::proofs
