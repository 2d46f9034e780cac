// evaluation.json and outputs.safetensors of a RUN folder, from its model: docs/schemas/evaluation.schema.json,
// docs/training.md.
#pragma once

#include <train/run_folder.hpp>

#include <functional>
#include <string>

namespace straightedge::train {

/// Measures the averaged model of a finished run, and writes both files. `report` is told what is being measured.
void evaluate(const RunFolder& folder, const at::Device& device, const std::function<void(const std::string&)>& report);

/// `count` samples [count, d] of the averaged model, from fresh sources, by the recipe's Euler steps.
[[nodiscard]] at::Tensor sample(const RunFolder& folder, const at::Device& device, std::int64_t count,
                                std::int64_t seed);

}  // namespace straightedge::train
