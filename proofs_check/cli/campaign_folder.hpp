// What a campaign leaves beside its certificate: report.html, counterexamples/, figures/.
#pragma once

#include <certificate.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::cli {

/// The entries of the folder, for OutputFolder.
[[nodiscard]] std::vector<std::string> campaign_entries();

/// Writes them into `folder`, and prints a line for each counterexample. `certificate_file`: where the certificate is,
/// for the report's commands.
void write_campaign(const std::filesystem::path& folder, const std::string& certificate_file,
                    const proofs::Settings& settings, const std::vector<proofs::ClaimRecord>& records,
                    const std::vector<proofs::Ruling>& rulings, const nlohmann::json& certificate);

}  // namespace straightedge::cli
