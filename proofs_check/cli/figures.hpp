// The tables of surveys and of boxes as CSV files: what figures are drawn from.
#pragma once

#include <campaign.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::cli {

/// The names of the files that these claims may have.
[[nodiscard]] std::vector<std::string> figure_names(const std::vector<const proofs::Claim*>& claims);

/// Writes CLAIM.csv into `folder` for each record that has a survey, CLAIM-boxes.csv for each that has boxes, and makes
/// the folder if there is any. `digest`: of the certificate.
void write_figures(const std::filesystem::path& folder, const proofs::Settings& settings,
                   const std::vector<proofs::ClaimRecord>& records, const std::string& digest);

}  // namespace straightedge::cli
