// report.html of `straightedge prove`.
#pragma once

#include <certificate.hpp>

#include <string>
#include <vector>

namespace straightedge::report {

/// Where commands of the report find things.
struct Places {
  std::string certificate;      ///< file
  std::string counterexamples;  ///< folder
};

/// "Seed 1, 2000 cases, certificate ...": where the numbers of a table come from.
[[nodiscard]] std::string origin_of(const proofs::Settings& settings, const nlohmann::json& certificate);

/// The page. `problems` gets a line for each figure that could not be drawn.
[[nodiscard]] std::string prove_report(const proofs::Settings& settings,
                                       const std::vector<proofs::ClaimRecord>& records,
                                       const std::vector<proofs::Ruling>& rulings, const nlohmann::json& certificate,
                                       const Places& places, std::vector<std::string>& problems);

}  // namespace straightedge::report
