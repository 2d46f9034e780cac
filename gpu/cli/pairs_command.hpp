// The command `straightedge-train pairs`.
#pragma once

#include <CLI/App.hpp>

namespace straightedge::train {

void add_pairs_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
