// Which part of an image is kept.
//
//   "148"      the square of 148 pixels in the middle: x = floor((width - 148) / 2), y likewise
//   "x,y,w,h"  the box [x, x + w) x [y, y + h)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace straightedge::images {

/// Pixels [x, x + width) x [y, y + height).
struct Box {
  std::int64_t x;
  std::int64_t y;
  std::int64_t width;
  std::int64_t height;
};

class Crop {
 public:
  /// Throws InputError for text of another form, sides below 1 or above 65,535, and corners below 0.
  static Crop parse(const std::string& text);

  /// The box in an image of this size; nothing where it does not fit.
  [[nodiscard]] std::optional<Box> in(std::int64_t width, std::int64_t height) const;
  [[nodiscard]] std::int64_t width() const { return box_.width; }
  [[nodiscard]] std::int64_t height() const { return box_.height; }
  /// As parse() takes it.
  [[nodiscard]] std::string text() const;

 private:
  Crop(Box box, bool is_centred) : box_(box), is_centred_(is_centred) {}
  Box box_;
  bool is_centred_;
};

}  // namespace straightedge::images
