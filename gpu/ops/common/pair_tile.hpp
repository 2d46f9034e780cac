// A tile of 64 x 64 pairs of rows, the unit of work of a block of 256 threads: 16 x 16 threads with 4 x 4 pairs each.
// Coordinates go through fast memory in chunks of 16. A block runs, for each chunk,
//
//   load_chunk (left), load_chunk (right)  -  barrier  -  add_chunk  -  barrier
//
// Every step takes the thread's number, so that the host can run it as a loop over threads, and does in the tests.
#pragma once

#include <common/host_device.hpp>
#include <cstdint>

namespace straightedge::ops {

struct PairTile {
  static constexpr int side = 64;
  static constexpr int depth = 16;
  static constexpr int threads = 256;
  static constexpr int a_thread = 4;  ///< pairs of a thread in each direction, 16 apart
  static constexpr int pitch = side + 1;

  template <class S>
  using Chunk = S[depth][pitch];  ///< [coordinate][row]
  template <class S>
  using Pairs = S[a_thread][a_thread];  ///< [left][right], the thread's own

  /// Row of the tile of the thread's n-th left or right row.
  STRAIGHTEDGE_HOST_DEVICE static int left_row(int thread, int n) { return thread / 16 + 16 * n; }
  STRAIGHTEDGE_HOST_DEVICE static int right_row(int thread, int n) { return thread % 16 + 16 * n; }

  /// chunk[k][row] = value(row, first + k), or 0 beyond `rows` and `columns`: zeros add nothing to a sum.
  template <class S, class Value>
  STRAIGHTEDGE_HOST_DEVICE static void load_chunk(int thread, Chunk<S>& chunk, std::int64_t rows, std::int64_t columns,
                                                  std::int64_t first, const Value& value) {
    const int k = thread % depth;
    for (int row = thread / depth; row < side; row += threads / depth) {
      const bool is_inside = row < rows && first + k < columns;
      chunk[k][row] = is_inside ? value(std::int64_t{row}, first + k) : S(0);
    }
  }

  /// pairs[m][n] += term(left, right) for each coordinate of the chunk.
  template <class S, class Term>
  STRAIGHTEDGE_HOST_DEVICE static void add_chunk(int thread, const Chunk<S>& left, const Chunk<S>& right,
                                                 Pairs<S>& pairs, const Term& term) {
    for (int k = 0; k < depth; ++k) {
      S l[a_thread];
      S r[a_thread];
      for (int n = 0; n < a_thread; ++n) {
        l[n] = left[k][left_row(thread, n)];
        r[n] = right[k][right_row(thread, n)];
      }
      for (int m = 0; m < a_thread; ++m) {
        for (int n = 0; n < a_thread; ++n) {
          pairs[m][n] += term(l[m], r[n]);
        }
      }
    }
  }
};

/// The term of a squared distance.
struct SquaredDifference {
  template <class S>
  STRAIGHTEDGE_HOST_DEVICE S operator()(S a, S b) const {
    const S difference = a - b;
    return difference * difference;
  }
};

}  // namespace straightedge::ops
