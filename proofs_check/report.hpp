// The reports of a campaign for the terminal, and the list of claims as Markdown; report/ has its page.
#pragma once

#include <certificate.hpp>

#include <string>
#include <vector>

namespace straightedge::proofs {

/// One line a claim: id, verdict, expected, cases, smallest margin, arithmetic, seconds; then a note on each row that
/// is not as expected. `colour`: ANSI colours on the verdicts. Where lines would exceed `width`, arithmetic and then
/// seconds are left out.
[[nodiscard]] std::string report_table(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings,
                                       bool colour, std::size_t width);

/// "double, 50, 100": the tiers that the record's outcomes come from.
[[nodiscard]] std::string arithmetic_of(const ClaimRecord& record);

/// docs/claims.md.
[[nodiscard]] std::string claims_markdown(const std::vector<const Claim*>& claims);
/// The same as a table for the terminal: id, label, by, expected verdict.
[[nodiscard]] std::string claims_table(const std::vector<const Claim*>& claims);

}  // namespace straightedge::proofs
