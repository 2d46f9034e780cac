// `straightedge-train fixtures`: runs every operator on the fixtures, on each device present, and writes RESULTS.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::train {

/// Adds the command to the program; running it sets `exit_code`.
void add_fixtures_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
