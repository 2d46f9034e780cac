// The result of a certification, as a table for the terminal and as JSON (docs/schemas/certify.schema.json).
#pragma once

#include <certify/certification.hpp>

#include <nlohmann/json.hpp>
#include <string>

namespace straightedge::certify {

inline constexpr const char* kCertifySchema = "straightedge/certify/1";

/// One line a claim, then for each claim that counts its parts, the paper's word and figures, notes, the mutant.
/// `colour`: ANSI colours on the verdicts.
[[nodiscard]] std::string certification_table(const Certification& certification, bool colour);

/// With `digest`, the SHA-256 of the canonical JSON without `run` and `digest`. `out`: the folder it is written to.
[[nodiscard]] nlohmann::json certification_json(const Certification& certification, const std::string& out);

}  // namespace straightedge::certify
