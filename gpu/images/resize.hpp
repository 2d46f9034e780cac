// The antialiased bilinear filter of LibTorch, as `torch.nn.functional.interpolate(mode="bilinear", antialias=True)`
// has it: each output pixel is the mean of the input under a triangle whose half width is max(1, side / size) pixels,
// along x and then along y; both are rounded to uint8, ties up.
#pragma once

#include <images/crop.hpp>

#include <cstdint>
#include <span>

namespace straightedge::images {

/// Writes the box of an image as [size, size, 3] to `out`. `rgb`: [height, width, 3], `width` pixels to a row.
/// Safe in several threads at once; runs in the calling one alone where at::set_num_threads(1) was called.
void resize(const std::uint8_t* rgb, std::int64_t width, const Box& box, std::int64_t size,
            std::span<std::uint8_t> out);

}  // namespace straightedge::images
