// report.html of `straightedge certify`.
#pragma once

#include <certify/certification.hpp>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace straightedge::report {

/// The page. `document`: certify.json. `problems` gets a line for each figure that could not be drawn.
[[nodiscard]] std::string certify_report(const certify::Certification& certification, const nlohmann::json& document,
                                         std::vector<std::string>& problems);

}  // namespace straightedge::report
