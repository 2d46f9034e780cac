// Pictures: numbers as pixels, and the file as libpng reads it.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <png.h>
#include <images/picture.hpp>

#include <cmath>
#include <filesystem>
#include <limits>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::images {
namespace {

TEST(Pixels, AreWhatNumbersWereMadeOf) {
  const at::Tensor values = at::arange(256, at::TensorOptions().dtype(at::kByte));
  const at::Tensor numbers = (values.to(at::kFloat) / 127.5 - 1.0).view({1, 256});
  EXPECT_TRUE(to_pixels(numbers, 16, 16, 1).flatten().equal(values));
}

TEST(Pixels, AreClampedAndGreyWhereThereIsNone) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const at::Tensor numbers = at::tensor({-3.0, 3.0, -infinity, infinity, std::nan(""), 0.0}).view({2, 3});
  const at::Tensor pixels = to_pixels(numbers, 1, 1, 3);
  EXPECT_TRUE(pixels.flatten().equal(at::tensor({0, 255, 0, 255, 128, 128}).to(at::kByte)));
}

// What libpng decodes, [height, width, colours].
at::Tensor decoded(const std::filesystem::path& path, std::int64_t colours) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_file(&png, path.c_str()), 0) << png.message;
  png.format = colours == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  at::Tensor pixels = at::empty({png.height, png.width, colours}, at::TensorOptions().dtype(at::kByte));
  EXPECT_NE(png_image_finish_read(&png, nullptr, pixels.mutable_data_ptr(), 0, nullptr), 0) << png.message;
  return pixels;
}

TEST(Grid, HasEveryImageInItsPlaceAndGreyBetween) {
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "straightedge-grid.png";
  for (const std::int64_t colours : {1, 3}) {
    constexpr std::int64_t rows = 2, columns = 3, height = 4, width = 5, scale = 2, gap = 2;
    const at::Tensor images = at::randint(0, 256, {rows, columns, height, width, colours}).to(at::kByte);
    write_grid(path, images, scale);
    at::Tensor found = decoded(path, colours);
    ASSERT_EQ(found.size(0), rows * (scale * height + gap) + gap);
    ASSERT_EQ(found.size(1), columns * (scale * width + gap) + gap);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        at::Tensor place = found.narrow(0, gap + row * (scale * height + gap), scale * height)
                               .narrow(1, gap + column * (scale * width + gap), scale * width);
        EXPECT_TRUE(place.equal(images[row][column].repeat_interleave(scale, 0).repeat_interleave(scale, 1)));
        place.fill_(160);  // and what is left is the grey between them
      }
    }
    EXPECT_TRUE((found == 160).all().item<bool>());
  }
  std::filesystem::remove(path);
}

TEST(Grid, WithoutAFolderSaysSo) {
  const at::Tensor images = at::randint(0, 256, {1, 1, 2, 2, 3}).to(at::kByte);
  EXPECT_THROW(write_grid("/nowhere/grid.png", images, 1), MachineError);
}

}  // namespace
}  // namespace straightedge::images
