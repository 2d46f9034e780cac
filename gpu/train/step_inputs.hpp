// What the host gives to each step of a training: its draws and its scalars, all of which follow from seed and step.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pair_sampler.hpp>
#include <train/recipe.hpp>

#include <cstdint>

namespace straightedge::train {

struct StepInputs {
  at::Tensor step;           ///< int64 []
  at::Tensor noise_offset;   ///< int64 []
  at::Tensor rate;           ///< fp64 []: of learning
  at::Tensor average_decay;  ///< fp64 []
  at::Tensor times;          ///< t [B] fp32
  PairSampler::Draw drawn;
};

/// Those of a step, on the CPU, for some of the rows of its batch.
[[nodiscard]] StepInputs step_inputs(const Recipe& recipe, const PairSampler& sampler, std::int64_t step,
                                     const Range& rows);

/// A step's inputs on the device that trains, in memory that stays the same: work that is recorded once reads each
/// step's there. A GPU gets them by one copy from page-locked memory, which the host does not wait for.
class FixedInputs {
 public:
  /// Of the dtypes and shapes of `like`; uninitialised.
  FixedInputs(const StepInputs& like, const at::Device& device);

  /// Copies a step's inputs from the CPU; to a GPU in the current stream's order.
  void write(const StepInputs& values);

  [[nodiscard]] const StepInputs& get() const { return inputs_; }

 private:
  at::Tensor memory_;
  StepInputs inputs_;
};

}  // namespace straightedge::train
