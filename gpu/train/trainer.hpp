// Trains a flow by a recipe: minimises E |v(x_t, t) - target|^2 by AdamW with clipped gradients, and averages the
// parameters.
//
//   rate(k) = rate min(1, k / warmup) g(k),   g = 1 or (1 + cos(pi (k - 1) / steps)) / 2,   k = 1, ..., steps
//   average decay(k) = min(ema, (1 + k) / (10 + k))
//
// Every draw follows from (seed, k): a training that was stopped, killed or failed continues from its last checkpoint
// to the same bits, at the same number of threads on the same device.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pairs.hpp>
#include <data/tensor_files.hpp>
#include <model/model.hpp>
#include <train/run_folder.hpp>

#include <atomic>
#include <functional>
#include <straightedge/error.hpp>
#include <string>
#include <utility>

namespace straightedge::train {

[[nodiscard]] double learning_rate(const OptimiserRecipe& recipe, std::int64_t steps, std::int64_t step);
[[nodiscard]] double average_decay(const OptimiserRecipe& recipe, std::int64_t step);

/// The device that a recipe asks for. Throws InputError where there is no GPU and one is asked for.
[[nodiscard]] at::Device device_of(const TrainRecipe& recipe);

/// A loss that is not finite, before it changed the parameters.
class NonFiniteLoss : public Error {
 public:
  NonFiniteLoss(std::int64_t step, NamedTensors batch)
      : Error("the loss of step " + std::to_string(step) + " is not finite"), batch_(std::move(batch)) {}
  [[nodiscard]] const NamedTensors& batch() const { return batch_; }

 private:
  NamedTensors batch_;
};

/// One step at a time, on one device.
class Trainer {
 public:
  /// From the beginning, or from a checkpoint's state.
  Trainer(const Recipe& recipe, const Pairs& pairs, const at::Device& device, const TrainState& state);

  [[nodiscard]] static TrainState initial_state(const Recipe& recipe);

  struct Step {
    at::Tensor loss;           ///< scalar, fp64
    at::Tensor gradient_norm;  ///< scalar, before clipping
  };
  /// Takes the next step. On the CPU throws NonFiniteLoss instead; on a GPU, which is not waited for, the losses tell.
  Step advance();

  [[nodiscard]] const TrainState& state() const { return state_; }
  [[nodiscard]] const Model& model() const { return *model_; }

 private:
  Recipe recipe_;
  at::Device device_;
  std::unique_ptr<Model> model_;
  PairSampler sampler_;
  TrainState state_;
  at::Tensor gradient_, xt_, target_;
};

struct TrainProgress {
  std::int64_t step;
  std::int64_t steps;
  double loss;  ///< NaN before the first line of metrics
};

enum class TrainEnd { finished, stopped };

/// Trains in a folder until the recipe's last step, or until `stop` is set: then with a checkpoint of the last whole
/// step. Throws Error at a loss that is not finite, after saving state and batch to nonfinite.safetensors,
/// and MachineError where the disk fails; the last checkpoint stays.
TrainEnd train(const RunFolder& folder, const Pairs& pairs, const at::Device& device, const std::atomic<bool>& stop,
               const std::function<void(const TrainProgress&)>& progress);

}  // namespace straightedge::train
