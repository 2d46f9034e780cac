// Rows with a small system each, on the host: as many at a time as a pack has lanes, and the lowest row that has no
// solution.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <linalg/pack.hpp>

namespace straightedge::ops {

inline constexpr std::int64_t no_row = std::numeric_limits<std::int64_t>::max();

/// The lowest row that any thread has named.
class LowestRow {
 public:
  void name(std::int64_t row) {
    std::int64_t lowest = row_.load(std::memory_order_relaxed);
    while (row < lowest && !row_.compare_exchange_weak(lowest, row, std::memory_order_relaxed)) {
    }
  }
  /// Names the rows first, first + 1, ... below `rows` whose lane is not in the mask.
  template <class Mask>
  void name_others(const Mask& mask, std::int64_t first, std::int64_t width, std::int64_t rows) {
    for (std::int64_t i = 0; i < std::min(width, rows - first); ++i) {
      if (!lane_of(mask, i)) {
        name(first + i);
        return;
      }
    }
  }
  [[nodiscard]] std::int64_t row() const { return row_.load(); }

 private:
  std::atomic<std::int64_t> row_{no_row};
};

/// Above it a system no longer fits into a core's cache as a pack, and its rows are long enough to fill vectors.
inline constexpr std::int64_t largest_packed_dimension = 64;

/// work(d), with small sizes known to the compiler.
template <class Work>
void with_size(std::int64_t d, const Work& work) {
  switch (d) {
    case 1:
      return work(FixedSize<1>{});
    case 2:
      return work(FixedSize<2>{});
    case 3:
      return work(FixedSize<3>{});
    case 4:
      return work(FixedSize<4>{});
    default:
      return work(d);
  }
}

/// work(element, d) for a pack of S, or a number where systems are large.
template <class S, class Work>
void with_element_and_size(std::int64_t d, const Work& work) {
  if (d > largest_packed_dimension) {
    work(S{}, d);
  } else {
    with_size(d, [&](auto n) { work(Pack<S>{}, n); });
  }
}

/// Blocks of rows that are worth a thread: some 10^5 operations, at d^3 for each row.
[[nodiscard]] inline std::int64_t blocks_a_thread(std::int64_t d, std::int64_t width) {
  return std::max<std::int64_t>(1, 100'000 / ((d * d * d + 20) * width));
}

}  // namespace straightedge::ops
