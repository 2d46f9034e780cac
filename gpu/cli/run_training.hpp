// Training and measuring one run, as the commands `train`, `evaluate` and `reproduce` do it.
#pragma once

#include <processes/processes.hpp>

#include <filesystem>
#include <string>
#include <train/recipe.hpp>
#include <train/run_folder.hpp>
#include <train/training.hpp>

namespace straightedge::train {

/// Sets the number of threads of this process, its share of the machine's where none is asked for, and returns the
/// device. Throws InputError where the recipe needs more memory than there is.
[[nodiscard]] at::Device prepared_device(const Recipe& recipe, const Processes& processes);
/// The same for a run that is there; `device`: auto, cpu, cuda, or "" for the run's own.
[[nodiscard]] at::Device prepared_device(const RunFolder& folder, const std::string& device,
                                         const Processes& processes);

/// The first line of a text that differs from that of rank 0's, in words.
[[nodiscard]] std::string different_line(const std::string& text, const std::string& of_first);

/// "straightedge-train ... with LibTorch ..."
[[nodiscard]] std::string program_of_process();

/// Throws InputError where a process has another program or recipe than rank 0, or another model.
void require_equal_recipes(Recipe recipe, const Processes& processes);
void require_equal_runs(const RunFolder& folder, const Processes& processes);

/// Sets threads and device, trains, shows the progress. With `resume` an earlier run of the same recipe goes on.
TrainEnd run_training(Recipe recipe, const std::filesystem::path& run, bool resume, bool quiet, Processes& processes);

/// Measures a finished run; `features`: a file of a network, or "".
void run_evaluation(const std::filesystem::path& run, const std::string& device, const std::string& features,
                    bool quiet, const Processes& processes);

}  // namespace straightedge::train
