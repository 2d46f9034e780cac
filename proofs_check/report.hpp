// The reports of a campaign: the rows on the terminal, report.html, and the list of claims as Markdown.
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

/// A page that needs nothing but itself.
[[nodiscard]] std::string report_html(const Settings& settings, const std::vector<ClaimRecord>& records,
                                      const std::vector<Ruling>& rulings, const nlohmann::json& certificate);

/// docs/claims.md.
[[nodiscard]] std::string claims_markdown(const std::vector<const Claim*>& claims);
/// The same as a table for the terminal: id, label, by, expected verdict.
[[nodiscard]] std::string claims_table(const std::vector<const Claim*>& claims);

}  // namespace straightedge::proofs
