// Dropout whose masks are functions of (seed, offset, layer, element), as all draws of a training are: the same on any
// device, when a block is computed again, and when a step is replayed by a CUDA graph, for which the offset is a
// tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace straightedge::train {

struct Dropout {
  double probability = 0.0;  ///< that an element is dropped; the others are divided by 1 - probability
  std::int64_t seed = 0;
  at::Tensor offset;           ///< int64 []: of the step's stream `dropout`; undefined: nothing is dropped
  std::int64_t first_row = 0;  ///< of the step's batch: which the first image is

  [[nodiscard]] bool is_on() const { return probability > 0.0 && offset.defined(); }
};

/// h of images [B, C, H, W] with elements dropped. Element i of the step's batch in the order batch, height, width,
/// channel is dropped where word(2^36 layer + i) < probability 2^32, by Philox (common/noise.hpp). The gradient by h
/// has the same mask.
[[nodiscard]] at::Tensor dropped(const at::Tensor& h, const Dropout& dropout, std::int64_t layer);

}  // namespace straightedge::train
