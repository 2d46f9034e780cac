#include <data/image_data.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/nonzero.h>
#include <data/random.hpp>

#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::train {
namespace {

std::string size_text(std::int64_t height, std::int64_t width) {
  return std::to_string(height) + " x " + std::to_string(width);
}

}  // namespace

at::Tensor as_numbers(const at::Tensor& rows) {
  return rows.scalar_type() == at::kByte ? rows.to(at::kFloat) / 127.5 - 1.0 : rows;
}

ImageData::ImageData(const Recipe& recipe)
    : path_(recipe.data.file), packed_(recipe.data.file), dimension_(recipe.dimension()) {
  const at::Tensor images = packed_.images();
  const DataRecipe& data = recipe.data;
  if (images.size(1) != data.height || images.size(2) != data.width || images.size(3) != data.colours) {
    throw InputError(path_ + ": its images are " + size_text(images.size(1), images.size(2)) +
                     " in 3 colours, and the recipe's " + size_text(data.height, data.width) + " in " +
                     std::to_string(data.colours) + ": set data.height, data.width and data.colours, or prepare with " +
                     "another --size");
  }
}

at::Tensor ImageData::training(std::int64_t count, std::int64_t seed) const {
  at::Tensor numbers = at::nonzero(packed_.partition() == 0).squeeze(1);
  if (numbers.size(0) < count) {
    throw InputError(path_ + ": has " + std::to_string(numbers.size(0)) +
                     " images of partition 0, and pairs.count is " + std::to_string(count) +
                     "; fewer pairs, or more images");
  }
  // Fisher and Yates, as far as needed.
  auto* number = numbers.mutable_data_ptr<std::int64_t>();
  const at::Tensor chances = uniform(seed, offset_of(0, Stream::images), {0, count}, at::kDouble);
  const auto* chance = chances.const_data_ptr<double>();
  for (std::int64_t i = 0; i < count; ++i) {
    const auto left = static_cast<double>(numbers.size(0) - i);
    std::swap(number[i], number[i + static_cast<std::int64_t>(chance[i] * left)]);
  }
  return numbers.narrow(0, 0, count).clone();
}

at::Tensor ImageData::held_out() const {
  return at::nonzero(packed_.partition() != 0).squeeze(1);
}

at::Tensor ImageData::rows(const at::Tensor& numbers) const {
  return packed_.images().index_select(0, numbers).view({numbers.size(0), dimension_});
}

std::string ImageData::sha256() const {
  const auto found = packed_.metadata().find("sha256");
  return found == packed_.metadata().end() ? "" : found->second;
}

}  // namespace straightedge::train
