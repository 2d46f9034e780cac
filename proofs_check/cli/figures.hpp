// The tables of surveys as CSV files, one a claim: what figures are drawn from.
#pragma once

#include <campaign.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::cli {

/// The names of the files for those of the claims that have a survey.
[[nodiscard]] std::vector<std::string> figure_names(const std::vector<const proofs::Claim*>& claims);

/// Writes CLAIM.csv into `folder` for each record that has a survey, and makes the folder if there is any. `digest`: of
/// the certificate.
void write_figures(const std::filesystem::path& folder, const proofs::Settings& settings,
                   const std::vector<proofs::ClaimRecord>& records, const std::string& digest);

}  // namespace straightedge::cli
