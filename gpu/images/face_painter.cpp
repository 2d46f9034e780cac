#include <images/face.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::images {
namespace {

// Lays the parts of one face over each other, in its own coordinates: (0, 0) is the middle of the head, y points down.
class Painter {
 public:
  explicit Painter(const Face& face)
      : f_(face), towards_(std::sqrt(1 - dot(face.light, face.light))), canvas_(face_width, face_height) {}

  std::vector<std::uint8_t> paint() {
    backdrop();
    canvas_.set_pose(f_.pose);
    hair_behind();
    body();
    head();
    nose();
    mouth();
    eye(-1);
    eye(1);
    hair_in_front();
    if (f_.has_glasses) {
      glasses();
    }
    return canvas_.rgb();
  }

 private:
  // Lambert's law on the ellipsoid over an ellipse.
  [[nodiscard]] float lit(Vec2 p, Vec2 radii) const {
    const Vec2 n{p.x / radii.x, p.y / radii.y};
    const float up = std::sqrt(std::max(0.0F, 1 - dot(n, n)));
    return f_.ambient + (1 - f_.ambient) * std::max(0.0F, dot(n, f_.light) + up * towards_) * 1.25F;
  }

  void soft_ellipse(Vec2 centre, Vec2 radii, Colour colour, float edge, float opacity) {
    const float margin = 0.5F * edge / f_.pose.scale;  // where nothing is left of it
    canvas_.paint(
        centre, radii + Vec2{margin, margin}, [&](Vec2 p) { return ellipse(p - centre, radii); },
        [&](Vec2) { return colour; }, edge, opacity);
  }

  void backdrop() {
    const Vec2 middle{face_width / 2.0F, face_height / 2.0F};
    canvas_.paint(
        middle, middle, [](Vec2) { return -1.0F; },
        [&](Vec2 p) {
          const float down = p.y / face_height + 0.3F * f_.light.x * (p.x / face_width - 0.5F);
          return mix(f_.backdrop[0], f_.backdrop[1], std::clamp(down, 0.0F, 1.0F));
        });
    // A patch out of focus on either side.
    soft_ellipse({18 + 60 * f_.light.y, 60}, {34, 48}, mix(f_.backdrop[1], {1, 1, 1}, 0.3F), 30, 0.6F);
    soft_ellipse({160, 90 + 80 * f_.light.x}, {30, 60}, 0.6F * f_.backdrop[0], 30, 0.6F);
  }

  [[nodiscard]] bool is_long() const { return f_.style >= HairStyle::long_straight; }

  // Signed distance of all hair, the face included.
  [[nodiscard]] float hair_outline(Vec2 p) const {
    const bool is_curly = f_.style == HairStyle::curly;
    const float thickness = f_.style == HairStyle::shaven ? 1.5F : is_curly ? 17.0F : is_long() ? 10.0F : 7.0F;
    const float wave = is_curly ? 2 * std::sin(0.35F * p.x) * std::sin(0.35F * p.y) : 0;
    const float cap = ellipse({p.x, p.y + 3}, f_.head + Vec2{thickness, thickness}) + wave;
    if (!is_long()) {
      return cap;
    }
    const float curl = f_.style == HairStyle::long_wavy ? 3.5F * std::sin(0.16F * p.y) : 0;
    return std::min(cap, rounded_box({p.x + curl, p.y - 40}, {f_.head.x + 10, 64}, 22));
  }

  // Strands run from the parting outwards.
  [[nodiscard]] Colour hair_colour(Vec2 p) const {
    const float along = 60 * (p.x - f_.part) / (p.y + f_.head.y + 45);
    const float strand = std::sin(along) + 0.6F * std::sin(2.3F * along + 1);
    const float shine = 0.25F / (1 + 0.008F * (p.y + 44) * (p.y + 44));
    return (lit(p, 1.35F * f_.head) * (0.95F + 0.07F * strand) + shine) * f_.hair;
  }

  void hair_behind() {
    if (is_long()) {
      canvas_.paint(
          {0, 10}, {75, 105}, [&](Vec2 p) { return hair_outline(p); },
          [&](Vec2 p) { return 0.65F * lit(p, 1.35F * f_.head) * f_.hair; }, 2);
    }
  }

