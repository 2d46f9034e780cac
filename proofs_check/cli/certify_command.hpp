// `straightedge certify`: what training runs show of the claims that runs decide.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::cli {

/// Adds the command to the program; running it sets `exit_code`.
void add_certify_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
