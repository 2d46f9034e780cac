// JPEG, by libjpeg-turbo, and PNG, by libpng, to 8-bit RGB. The content says which of them a file is, not its name.
// The EXIF orientation is not applied: neither do torchvision and PIL on their own.
#pragma once

#include <images/remark.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace straightedge::images {

/// rgb is [height, width, 3] and belongs to the decoder, up to its next picture.
struct Picture {
  std::int64_t width;
  std::int64_t height;
  const std::uint8_t* rgb;
  bool is_png;
  std::vector<std::pair<Finding, std::string>> findings;  // those that keep the image, with their details
};

/// Why there is no picture.
struct NoPicture {
  Finding finding;
  std::string detail;
};

/// One for each thread: it reuses its memory.
class Decoder {
 public:
  Decoder();
  /// The picture that a file's bytes hold. Throws NoPicture.
  [[nodiscard]] Picture decode(std::span<const std::uint8_t> file);

 private:
  void start_jpeg();
  Picture decode_jpeg(std::span<const std::uint8_t> file);
  Picture decode_png(std::span<const std::uint8_t> file);
  std::uint8_t* buffer(std::int64_t width, std::int64_t height, std::int64_t channels);

  std::unique_ptr<void, int (*)(void*)> jpeg_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace straightedge::images
