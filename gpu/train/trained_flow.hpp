// The flow of a finished run: its model with the averaged parameters, and what is made with it.
#pragma once

#include <data/pairs.hpp>
#include <model/model.hpp>
#include <processes/processes.hpp>
#include <train/run_folder.hpp>
#include <train/solvers.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace straightedge::train {

/// The rows that a flow takes at once, of a model of this kind: a block.
[[nodiscard]] std::int64_t rows_of_flow(const ModelRecipe& model);

class TrainedFlow {
 public:
  /// Throws InputError if the run has not ended, or its model cannot be read. `shared_by`: processes that each take
  /// some of the blocks, and all have all of them in the end; null: whoever asks makes all.
  TrainedFlow(const RunFolder& folder, const at::Device& device, const Processes* shared_by = nullptr);

  /// Where sources [n, d] end, by explicit Euler steps. On the CPU, fp32.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x0, std::int64_t steps) const;
  /// The same by any solver, rows_of_flow at a time: the end of a row depends on no other block. Throws as `solve`
  /// does, and Stopped once `stop` is set, which is for a flow that is not shared.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x0, const Solver& solver,
                                      const std::atomic<bool>* stop = nullptr) const;

  /// Where they are at `parts` + 1 times from 0 to 1, as evenly spaced as the Euler steps allow; fewer where there are
  /// fewer steps.
  [[nodiscard]] std::vector<at::Tensor> trajectory(const at::Tensor& x0, std::int64_t steps, std::int64_t parts) const;

  /// rows_of_flow of its model.
  [[nodiscard]] std::int64_t rows_at_once() const { return rows_at_once_; }
  [[nodiscard]] const Model& model() const { return *model_; }
  [[nodiscard]] const at::Tensor& parameters() const { return parameters_; }

 private:
  using Block = std::function<at::Tensor(const at::Tensor& x0)>;
  [[nodiscard]] at::Tensor shared(const at::Tensor& x0, const Block& end_of) const;

  std::unique_ptr<Model> model_;
  at::Tensor parameters_;
  at::Device device_;
  std::int64_t rows_at_once_;
  const Processes* shared_by_;
};

/// The recipe that says what the sources are: this one, or where pairs.kind is 1-reflow that of its teacher, the run
/// pairs.run.
[[nodiscard]] Recipe source_recipe(const Recipe& recipe);

/// settings_of_pairs (data/pair_files.hpp) with the digest of the teacher's model.
[[nodiscard]] std::string settings_of_pairs(const Recipe& recipe);

/// Where a flow takes x0 by so many Euler steps: the flow itself, or one that keeps rows on the way.
using FlowRows = std::function<at::Tensor(const TrainedFlow& flow, const at::Tensor& x0, std::int64_t steps)>;

/// The pairs of any recipe: those of make_pairs, or where pairs.kind is 1-reflow (x0, x1) with x1 where the teacher's
/// flow takes x0, by the Euler steps of its recipe: by `rows`, or by all processes together. Where pairs.file names a
/// file they are read from it.
[[nodiscard]] Pairs pairs_of(const Recipe& recipe, const at::Device& device, const Processes& processes,
                             const FlowRows& rows = {});

}  // namespace straightedge::train
