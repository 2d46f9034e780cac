// What philox4x32 and standard_normal do with one block or element; common/noise.hpp has the formulas.
#pragma once

#include <common/noise.hpp>
#include <noise/kernels.hpp>

namespace straightedge::ops {

STRAIGHTEDGE_HOST_DEVICE inline void write_block(const PhiloxArguments& in, std::int64_t block) {
  const auto word = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
  const std::int64_t* counter = in.counter + 4 * block;
  const std::int64_t* key = in.key + 2 * block;
  const Words words =
      philox({{word(counter[0]), word(counter[1]), word(counter[2]), word(counter[3])}}, word(key[0]), word(key[1]));
  for (int lane = 0; lane < 4; ++lane) {
    in.words[4 * block + lane] = words.word[lane];
  }
}

/// Rounds once, from binary64 to the nearest bf16: by way of a float that is rounded to odd, so that the second
/// rounding sees on which side of a tie the number lies.
STRAIGHTEDGE_HOST_DEVICE inline Bf16 nearest_bf16(double value) {
  auto rounded = static_cast<float>(value);
  const auto back = static_cast<double>(rounded);
  if (back != value) {
    std::uint32_t bits;
    memcpy(&bits, &rounded, sizeof bits);
    const bool is_beyond = (back < 0.0 ? -back : back) > (value < 0.0 ? -value : value);
    bits = (bits - (is_beyond ? 1U : 0U)) | 1U;
    memcpy(&rounded, &bits, sizeof bits);
  }
  return store<Bf16>(rounded);
}

template <class T>
STRAIGHTEDGE_HOST_DEVICE inline T store_normal(double z) {
  return static_cast<T>(z);
}
template <>
STRAIGHTEDGE_HOST_DEVICE inline Bf16 store_normal<Bf16>(double z) {
  return nearest_bf16(z);
}

/// Elements i, ..., i + 3, or as many as there are. Those of one block cost one block.
template <class T>
STRAIGHTEDGE_HOST_DEVICE inline void write_normals(const StandardNormalArguments<T>& in, std::int64_t i) {
  const std::int64_t last = i + 4 < in.count ? i + 4 : in.count;
  std::uint64_t block = 0;
  Normals normals{};
  for (std::int64_t k = i; k < last; ++k) {
    const auto element = static_cast<std::uint64_t>(in.element[k]);
    if (k == i || element / 4 != block) {
      block = element / 4;
      normals = normals_of_block(in.seed, in.offset, block);
    }
    in.z[k] = store_normal<T>(normals.z[element % 4]);
  }
}

}  // namespace straightedge::ops
