// Training and measuring one run, as the commands `train`, `evaluate` and `reproduce` do it.
#pragma once

#include <filesystem>
#include <string>
#include <train/recipe.hpp>
#include <train/run_folder.hpp>
#include <train/trainer.hpp>

namespace straightedge::train {

/// Sets the number of threads, and returns the device. Throws InputError where the recipe needs more memory than there
/// is.
[[nodiscard]] at::Device prepared_device(const Recipe& recipe);
/// The same for a run that is there; `device`: auto, cpu, cuda, or "" for the run's own.
[[nodiscard]] at::Device prepared_device(const RunFolder& folder, const std::string& device);

/// Sets threads and device, trains, shows the progress. With `resume` an earlier run of the same recipe goes on.
TrainEnd run_training(Recipe recipe, const std::filesystem::path& run, bool resume, bool quiet);

/// Measures a finished run; `features`: a file of a network, or "".
void run_evaluation(const std::filesystem::path& run, const std::string& device, const std::string& features,
                    bool quiet);

}  // namespace straightedge::train
