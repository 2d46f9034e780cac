// Trains a flow by a recipe: minimises E |v(x_t, t) - target|^2 by AdamW with clipped gradients, and averages the
// parameters.
//
// Every draw follows from seed and step: a training that was stopped, killed or failed continues from its last
// checkpoint to the same bits, at the same number of threads on the same device.
//
// A step is the same work on any device, on tensors that stay where they are. A GPU is never waited for between two
// lines of metrics: the host draws a step's inputs while earlier steps run.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pair_sampler.hpp>
#include <data/tensor_files.hpp>
#include <model/model.hpp>
#include <train/run_folder.hpp>
#include <train/schedules.hpp>
#include <train/step_graph.hpp>
#include <train/step_inputs.hpp>

#include <atomic>
#include <functional>
#include <straightedge/error.hpp>
#include <string>
#include <utility>

namespace straightedge::train {

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

  /// Takes the next step. On the CPU throws NonFiniteLoss instead; on a GPU, which is not waited for, the losses tell.
  void advance();

  /// The sum of the losses of the steps since the last call.
  [[nodiscard]] double take_loss_sum();
  /// Of the last step, before clipping.
  [[nodiscard]] double gradient_norm() const { return norm_.item<double>(); }

  [[nodiscard]] const TrainState& state() const { return state_; }
  /// Not the one that steps use: what that one keeps between calls is a part of a recorded step.
  [[nodiscard]] const Model& model() const { return *model_; }
  [[nodiscard]] const PairSampler& sampler() const { return sampler_; }

 private:
  void compute_step();

  Recipe recipe_;
  at::Device device_;
  std::unique_ptr<Model> model_, model_of_steps_;
  PairSampler sampler_;
  TrainState state_;
  FixedInputs inputs_;
  at::Tensor layers_;  ///< the parameters, in the type that layers are computed in
  at::Tensor gradient_, xt_, target_, loss_sum_, norm_;
  StepGraph graph_;
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