  void hair_in_front() {
    if (f_.style == HairStyle::bald) {
      return;
    }
    // The face looks out of an ellipse; short hair ends above the ears.
    const bool is_fringe = f_.style == HairStyle::fringe;
    const float depth = f_.style == HairStyle::shaven || f_.style == HairStyle::cropped ? 1.12F
                        : is_fringe                                                     ? 0.78F
                                                                                        : 1.0F;
    const float shift = f_.style == HairStyle::parted || is_long() ? 0.5F * f_.part : 0;
    const Vec2 opening{(is_long() ? 0.93F : 0.97F) * f_.head.x, depth * f_.head.y};
    const float ends = is_long() ? 90.0F : f_.style == HairStyle::curly ? 8.0F : -8.0F;
    const float top = -105;
    canvas_.paint(
        {0, 0.5F * (top + ends)}, {75, 0.5F * (ends - top) + 2},
        [&](Vec2 p) {
          const float face = ellipse({p.x - shift, p.y - 20}, opening);
          return std::max({hair_outline(p), -face, p.y - ends});
        },
        [&](Vec2 p) { return hair_colour(p); }, 2.5F);
  }

  void body() {
    canvas_.paint(
        {0, 110}, {110, 60},
        [](Vec2 p) {
          return ellipse(p - Vec2{0, 130}, {92, 48});
        },
        [&](Vec2 p) {
          return lit(p - Vec2{0, 130}, {110, 70}) * f_.clothes;
        },
        1.5F);
    canvas_.paint(
        {0, 70}, {40, 40},
        [&](Vec2 p) {
          return rounded_box(p - Vec2{0, 68}, {0.55F * f_.head.x, 36}, 16);
        },
        [&](Vec2 p) {
          return 0.72F * lit(p - Vec2{0, 68}, {36, 60}) * f_.skin;
        },
        1.5F);
  }

  [[nodiscard]] float head_outline(Vec2 p) const {
    const float down = std::max(0.0F, p.y / f_.head.y);
    return ellipse({p.x / (1 - f_.jaw * down * down), p.y}, f_.head);
  }

  void head() {
    for (const float side : {-1.0F, 1.0F}) {
      const Vec2 centre{side * (f_.head.x + 1) - 0.3F * f_.turn.x, 1 + f_.turn.y};
      canvas_.paint(
          centre, {8, 14},
          [&](Vec2 p) {
            return ellipse(p - centre, {5, 11});
          },
          [&](Vec2 p) { return 0.85F * lit(p, 1.1F * f_.head) * f_.skin; });
    }
    const auto skin = [&](Vec2 p) { return lit(p, 1.12F * f_.head) * f_.skin; };
    canvas_.paint(
        {0, 0}, f_.head + Vec2{3, 3}, [&](Vec2 p) { return head_outline(p); }, skin, 1.2F);
    if (f_.has_beard) {
      canvas_.paint(
          {0, 0}, f_.head + Vec2{3, 3},
          [&](Vec2 p) { return std::max(head_outline(p), 34 - 0.012F * p.x * p.x - p.y + f_.turn.y) + 2; },
          [&](Vec2 p) { return lit(p, 1.12F * f_.head) * mix(f_.skin, f_.hair, 0.85F); }, 8, 0.85F);
    }
    for (const float side : {-1.0F, 1.0F}) {
      soft_ellipse(f_.turn + Vec2{side * 25, 17}, {9, 7}, {0.85F, 0.35F, 0.33F}, 14, f_.blush);
      soft_ellipse(f_.turn + Vec2{side * 19.5F, -11}, {10, 6}, 0.55F * f_.skin, 12, 0.35F);
    }
  }

  void nose() {
    const float w = f_.nose_width;
    const Vec2 tip = Vec2{1.3F * f_.turn.x, 1.3F * f_.turn.y} + Vec2{0, 14};
    const float shadow = f_.light.x > 0 ? -1.0F : 1.0F;
    soft_ellipse(tip + Vec2{shadow * 5 * w, -8}, {2.5F, 15}, 0.55F * f_.skin, 6, 0.45F);
    soft_ellipse(tip + Vec2{0, 5}, {9 * w, 2.5F}, 0.5F * f_.skin, 5, 0.5F);
    soft_ellipse(tip + Vec2{-shadow, -3}, {3 * w, 5}, mix(f_.skin, {1, 1, 1}, 0.5F), 8, 0.35F);
    for (const float side : {-1.0F, 1.0F}) {
      soft_ellipse(tip + Vec2{side * 4.3F * w, 3}, {2.2F * w, 1.4F}, 0.28F * f_.skin, 2, 0.8F);
    }
  }

