// The antialiased bilinear filter of LibTorch, as `torch.nn.functional.interpolate(mode="bilinear", antialias=True)`
// has it: each output pixel is the mean of the input under a triangle whose half width is max(1, side / size) pixels,
// along x and then along y; both are rounded to uint8, ties up.
#pragma once

#include <cstdint>

namespace straightedge::images {

/// Writes n images [n, height, width, 3] as [n, size, size, 3]. Safe in several threads at once; each call runs in its
/// thread alone where at::set_num_threads(1) was called.
void resize(const std::uint8_t* rgb, std::int64_t n, std::int64_t height, std::int64_t width, std::int64_t size,
            std::uint8_t* out);

}  // namespace straightedge::images
