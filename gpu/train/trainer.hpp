// Trains a flow by a recipe: minimises E |v(x_t, t) - target|^2 by AdamW with clipped gradients, and averages the
// parameters.
//
// Every draw follows from seed and step: a training that was stopped, killed or failed continues from its last
// checkpoint to the same bits, at the same number of processes and threads on the same devices. Any number of processes
// takes the same batches, times and noise: each has some of the rows, and they add up their gradients.
//
// A step is the same work on any device, on tensors that stay where they are. A GPU is never waited for between two
// lines of metrics: the host draws a step's inputs while earlier steps run.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pair_sampler.hpp>
#include <data/tensor_files.hpp>
#include <model/model.hpp>
#include <processes/processes.hpp>
#include <train/gradient_exchange.hpp>
#include <train/schedules.hpp>
#include <train/state.hpp>
#include <train/step_graph.hpp>
#include <train/step_inputs.hpp>

#include <memory>
#include <straightedge/error.hpp>
#include <string>
#include <utility>

namespace straightedge::train {

/// The device that a recipe asks for: of several processes on a machine each has a GPU of its own. Throws InputError
/// where there is none.
[[nodiscard]] at::Device device_of(const TrainRecipe& recipe, int local_rank);

/// Which rows of every batch are this process's. Throws InputError where there are fewer than processes.
[[nodiscard]] Range rows_of_batch(const Recipe& recipe, const Processes& processes);

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
  /// From the beginning, or from a checkpoint's state, which all processes have. Each takes its rows of every batch.
  /// Throws InputError where they are more than a batch can be shared by.
  Trainer(const Recipe& recipe, const Pairs& pairs, const at::Device& device, const TrainState& state,
          const Processes& processes);

  [[nodiscard]] static TrainState initial_state(const Recipe& recipe);

  /// Takes the next step, with the other processes. `stop`: whether this one was asked to. On the CPU throws
  /// NonFiniteLoss instead; on a GPU, which is not waited for, the losses tell. Any other exception leaves the state
  /// as it was, on the CPU.
  void advance(bool stop = false);
  /// Whether any of several processes was asked to stop: all say the same after the same step. On a GPU it is known
  /// when the losses are taken.
  [[nodiscard]] bool is_stopped() const { return is_stopped_; }

  /// The sum of the losses of the steps since the last call, over all processes.
  [[nodiscard]] double take_loss_sum();
  /// Of the last step, before clipping.
  [[nodiscard]] double gradient_norm() const { return norm_.item<double>(); }

  [[nodiscard]] const TrainState& state() const { return state_; }
  /// Not the one that steps use: what that one keeps between calls is a part of a recorded step.
  [[nodiscard]] const Model& model() const { return *model_; }
  [[nodiscard]] const PairSampler& sampler() const { return sampler_; }

 private:
  void compute_step();
  [[nodiscard]] NamedTensors whole_batch(std::int64_t step) const;

  Recipe recipe_;
  at::Device device_;
  const Processes& processes_;
  Range rows_;  ///< of each batch
  std::unique_ptr<Model> model_, model_of_steps_;
  PairSampler sampler_;
  TrainState state_;
  FixedInputs inputs_;
  at::Tensor layers_;  ///< the parameters, in the type that layers are computed in
  at::Tensor gradient_, xt_, target_, loss_sum_, norm_;
  at::Tensor stops_;                            ///< how many processes were asked to, summed over steps
  std::unique_ptr<GradientExchange> exchange_;  ///< null: of one process
  StepGraph graph_;
  bool stop_ = false, is_stopped_ = false;
};

}  // namespace straightedge::train