  void mouth() {
    const Vec2 centre = f_.turn + Vec2{0, 34};
    const float w = f_.mouth_width;
    // Between the lips at a place along the mouth, x in [-1, 1]; all heights vanish at the corners.
    const auto middle = [&](float x) { return f_.smile * 6 * (0.4F - x * x); };
    const auto arch = [](float x) { return std::max(0.0F, 1 - x * x); };
    const auto within = [&](float above, float below) {
      return [=, this](Vec2 p) {
        const Vec2 q = p - centre;
        const float x = q.x / w;
        const float y = q.y - middle(x);
        return std::max({-above * arch(x) - y, y - below * arch(x), std::abs(q.x) - w});
      };
    };
    const float gap = 4.5F * f_.mouth_opening;
    const Vec2 half{w + 3, 20};
    soft_ellipse(centre + Vec2{0, 12}, {w * 0.7F, 2}, 0.55F * f_.skin, 7, 0.4F);
    canvas_.paint(
        centre, half, within(3.4F + gap, 4.8F + gap), [&](Vec2 p) { return lit(p, 1.12F * f_.head) * f_.lips; }, 1.5F);
    if (gap > 0) {
      canvas_.paint(centre, half, within(gap, gap), [](Vec2) { return Colour{0.25F, 0.07F, 0.08F}; });
      canvas_.paint(centre, half, within(gap, 0.4F * gap), [&](Vec2 p) {
        return lit(p, 1.2F * f_.head) * Colour{0.95F, 0.93F, 0.89F};
      });
    } else {
      canvas_.paint(
          centre, half, within(0.6F, 0.5F), [&](Vec2) { return 0.4F * f_.lips; }, 1.5F);
    }
  }

  void eye(float side) {
    const Vec2 centre = f_.turn + Vec2{side * 19.5F, -8};
    const float h = f_.eye_opening;
    const auto opening = [&](Vec2 p) { return almond(p - centre, 10, h); };
    const auto disc = [&](float radius) {
      return [=, this](Vec2 p) { return std::max(circle(p - centre - f_.gaze, radius), opening(p)); };
    };
    const Vec2 half{13, 9};
    canvas_.paint(centre, half, opening, [&](Vec2 p) { return lit(p, 1.3F * f_.head) * Colour{0.95F, 0.94F, 0.93F}; });
    canvas_.paint(centre, half, disc(4.4F), [&](Vec2) { return f_.iris; });
    canvas_.paint(centre, half, disc(2.1F), [](Vec2) { return Colour{0.03F, 0.03F, 0.03F}; });
    const Vec2 glint = centre + f_.gaze + Vec2{2.2F * f_.light.x, 2.2F * f_.light.y - 0.5F};
    soft_ellipse(glint, {1.1F, 1.1F}, {1, 1, 1}, 1, 0.9F);
    // The upper lid with its lashes, and its fold.
    canvas_.paint(
        centre, half, [&](Vec2 p) { return std::max(std::abs(opening(p)) - 0.8F, p.y - centre.y); },
        [&](Vec2) { return 0.25F * f_.skin; }, 1.3F, 0.9F);
    canvas_.paint(
        centre, half, [&](Vec2 p) { return std::max(std::abs(opening(p) - 3) - 0.4F, p.y - centre.y + 2); },
        [&](Vec2) { return 0.6F * f_.skin; }, 1.5F, 0.6F);
    const Vec2 brow = centre + Vec2{0, -12 - 0.4F * h};
    canvas_.paint(
        brow, {17, 10},
        [&](Vec2 p) {
          const float x = (p.x - brow.x) / 13;
          const float y = p.y - brow.y + f_.brow_tilt * x * side - 3 * x * x;
          return std::max(std::abs(y) - f_.brow_weight * (1.1F - 0.5F * x * side), std::abs(p.x - brow.x) - 13);
        },
        [&](Vec2 p) { return lit(p, 1.3F * f_.head) * mix(f_.skin, 0.7F * f_.hair, 0.85F); }, 2.2F);
  }

  void glasses() {
    const Colour frame = mix({0.05F, 0.05F, 0.06F}, f_.clothes, 0.25F);
    const auto lens = [&](Vec2 p) {
      const Vec2 q = p - f_.turn - Vec2{0, -6};
      return rounded_box({std::abs(q.x) - 20, q.y}, {14.5F, 11}, 7);
    };
    const auto wires = [&](Vec2 p) {
      const Vec2 q = p - f_.turn - Vec2{0, -6};
      const float bridge = capsule({std::abs(q.x), q.y}, {0, -3}, {6, -2}, 1);
      const float temple =
          capsule({std::abs(q.x), q.y}, {34, -4}, {std::max(36.0F, f_.head.x - std::abs(f_.turn.x)), -5}, 1.1F);
      return std::min({std::abs(lens(p)) - 1.2F, bridge, temple});
    };
    const Vec2 centre = f_.turn + Vec2{0, -6};
    canvas_.paint(
        centre, {62, 16}, lens,
        [](Vec2) {
          return Colour{0.9F, 0.95F, 1};
        },
        1, 0.13F);
    canvas_.paint(centre, {62, 16}, wires, [&](Vec2) { return frame; });
  }

  const Face& f_;
  float towards_;  // the light's direction out of the picture
  Canvas canvas_;
};

}  // namespace

std::vector<std::uint8_t> paint_face(const Face& face) {
  return Painter(face).paint();
}

}  // namespace straightedge::images
