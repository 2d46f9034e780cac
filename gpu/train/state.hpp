// What a training is between two steps, and its checkpoints.
//
// A checkpoint is a folder checkpoints/step-00001000/ with state.safetensors (parameters, m, v, ema) and state.json
// (schema, step, the loss, the SHA-256 of the other file). It is written aside, synced and renamed: what is there is
// whole. Draws follow from the step, so nothing else is needed to continue bit for bit.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <optional>

namespace straightedge::train {

struct TrainState {
  std::int64_t step = 0;  ///< steps taken
  at::Tensor parameters;  ///< flat, fp32; the others like it
  at::Tensor m;
  at::Tensor v;
  at::Tensor ema;
};

struct Checkpoint {
  std::int64_t step;
  double loss;  ///< mean since the last line of metrics.jsonl
  std::filesystem::path folder;
};

/// Writes one into `checkpoints`, then removes all but the `keep` last and the one of least loss. Throws MachineError
/// if it cannot be written; those that were there stay.
void write_checkpoint(const std::filesystem::path& checkpoints, const TrainState& state, double loss,
                      std::int64_t keep);

/// Those in a folder, by step. Throws InputError for one that is not whole or of a newer schema.
[[nodiscard]] std::vector<Checkpoint> list_checkpoints(const std::filesystem::path& checkpoints);

/// Reads one for a model of `size` parameters. Throws InputError that names the file: truncated, altered (digest), of
/// another shape, of a newer schema.
[[nodiscard]] TrainState read_checkpoint(const Checkpoint& checkpoint, std::int64_t size);

}  // namespace straightedge::train
