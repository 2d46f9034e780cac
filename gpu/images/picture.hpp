// Grids of images as PNG files, to be looked at.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>

namespace straightedge::images {

/// uint8 [n, height, width, colours] of rows [n, d] of numbers in [-1, 1]: round((x + 1) 127.5), what is outside
/// clamped, half to even; the inverse of x = u / 127.5 - 1. NaN is a middle grey, 128.
[[nodiscard]] at::Tensor to_pixels(const at::Tensor& rows, std::int64_t height, std::int64_t width,
                                   std::int64_t colours);

/// Whether this build has libpng.
[[nodiscard]] bool can_write_pictures();

/// A grid of images uint8 [rows, columns, H, W, C], C 1 or 3, with grey gaps; each pixel is `scale` x `scale` of the
/// file's. Written aside and renamed. Throws MachineError where the disk fails, or without libpng.
void write_grid(const std::filesystem::path& path, const at::Tensor& images, std::int64_t scale);

}  // namespace straightedge::images
