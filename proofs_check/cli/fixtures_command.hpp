// `straightedge fixtures generate|verify|list`: makes the fixtures from the reference, re-derives those that are there,
// and lists them.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::cli {

/// Adds the command to the program; running it sets `exit_code`.
void add_fixtures_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
