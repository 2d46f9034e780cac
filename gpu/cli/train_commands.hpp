// straightedge-train pairs | train | evaluate
#pragma once

#include <CLI/App.hpp>

namespace straightedge::train {

void add_train_command(CLI::App& app, int& exit_code);
void add_evaluate_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::train
