// Sums over the coordinates of a row, in eight partial sums: a fixed order that vectorises, with an eighth of the
// roundings in a chain.
#pragma once

#include <array>
#include <common/number.hpp>
#include <cstdint>

namespace straightedge::ops {

/// sum_{j < d} term(j).
template <class S, class Term>
[[nodiscard]] inline S sum_in_lanes(std::int64_t d, const Term& term) {
  constexpr std::size_t lanes = 8;
  std::array<S, lanes> partial{};
  std::int64_t j = 0;
  for (; j + static_cast<std::int64_t>(lanes) <= d; j += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) {
      partial[k] += term(j + static_cast<std::int64_t>(k));
    }
  }
  for (std::size_t k = 0; j < d; ++j, ++k) {
    partial[k] += term(j);
  }
  return ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
         ((partial[1] + partial[5]) + (partial[3] + partial[7]));
}

/// |a - b|^2 by differences.
template <class T>
[[nodiscard]] inline Arithmetic<T> squared_distance(const T* a, const T* b, std::int64_t d) {
  using S = Arithmetic<T>;
  return sum_in_lanes<S>(d, [=](std::int64_t j) {
    const S difference = load(a[j]) - load(b[j]);
    return difference * difference;
  });
}

}  // namespace straightedge::ops
