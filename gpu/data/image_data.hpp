// Packed images (images/packed_images.hpp) as the data of a recipe: rows of numbers, in an order that a seed decides.
#pragma once

#include <ATen/core/Tensor.h>
#include <images/packed_images.hpp>
#include <train/recipe.hpp>

#include <string>

namespace straightedge::train {

/// A value u of a pixel as a number: x = u / 127.5 - 1, in [-1, 1]. fp32; what is not uint8 is returned as it is.
[[nodiscard]] at::Tensor as_numbers(const at::Tensor& rows);

class ImageData {
 public:
  /// Maps data.file. Throws InputError if it cannot be read, or its images are not of the recipe's size.
  explicit ImageData(const Recipe& recipe);

  /// `count` images of partition 0, in an order that follows from the seed: their row numbers [count] int64. Throws
  /// InputError if there are fewer.
  [[nodiscard]] at::Tensor training(std::int64_t count, std::int64_t seed) const;
  /// All images of the other partitions, in the order of the file: [m] int64.
  [[nodiscard]] at::Tensor held_out() const;
  /// uint8 [n, d] of row numbers [n].
  [[nodiscard]] at::Tensor rows(const at::Tensor& numbers) const;
  /// Reads all images. Throws InputError if their SHA-256 is not the one that the file states.
  void verify() const { packed_.verify(); }
  /// Of all pixels, as the file states it.
  [[nodiscard]] std::string sha256() const;

 private:
  std::string path_;
  images::PackedImages packed_;
  std::int64_t dimension_;
};

}  // namespace straightedge::train
