// One file of many small images: safetensors (fixtures/safetensors.hpp) with
//
//   images     uint8 [N, H, W, 3]   RGB
//   partition  uint8 [N]            0 train, 1 valid, 2 test
//   names      uint8 [bytes]        the N names with a NUL between any two
//
// and metadata that say schema, source, crop, size, filter and sha256, the SHA-256 of the bytes of `images`.
#pragma once

#include <ATen/core/Tensor.h>
#include <images/files.hpp>
#include <safetensors.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace straightedge::images {

inline constexpr const char* packed_schema = "straightedge/images/1";

/// Maps the file: what is not touched is not read, and processes share the memory.
class PackedImages {
 public:
  /// Throws InputError if the file cannot be read, is truncated, is of another schema or has other tensors.
  explicit PackedImages(const std::filesystem::path& path);

  [[nodiscard]] const fixtures::Metadata& metadata() const { return header_.metadata(); }
  [[nodiscard]] std::int64_t count() const { return count_; }
  /// [N, H, W, 3], uint8: a view of the mapping, which lives as long as any view. It must not be written.
  [[nodiscard]] at::Tensor images() const;
  /// [N], uint8: likewise a view.
  [[nodiscard]] at::Tensor partition() const;
  [[nodiscard]] std::vector<std::string> names() const;
  /// Reads all images. Throws InputError if their SHA-256 is not that of the metadata.
  void verify() const;

 private:
  [[nodiscard]] std::string_view bytes_of(const std::string& tensor) const;
  [[nodiscard]] at::Tensor view(const std::string& tensor) const;

  std::shared_ptr<const MappedFile> file_;
  fixtures::SafetensorsHeader header_;
  std::int64_t count_;
};

}  // namespace straightedge::images
