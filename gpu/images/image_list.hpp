// Which images a folder holds, and in which order they are packed.
//
//   CelebA   img_align_celeba/NAME for each line `NAME P` of list_eval_partition.txt, in its order; P = 0 train, 1
//   valid,
//            2 test. The folder may be the one with `celeba/` in it, as torchvision's root is. list_attr_celeba.txt is
//            not read.
//   folder   every file with the extension of an image format, in all folders below, by the bytes of its path; P = 0
#pragma once

#include <images/remark.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace straightedge::images {

enum class Layout { celeba, folder };

struct ListedImage {
  std::string name;        // relative to ImageList::folder, with '/'
  std::uint8_t partition;  // 0 train, 1 valid, 2 test
};

struct ImageList {
  Layout layout;
  std::filesystem::path folder;
  std::vector<ListedImage> images;
  std::vector<Remark> remarks;  // unlisted images, by name

  /// "celeba" or "folder".
  [[nodiscard]] const char* layout_text() const;
  /// SHA-256 of the layout, the names and the partitions.
  [[nodiscard]] std::string digest() const;
};

/// ".jpg" of "a/B.JPG".
[[nodiscard]] std::string lower_extension(const std::filesystem::path& name);

/// Throws InputError if there is no such folder, it holds no image, or a list is not of the form above.
[[nodiscard]] ImageList list_images(const std::filesystem::path& folder);

}  // namespace straightedge::images
