// straightedge-train prepare: images to one packed file, and a folder of face-like images.
#pragma once

#include <CLI/App.hpp>

namespace straightedge::train {

void add_prepare_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
