// Training and measuring one run, as the commands `train`, `evaluate` and `reproduce` do it.
#pragma once

#include <filesystem>
#include <string>
#include <train/recipe.hpp>
#include <train/trainer.hpp>

namespace straightedge::train {

/// Sets the number of threads, and returns the device.
[[nodiscard]] at::Device prepared_device(const Recipe& recipe);

/// Sets threads and device, trains, shows the progress. With `resume` an earlier run of the same recipe goes on.
TrainEnd run_training(Recipe recipe, const std::filesystem::path& run, bool resume, bool quiet);

/// Sets threads and device, measures a finished run.
void run_evaluation(const std::filesystem::path& run, bool quiet);

}  // namespace straightedge::train
