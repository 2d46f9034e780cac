// The libraries that this build computes with.
#pragma once

#include <build_info.hpp>
#include <nlohmann/json_fwd.hpp>

namespace straightedge::proofs {

/// Versions of the libraries that compute, by name.
[[nodiscard]] nlohmann::json library_versions();

}  // namespace straightedge::proofs
