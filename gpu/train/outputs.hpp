// What a trained flow makes of training sources and of fresh ones: outputs.safetensors, and what measurements begin
// from.
#pragma once

#include <data/pairs.hpp>
#include <train/run_folder.hpp>
#include <train/trained_flow.hpp>

namespace straightedge::train {

/// Steps of draws that no training and no gradient variance has.
inline constexpr std::int64_t fresh_step = std::int64_t{1} << 38U;

/// All training sources first, then fresh ones.
struct Outputs {
  at::Tensor source, partner, optimal, generated;  ///< [n + m, d] fp32; NaN: there is none
  at::Tensor split;                                ///< [n + m] int64: 0 training, 1 fresh
  at::Tensor reference;                            ///< fresh targets [m, d]; undefined where they are not known
  std::int64_t trained;                            ///< n

  [[nodiscard]] at::Tensor of_training(const at::Tensor& rows) const { return rows.narrow(0, 0, trained); }
  [[nodiscard]] at::Tensor of_fresh(const at::Tensor& rows) const {
    return rows.narrow(0, trained, rows.size(0) - trained);
  }
  [[nodiscard]] bool knows_optimal_of_training() const;
  [[nodiscard]] bool knows_optimal_of_fresh() const;
};

[[nodiscard]] Outputs make_outputs(const Recipe& recipe, const Pairs& pairs, const TrainedFlow& flow);

/// Durably.
void write_outputs(const RunFolder& folder, const Outputs& outputs);

}  // namespace straightedge::train
