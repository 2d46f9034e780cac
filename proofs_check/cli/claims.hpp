// `straightedge claims`: lists the claims, or writes docs/claims.md.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::cli {

/// Adds the command to the program; running it sets `exit_code`.
void add_claims_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
