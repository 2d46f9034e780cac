// straightedge-train reproduce NAME: every run that a claim needs, and its verdict.
#pragma once

#include <CLI/App.hpp>

namespace straightedge::train {

void add_reproduce_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
