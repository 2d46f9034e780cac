#include <images/picture.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/nan_to_num.h>
#include <ATen/ops/round.h>
#include <straightedge/error.hpp>

#ifdef STRAIGHTEDGE_PNG
#include <png.h>
#endif

namespace straightedge::images {

at::Tensor to_pixels(const at::Tensor& rows, std::int64_t height, std::int64_t width, std::int64_t colours) {
  const at::Tensor levels = at::nan_to_num((rows.to(at::kDouble) + 1.0) * 127.5, 128.0, 255.0, 0.0);
  return at::round(levels.clamp(0.0, 255.0)).to(at::kByte).view({rows.size(0), height, width, colours});
}

#ifdef STRAIGHTEDGE_PNG

namespace {

constexpr std::int64_t gap = 2;  // pixels of the file
constexpr double grey = 160;

// [rows (H + gap) + gap, columns (W + gap) + gap, C]
at::Tensor canvas_of(const at::Tensor& images, std::int64_t scale) {
  const at::Tensor large = images.repeat_interleave(scale, 2).repeat_interleave(scale, 3);
  const at::Tensor apart = at::constant_pad_nd(large, {0, 0, 0, gap, 0, gap}, grey);
  const at::Tensor whole = apart.permute({0, 2, 1, 3, 4})
                               .reshape({apart.size(0) * apart.size(2), apart.size(1) * apart.size(3), apart.size(4)});
  return at::constant_pad_nd(whole, {0, 0, gap, 0, gap, 0}, grey).contiguous();
}

}  // namespace

bool can_write_pictures() {
  return true;
}

void write_grid(const std::filesystem::path& path, const at::Tensor& images, std::int64_t scale) {
  const at::Tensor canvas = canvas_of(images, scale);
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.height = static_cast<png_uint_32>(canvas.size(0));
  png.width = static_cast<png_uint_32>(canvas.size(1));
  png.format = canvas.size(2) == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  const std::filesystem::path part = path.string() + ".part";
  if (png_image_write_to_file(&png, part.c_str(), 0, canvas.const_data_ptr(), 0, nullptr) == 0) {
    throw MachineError(path.string() + ": cannot be written: " + png.message);
  }
  std::error_code failure;
  std::filesystem::rename(part, path, failure);
  if (failure) {
    throw MachineError(path.string() + ": cannot be written: " + failure.message());
  }
}

#else

bool can_write_pictures() {
  return false;
}

void write_grid(const std::filesystem::path& path, const at::Tensor& /*images*/, std::int64_t /*scale*/) {
  throw MachineError(path.string() + ": this build has no libpng; install libpng-dev and build again");
}

#endif

}  // namespace straightedge::images
