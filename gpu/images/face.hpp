// Face-like images: drawn of shapes, with features that vary as those of photographs of faces do.
#pragma once

#include <images/canvas.hpp>

#include <cstdint>
#include <vector>

namespace straightedge::images {

inline constexpr std::int64_t face_width = 178;  // as CelebA's aligned images
inline constexpr std::int64_t face_height = 218;

enum class HairStyle { bald, shaven, cropped, parted, fringe, curly, long_straight, long_wavy };
enum class HairColour { black, brown, blond, grey, red };

/// What a face looks like; lengths in pixels of a face of scale 1, whose eyes are 39 apart.
struct Face {
  Colour backdrop[2];  // above and below
  Vec2 light;          // from the face towards the light, of length below 1
  float ambient;       // share of light that comes from everywhere
  Pose pose;
  Vec2 turn;  // how far the features are shifted on the head: yaw and pitch
  Vec2 head;  // half width, half height
  float jaw;  // how much narrower the chin is
  Colour skin;
  HairStyle style;
  HairColour hair_colour;
  Colour hair;
  float part;  // where the hair is parted
  Colour iris;
  Vec2 gaze;
  float eye_opening;
  float brow_weight;
  float brow_tilt;
  float nose_width;
  float mouth_width;
  float smile;          // -1 to 1
  float mouth_opening;  // 0: closed
  Colour lips;
  float blush;
  bool has_glasses;
  bool has_beard;
  Colour clothes;
};

/// A pure function of both: words of Philox of key `seed` and offset `index` (fixtures/philox.hpp).
[[nodiscard]] Face draw_face(std::uint64_t seed, std::uint64_t index);

/// [face_height, face_width, 3], RGB.
[[nodiscard]] std::vector<std::uint8_t> paint_face(const Face& face);

}  // namespace straightedge::images
