#include <images/resize.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/from_blob.h>

namespace straightedge::images {
namespace {

// [n, height, width, 3] in memory, as the [n, 3, height, width] that the operator takes.
at::Tensor view(std::uint8_t* rgb, std::int64_t n, std::int64_t height, std::int64_t width) {
  return at::from_blob(rgb, {n, 3, height, width}, {3 * width * height, 1, 3 * width, 3},
                       at::TensorOptions().dtype(at::kByte));
}

}  // namespace

void resize(const std::uint8_t* rgb, std::int64_t n, std::int64_t height, std::int64_t width, std::int64_t size,
            std::uint8_t* out) {
  const at::InferenceMode without_graph;
  at::Tensor to = view(out, n, size, size);
  at::_upsample_bilinear2d_aa_out(to, view(const_cast<std::uint8_t*>(rgb), n, height, width), {size, size},
                                  /*align_corners=*/false);
}

}  // namespace straightedge::images
