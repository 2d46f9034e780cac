// Painting with signed distances: a shape is a function d(p) that is negative inside, its edge is spread over a pixel
// or more, coverage = clamp(1/2 - d / edge, 0, 1), and shapes are laid over each other.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace straightedge::images {

struct Vec2 {
  float x;
  float y;
};
inline Vec2 operator+(Vec2 a, Vec2 b) {
  return {a.x + b.x, a.y + b.y};
}
inline Vec2 operator-(Vec2 a, Vec2 b) {
  return {a.x - b.x, a.y - b.y};
}
inline Vec2 operator*(float s, Vec2 a) {
  return {s * a.x, s * a.y};
}
inline float dot(Vec2 a, Vec2 b) {
  return a.x * b.x + a.y * b.y;
}
inline float length(Vec2 a) {
  return std::sqrt(dot(a, a));
}

/// Red, green, blue in [0, 1], as they are displayed (sRGB).
struct Colour {
  float r;
  float g;
  float b;
};
inline Colour operator*(float s, Colour a) {
  return {s * a.r, s * a.g, s * a.b};
}
inline Colour mix(Colour a, Colour b, float t) {
  return {a.r + t * (b.r - a.r), a.g + t * (b.g - a.g), a.b + t * (b.b - a.b)};
}

inline float circle(Vec2 p, float radius) {
  return length(p) - radius;
}
/// To first order in the distance: q (q - 1) / |grad| with q = |p / radii|.
inline float ellipse(Vec2 p, Vec2 radii) {
  const float q = length({p.x / radii.x, p.y / radii.y});
  const float slope = length({p.x / (radii.x * radii.x), p.y / (radii.y * radii.y)});
  return slope > 0 ? q * (q - 1) / slope : -std::min(radii.x, radii.y);
}
inline float rounded_box(Vec2 p, Vec2 half, float radius) {
  const Vec2 q{std::abs(p.x) - half.x + radius, std::abs(p.y) - half.y + radius};
  return length({std::max(q.x, 0.0F), std::max(q.y, 0.0F)}) + std::min(std::max(q.x, q.y), 0.0F) - radius;
}
/// Of a line of half width `radius` with round ends.
inline float capsule(Vec2 p, Vec2 a, Vec2 b, float radius) {
  const float along = std::clamp(dot(p - a, b - a) / dot(b - a, b - a), 0.0F, 1.0F);
  return length(p - a - along * (b - a)) - radius;
}
/// What two circles of one radius have in common: half width w, half height h, pointed left and right.
inline float almond(Vec2 p, float w, float h) {
  const float radius = (w * w + h * h) / (2 * h);
  return circle({p.x, std::abs(p.y) + radius - h}, radius);
}

/// Where shapes are: picture = origin + scale R(angle) p.
struct Pose {
  Vec2 origin;
  float angle;
  float scale;
};

class Canvas {
 public:
  Canvas(std::int64_t width, std::int64_t height) : width_(width), height_(height) {
    pixels_.resize(static_cast<std::size_t>(width * height));
  }

  /// Shapes are given, from here on, in the coordinates of this pose.
  void set_pose(const Pose& pose) {
    pose_ = pose;
    axis_ = {std::cos(pose.angle), std::sin(pose.angle)};
  }

  /// Lays colour(p) over the points of the shape d that lie in `centre` +- `half`; `edge` in pixels.
  template <class Distance, class Shade>
  void paint(Vec2 centre, Vec2 half, const Distance& d, const Shade& colour, float edge = 1, float opacity = 1) {
    const Vec2 middle = to_picture(centre);
    const float reach_x = pose_.scale * (std::abs(axis_.x) * half.x + std::abs(axis_.y) * half.y);
    const float reach_y = pose_.scale * (std::abs(axis_.y) * half.x + std::abs(axis_.x) * half.y);
    const auto pixel = [](float at, std::int64_t n) {
      return std::clamp<std::int64_t>(static_cast<std::int64_t>(at), 0, n);
    };
    const float per_pixel = pose_.scale / edge;
    const Vec2 along = from_picture({1, 0}) - from_picture({0, 0});
    for (std::int64_t y = pixel(middle.y - reach_y, height_); y < pixel(middle.y + reach_y + 1, height_); ++y) {
      const std::int64_t end = pixel(middle.x + reach_x + 1, width_);
      const Vec2 row = from_picture({0.5F, static_cast<float>(y) + 0.5F});
      for (std::int64_t x = pixel(middle.x - reach_x, width_); x < end; ++x) {
        const Vec2 p = row + static_cast<float>(x) * along;
        const float distance = d(p);
        const float cover = opacity * std::clamp(0.5F - distance * per_pixel, 0.0F, 1.0F);
        if (cover > 0) {
          Colour& at = pixels_[static_cast<std::size_t>(y * width_ + x)];
          at = mix(at, colour(p), cover);
        } else {
          // Nothing is nearer than the distance, which some shapes have only roughly: half of it is safe to skip.
          x += static_cast<std::int64_t>(0.5F * std::max(0.0F, distance * pose_.scale - 0.5F * edge));
        }
      }
    }
  }

  /// [height, width, 3].
  [[nodiscard]] std::vector<std::uint8_t> rgb() const {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(3 * pixels_.size());
    for (const Colour& at : pixels_) {
      for (const float value : {at.r, at.g, at.b}) {
        bytes.push_back(static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255 + 0.5F));
      }
    }
    return bytes;
  }

 private:
  [[nodiscard]] Vec2 to_picture(Vec2 p) const {
    return pose_.origin + pose_.scale * Vec2{axis_.x * p.x - axis_.y * p.y, axis_.y * p.x + axis_.x * p.y};
  }
  [[nodiscard]] Vec2 from_picture(Vec2 at) const {
    const Vec2 q = (1 / pose_.scale) * (at - pose_.origin);
    return {axis_.x * q.x + axis_.y * q.y, axis_.x * q.y - axis_.y * q.x};
  }

  std::int64_t width_;
  std::int64_t height_;
  std::vector<Colour> pixels_;
  Pose pose_{{0, 0}, 0, 1};
  Vec2 axis_{1, 0};
};

}  // namespace straightedge::images
