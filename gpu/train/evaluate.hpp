// evaluation.json and outputs.safetensors of a RUN folder, from its model: docs/schemas/evaluation.schema.json,
// docs/training.md.
#pragma once

#include <processes/processes.hpp>
#include <train/run_folder.hpp>

#include <functional>
#include <string>

namespace straightedge::train {

/// Measures the averaged model of a finished run, and writes both files. `report` is told what is being measured.
/// Samples and gradients are shared by the processes; rank 0 makes the rest, and writes.
/// `features`: of runs on images, the file of a network for FID and KID (image_features.hpp), or "".
void evaluate(const RunFolder& folder, const at::Device& device, const std::string& features,
              const Processes& processes, const std::function<void(const std::string&)>& report);

/// The fresh sources of `count` samples [count, d]. The first of them do not depend on how many follow.
[[nodiscard]] at::Tensor sources_of_samples(const Recipe& recipe, std::int64_t count, std::int64_t seed);

}  // namespace straightedge::train
