// The flow of a finished run: its model with the averaged parameters, and what is made with it.
#pragma once

#include <data/pairs.hpp>
#include <model/model.hpp>
#include <train/run_folder.hpp>

#include <memory>

namespace straightedge::train {

class TrainedFlow {
 public:
  /// Throws InputError if the run has not ended, or its model cannot be read.
  TrainedFlow(const RunFolder& folder, const at::Device& device);

  /// Where sources [n, d] end, by explicit Euler steps. On the CPU, fp32.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x0, std::int64_t steps) const;

  [[nodiscard]] const Model& model() const { return *model_; }
  [[nodiscard]] const at::Tensor& parameters() const { return parameters_; }

 private:
  std::unique_ptr<Model> model_;
  at::Tensor parameters_;
  at::Device device_;
};

/// The pairs of any recipe: those of make_pairs, or where pairs.kind is 1-reflow (x0, x1) with x1 where the flow of the
/// run pairs.run takes x0, by the Euler steps of that run's recipe.
[[nodiscard]] Pairs pairs_of(const Recipe& recipe, const at::Device& device);

}  // namespace straightedge::train
