// `straightedge check`: judges RESULTS of any origin on the fixtures.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::cli {

/// Adds the command to the program; running it sets `exit_code`.
void add_check_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
