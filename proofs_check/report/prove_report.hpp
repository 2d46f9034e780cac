// report.html of `straightedge prove`.
#pragma once

#include <certificate.hpp>

#include <string>
#include <vector>

namespace straightedge::report {

/// The page. `problems` gets a line for each figure that could not be drawn.
[[nodiscard]] std::string prove_report(const proofs::Settings& settings, const std::vector<proofs::ClaimRecord>& records,
                                       const std::vector<proofs::Ruling>& rulings, const nlohmann::json& certificate,
                                       std::vector<std::string>& problems);

}  // namespace straightedge::report
