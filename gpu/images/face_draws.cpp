#include <images/face.hpp>

#include <array>
#include <philox.hpp>

namespace straightedge::images {
namespace {

// Numbers in order, each of a word of its own. The order is the statements': operands and arguments have none.
class Draws {
 public:
  Draws(std::uint64_t seed, std::uint64_t offset) : seed_(seed), offset_(offset) {}

  float between(float low, float high) {
    const std::uint32_t word = fixtures::philox_word(seed_, offset_, element_++);
    return low + (high - low) * static_cast<float>(word >> 8) * 0x1p-24F;
  }
  bool happens(float probability) { return between(0, 1) < probability; }
  // Three of them come near to a normal number: mean 0, standard deviation about `width` / 3.
  float about_zero(float width) {
    float sum = 0;
    for (int i = 0; i < 3; ++i) {
      sum += between(-1, 1);
    }
    return sum / 3 * width;
  }
  Colour colour(float low, float high) {
    const float r = between(low, high);
    const float g = between(low, high);
    return {r, g, between(low, high)};
  }
  // Index i with probability weights[i].
  template <std::size_t n>
  std::size_t choice(const std::array<float, n>& weights) {
    float u = between(0, 1);
    for (std::size_t i = 0; i + 1 < n; ++i) {
      u -= weights[i];
      if (u < 0) {
        return i;
      }
    }
    return n - 1;
  }

 private:
  std::uint64_t seed_;
  std::uint64_t offset_;
  std::uint64_t element_ = 0;
};

constexpr std::array<Colour, 4> skins = {
    {{0.97F, 0.82F, 0.73F}, {0.90F, 0.70F, 0.56F}, {0.72F, 0.50F, 0.36F}, {0.42F, 0.27F, 0.19F}}};
constexpr std::array<Colour, 5> hairs = {{{0.09F, 0.07F, 0.07F},
                                          {0.32F, 0.19F, 0.11F},
                                          {0.83F, 0.66F, 0.38F},
                                          {0.66F, 0.65F, 0.64F},
                                          {0.55F, 0.22F, 0.09F}}};
constexpr std::array<Colour, 4> irises = {
    {{0.24F, 0.13F, 0.07F}, {0.25F, 0.42F, 0.62F}, {0.30F, 0.43F, 0.25F}, {0.42F, 0.27F, 0.12F}}};

void draw_looks(Draws& draws, Face& face) {
  const float tone = draws.between(0, 2.99F);
  const auto lighter = static_cast<std::size_t>(tone);
  face.skin = mix(skins[lighter], skins[lighter + 1], tone - static_cast<float>(lighter));
  face.style = static_cast<HairStyle>(draws.choice<8>({0.06F, 0.07F, 0.18F, 0.17F, 0.12F, 0.10F, 0.17F, 0.13F}));
  face.hair_colour = static_cast<HairColour>(draws.choice<5>({0.34F, 0.32F, 0.18F, 0.10F, 0.06F}));
  face.hair = draws.between(0.75F, 1.25F) * hairs[static_cast<std::size_t>(face.hair_colour)];
  face.part = draws.between(-20, 20);
  face.iris = irises[draws.choice<4>({0.5F, 0.2F, 0.15F, 0.15F})];
  face.iris = draws.between(0.8F, 1.2F) * face.iris;
  face.brow_weight = draws.between(1.0F, 2.6F);
  face.has_glasses = draws.happens(0.15F);
  face.has_beard = face.style < HairStyle::long_straight && draws.happens(0.3F);
  face.lips = mix(face.skin, {0.75F, 0.18F, 0.25F}, draws.between(0.25F, 0.75F));
  face.blush = draws.between(0, 0.25F);
  face.clothes = draws.colour(0.05F, 0.95F);
}

void draw_geometry(Draws& draws, Face& face) {
  face.pose = {
      {89 + draws.about_zero(8), 119 + draws.about_zero(8)}, draws.about_zero(0.22F), 1 + draws.about_zero(0.14F)};
  face.turn = {draws.about_zero(14), draws.about_zero(6)};
  face.head = {draws.between(42, 51), draws.between(58, 67)};
  face.jaw = draws.between(0.08F, 0.3F);
  face.gaze = {draws.about_zero(3), draws.about_zero(1)};
  face.eye_opening = draws.between(3.0F, 5.4F);
  face.brow_tilt = draws.between(-3, 3);
  face.nose_width = draws.between(0.8F, 1.35F);
  face.mouth_width = draws.between(13, 20);
  face.smile = draws.between(-0.35F, 1);
  face.mouth_opening = draws.happens(0.45F) ? draws.between(0.3F, 1) : 0;
}

}  // namespace

Face draw_face(std::uint64_t seed, std::uint64_t index) {
  Draws draws(seed, index);
  Face face{};
  for (Colour& backdrop : face.backdrop) {  // of muted colours
    const float grey = draws.between(0.05F, 0.95F);
    const Colour colour = draws.colour(0.05F, 0.95F);
    backdrop = mix({grey, grey, grey}, colour, draws.between(0.1F, 0.6F));
  }
  face.light = {draws.between(-0.75F, 0.75F), draws.between(-0.6F, 0.2F)};
  face.ambient = draws.between(0.25F, 0.6F);
  draw_looks(draws, face);
  draw_geometry(draws, face);
  return face;
}

}  // namespace straightedge::images
