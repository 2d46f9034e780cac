// A pack of numbers that go through the same arithmetic side by side: the element of element.hpp that makes many small
// systems as fast as one large one. For the host. A pack is a vector register of the machine that is compiled for:
// wider ones are taken apart number by number.
#pragma once

#include <cmath>
#include <cstdint>
#include <linalg/element.hpp>

#if defined(__GNUC__) && !defined(__clang__)
// Packs never cross the boundary of a library, so that their calling convention does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace straightedge::ops {

#if defined(__AVX512F__)
inline constexpr int pack_bytes = 64;
#elif defined(__AVX__)
inline constexpr int pack_bytes = 32;
#else
inline constexpr int pack_bytes = 16;
#endif

/// What a comparison of packs gives: all bits of a lane or none.
template <class S>
struct PackMask {
  typedef std::conditional_t<sizeof(S) == 8, std::int64_t, std::int32_t> Lanes __attribute__((vector_size(pack_bytes)));
  static constexpr std::int64_t width = pack_bytes / static_cast<int>(sizeof(S));

  Lanes lanes;

  friend PackMask operator&(const PackMask& a, const PackMask& b) { return {a.lanes & b.lanes}; }
  friend bool is_any(const PackMask& mask) {
    auto lane = mask.lanes[0];
    for (std::int64_t i = 1; i < width; ++i) {
      lane |= mask.lanes[i];
    }
    return lane != 0;
  }
};

template <class S>
struct Pack {
  using Number = S;
  typedef S Vector __attribute__((vector_size(pack_bytes)));
  using Mask = PackMask<S>;
  static constexpr std::int64_t width = pack_bytes / static_cast<int>(sizeof(S));

  Vector lanes;

  Pack() = default;
  Pack(const Vector& vector) : lanes(vector) {}
  /// The same number in all lanes.
  explicit Pack(S number) : lanes(number - Vector{}) {}
  template <class Other, class = std::enable_if_t<std::is_arithmetic_v<Other> && !std::is_same_v<Other, S>>>
  explicit Pack(Other number) : Pack(static_cast<S>(number)) {}

  friend Pack operator+(const Pack& a, const Pack& b) { return a.lanes + b.lanes; }
  friend Pack operator-(const Pack& a, const Pack& b) { return a.lanes - b.lanes; }
  friend Pack operator*(const Pack& a, const Pack& b) { return a.lanes * b.lanes; }
  friend Pack operator/(const Pack& a, const Pack& b) { return a.lanes / b.lanes; }
  friend Pack operator*(S a, const Pack& b) { return a * b.lanes; }
  friend Pack operator*(const Pack& a, S b) { return a.lanes * b; }
  friend Pack operator/(const Pack& a, S b) { return a.lanes / b; }
  friend Mask operator==(const Pack& a, const Pack& b) { return {a.lanes == b.lanes}; }
  friend Mask operator!=(const Pack& a, const Pack& b) { return {a.lanes != b.lanes}; }
  friend Mask operator>(const Pack& a, const Pack& b) { return {a.lanes > b.lanes}; }

  friend Pack select(const Mask& mask, const Pack& yes, const Pack& no) { return mask.lanes ? yes.lanes : no.lanes; }
  friend void swap_where(const Mask& mask, Pack& a, Pack& b) {
    const Vector old = a.lanes;
    a.lanes = mask.lanes ? b.lanes : old;
    b.lanes = mask.lanes ? old : b.lanes;
  }
  /// One mask for all lanes.
  friend void swap_where(bool mask, Pack& a, Pack& b) {
    if (mask) {
      const Vector old = a.lanes;
      a.lanes = b.lanes;
      b.lanes = old;
    }
  }
  friend Pack magnitude(const Pack& a) { return a.lanes < Vector{} ? -a.lanes : a.lanes; }
  friend Pack root(const Pack& a) {
    return a.each([](S x) { return std::sqrt(x); });
  }
  friend Pack logarithm(const Pack& a) {
    return a.each([](S x) { return std::log(x); });
  }
  friend Pack exponential_of(const Pack& a) {
    return a.each([](S x) { return std::exp(x); });
  }

 private:
  template <class Function>
  [[nodiscard]] Pack each(const Function& function) const {
    Pack result;
    for (std::int64_t i = 0; i < width; ++i) {
      result.lanes[i] = function(lanes[i]);
    }
    return result;
  }
};

// The same for numbers and packs: how many lanes there are, and each of them.

template <class S>
struct LanesOf {
  using Number = S;
  static constexpr std::int64_t width = 1;
};
template <class S>
struct LanesOf<Pack<S>> {
  using Number = S;
  static constexpr std::int64_t width = Pack<S>::width;
};

template <class S>
[[nodiscard]] S lane_of(const Pack<S>& pack, std::int64_t i) {
  return pack.lanes[i];
}
template <class S>
[[nodiscard]] bool lane_of(const PackMask<S>& mask, std::int64_t i) {
  return mask.lanes[i] != 0;
}
template <class S>
[[nodiscard]] std::enable_if_t<std::is_arithmetic_v<S>, S> lane_of(S number, std::int64_t /*i*/) {
  return number;
}
template <class S>
void set_lane(Pack<S>& pack, std::int64_t i, S number) {
  pack.lanes[i] = number;
}
template <class S>
std::enable_if_t<std::is_floating_point_v<S>> set_lane(S& target, std::int64_t /*i*/, S number) {
  target = number;
}

/// The pack or number whose lane i is value(i).
template <class S, class Value>
[[nodiscard]] S gather(const Value& value) {
  S result;
  for (std::int64_t i = 0; i < LanesOf<S>::width; ++i) {
    set_lane(result, i, static_cast<typename LanesOf<S>::Number>(value(i)));
  }
  return result;
}

/// The sum over the lanes, in their order.
template <class S>
[[nodiscard]] typename LanesOf<S>::Number sum_of_lanes(const S& a) {
  auto sum = lane_of(a, 0);
  for (std::int64_t i = 1; i < LanesOf<S>::width; ++i) {
    sum += lane_of(a, i);
  }
  return sum;
}

}  // namespace straightedge::ops
