// Which build this is.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace straightedge::proofs {

/// "0.1.0+COMMIT", "-dirty" behind it where the sources differ from the commit; "0.1.0" outside a repository.
[[nodiscard]] std::string version();
/// "GNU 12.2.0".
[[nodiscard]] std::string compiler();
/// The compiler flags, in one line.
[[nodiscard]] std::string compiler_flags();
/// Versions of the libraries that compute, by name.
[[nodiscard]] nlohmann::json library_versions();

}  // namespace straightedge::proofs
