// A training in the folder of its run, from its beginning or its last checkpoint to its end.
#pragma once

#include <processes/processes.hpp>
#include <train/run_folder.hpp>
#include <train/trainer.hpp>

#include <atomic>
#include <functional>

namespace straightedge::train {

struct TrainProgress {
  std::int64_t step;
  std::int64_t steps;
  double loss;  ///< NaN before the first line of metrics
};

enum class TrainEnd { finished, stopped };

/// Trains until the recipe's last step, or until `stop` is set at any process: then with a checkpoint of the last whole
/// step. `folder`: rank 0's; null elsewhere. Throws Error at a loss that is not finite, after saving state and batch to
/// nonfinite.safetensors, and MachineError where the disk fails; the last checkpoint stays. Where another process is
/// lost in a step, on the CPU a checkpoint of the step before is left.
TrainEnd train(const RunFolder* folder, const Recipe& recipe, const Pairs& pairs, const at::Device& device,
               Processes& processes, const std::atomic<bool>& stop,
               const std::function<void(const TrainProgress&)>& progress);

}  // namespace straightedge::train
