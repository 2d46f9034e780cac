// Figures of what a campaign has found: proved boxes, the survey of memorisation, the margins of all claims.
#pragma once

#include <campaign.hpp>

#include <report/figure.hpp>
#include <vector>

namespace straightedge::report {

/// Those that these records have something for, and those of the mathematics that belong to their claims
/// (flow_figures.hpp, variance_figures.hpp). `origin`: the line that tables begin with: seed, cases, certificate.
[[nodiscard]] std::vector<Figure> campaign_figures(const std::vector<proofs::ClaimRecord>& records,
                                                   const std::string& origin);

/// The smallest margin of a claim's cases, with the digits that it was judged at last; nothing if none was decided.
[[nodiscard]] std::optional<double> smallest_margin(const proofs::ClaimRecord& record);

}  // namespace straightedge::report
