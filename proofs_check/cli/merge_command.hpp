// `straightedge merge`: joins the certificates of all shards into one.
#pragma once

namespace CLI {
class App;
}

namespace straightedge::cli {

/// Adds the command to the program; running it sets `exit_code`.
void add_merge_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
