#include <images/resize.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/from_blob.h>

namespace straightedge::images {

void resize(const std::uint8_t* rgb, std::int64_t width, const Box& box, std::int64_t size,
            std::span<std::uint8_t> out) {
  const at::InferenceMode without_graph;
  const auto options = at::TensorOptions().dtype(at::kByte);
  const std::uint8_t* corner = rgb + 3 * (box.y * width + box.x);
  const at::Tensor in = at::from_blob(const_cast<std::uint8_t*>(corner), {1, 3, box.height, box.width},
                                      {3 * width * box.height, 1, 3 * width, 3}, options);
  at::Tensor to = at::from_blob(out.data(), {1, 3, size, size}, {3 * size * size, 1, 3 * size, 3}, options);
  at::_upsample_bilinear2d_aa_out(to, in, {size, size}, /*align_corners=*/false);
}

}  // namespace straightedge::images
