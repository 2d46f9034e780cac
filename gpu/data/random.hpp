// Draws of the training: functions of (seed, step, stream, element), by Philox as the operators have it, so that a
// training continues from its step alone, and any device draws the same.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/range.hpp>

#include <cstdint>

namespace straightedge::train {

/// offset = 16 step + stream.
enum class Stream : std::int64_t {
  noise = 0,
  time = 1,
  order = 2,
  source = 3,
  dropout = 4,
  target = 5,
  component = 6,
  parameters = 7,
  means = 8,
  potential = 9,
  images = 10
};

[[nodiscard]] constexpr std::int64_t offset_of(std::int64_t step, Stream stream) {
  return 16 * step + static_cast<std::int64_t>(stream);
}
/// Of a step that lies on the device, int64 [].
[[nodiscard]] at::Tensor offset_of(const at::Tensor& step, Stream stream);

/// u_i = (word(i) + 1/2) 2^-32 for i in a range: in (0, 1). fp32 or fp64, rounded once and then below 1.
[[nodiscard]] at::Tensor uniform(std::int64_t seed, std::int64_t offset, const Range& range, at::ScalarType type);

/// floor(word(i) bound / 2^32) for i in a range: in {0, ..., bound - 1}, each with its share to within 2^-32.
[[nodiscard]] at::Tensor integers(std::int64_t seed, std::int64_t offset, const Range& range, std::int64_t bound);

/// z_i of rows of d elements, as [rows, d].
[[nodiscard]] at::Tensor normals(std::int64_t seed, std::int64_t offset, const Range& rows, std::int64_t d,
                                 at::ScalarType type);

}  // namespace straightedge::train
