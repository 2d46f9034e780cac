// straightedge-train sample: what a trained flow makes of fresh sources, continued after a stop or a kill.
#pragma once

#include <CLI/App.hpp>

namespace straightedge::train {

void add_sample_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
