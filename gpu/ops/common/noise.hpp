// Noise, the same on every device: Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011) and the Box-Muller transform.
//
//   key = (seed low, seed high)   counter = (element/4 low, element/4 high, offset low, offset high)
//   word n of the element = block(counter, key)[element mod 4],   u = (n + 1/2) 2^-32
//   lanes (0, 1) and (2, 3) are pairs (u, u'):  z = (r cos 2 pi u', r sin 2 pi u'),  r = sqrt(-2 ln u)
//
// In fp64: in fp32 u would round to 1. The caller rounds z once.
#pragma once

#include <Random123/philox.h>

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>

namespace straightedge::ops {

struct Words {
  std::uint32_t word[4];
};
struct Normals {
  double z[4];
};

[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline Words philox(const Words& counter, std::uint32_t key0,
                                                           std::uint32_t key1) {
  const r123::Philox4x32::ctr_type in = {{counter.word[0], counter.word[1], counter.word[2], counter.word[3]}};
  const r123::Philox4x32::key_type key = {{key0, key1}};
  const r123::Philox4x32::ctr_type out = philox4x32_R(10, in, key);
  return {{out.v[0], out.v[1], out.v[2], out.v[3]}};
}

/// The words of the elements 4 block, ..., 4 block + 3.
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline Words words_of_block(std::uint64_t seed, std::uint64_t offset,
                                                                   std::uint64_t block) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32U); };
  return philox({{low(block), high(block), low(offset), high(offset)}}, low(seed), high(seed));
}

/// (cos 2 pi u, sin 2 pi u) of u = (n + 1/2) 2^-32. The angle is reduced in integers, so that no digit is lost near the
/// zeros of either.
STRAIGHTEDGE_HOST_DEVICE inline void cos_sin_of_turn(std::uint32_t n, double& cosine, double& sine) {
  // n + 1/2 = 2^30 quarter + rest, |rest| <= 2^29.
  const std::uint32_t quarter = (n + (1U << 29U)) >> 30U;
  const double rest = static_cast<double>(static_cast<std::int32_t>(n - (quarter << 30U))) + 0.5;
  const double angle = rest * 0x1p-30 * 1.5707963267948966;
#ifdef __CUDA_ARCH__
  double s;
  double c;
  sincos(angle, &s, &c);
#else
  const double s = std::sin(angle);
  const double c = std::cos(angle);
#endif
  cosine = quarter == 0 ? c : quarter == 1 ? -s : quarter == 2 ? -c : s;
  sine = quarter == 0 ? s : quarter == 1 ? c : quarter == 2 ? -s : -c;
}

/// The normals of one block of words.
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline Normals normals_of_words(const Words& words) {
  Normals normals;
  for (int pair = 0; pair < 4; pair += 2) {
    const double u = (static_cast<double>(words.word[pair]) + 0.5) * 0x1p-32;
    const double radius = sqrt(-2.0 * log(u));
    double cosine;
    double sine;
    cos_sin_of_turn(words.word[pair + 1], cosine, sine);
    normals.z[pair] = radius * cosine;
    normals.z[pair + 1] = radius * sine;
  }
  return normals;
}

/// The normals of the elements 4 block, ..., 4 block + 3.
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline Normals normals_of_block(std::uint64_t seed, std::uint64_t offset,
                                                                       std::uint64_t block) {
  return normals_of_words(words_of_block(seed, offset, block));
}

/// The normal of one element.
[[nodiscard]] STRAIGHTEDGE_HOST_DEVICE inline double normal_of(std::uint64_t seed, std::uint64_t offset,
                                                               std::uint64_t element) {
  return normals_of_block(seed, offset, element / 4).z[element % 4];
}

}  // namespace straightedge::ops
