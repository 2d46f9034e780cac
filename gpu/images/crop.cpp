#include <images/crop.hpp>

#include <charconv>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::images {
namespace {

constexpr std::int64_t longest_side = 65535;  // of a JPEG

// The integers between the commas; empty if there is anything else.
std::vector<std::int64_t> integers_of(const std::string& text) {
  std::vector<std::int64_t> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    std::int64_t number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (after != end && *after != ',')) {
      return {};
    }
    numbers.push_back(number);
    if (after == end) {
      return numbers;
    }
    at = after + 1;
  }
}

bool is_side(std::int64_t n) {
  return n >= 1 && n <= longest_side;
}

bool is_corner(std::int64_t n) {
  return n >= 0 && n <= longest_side;
}

}  // namespace

Crop Crop::parse(const std::string& text) {
  const std::vector<std::int64_t> n = integers_of(text);
  if (n.size() == 1 && is_side(n[0])) {
    return {{0, 0, n[0], n[0]}, true};
  }
  if (n.size() == 4 && is_corner(n[0]) && is_corner(n[1]) && is_side(n[2]) && is_side(n[3])) {
    return {{n[0], n[1], n[2], n[3]}, false};
  }
  throw InputError(
      "--crop: \"" + text +
      "\" is no crop; the side of a centred square, as 148, or a box x,y,w,h, as 15,35,148,148, is wanted");
}

std::optional<Box> Crop::in(std::int64_t width, std::int64_t height) const {
  Box box = box_;
  if (is_centred_) {
    box.x = (width - box.width) / 2;
    box.y = (height - box.height) / 2;
  }
  const bool fits =
      box.width <= width - box.x && box.height <= height - box.y && width >= box.width && height >= box.height;
  return fits ? std::optional(box) : std::nullopt;
}

std::string Crop::text() const {
  const std::string w = std::to_string(box_.width);
  return is_centred_
             ? w
             : std::to_string(box_.x) + "," + std::to_string(box_.y) + "," + w + "," + std::to_string(box_.height);
}

}  // namespace straightedge::images
