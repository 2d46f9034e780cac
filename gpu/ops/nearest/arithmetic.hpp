// The nearest row of a bank by Euclidean distance, ties to the lowest index:
//
//   distance = min_i sqrt(sum_j (q_j - bank_ij)^2)        index = the lowest i that attains it
//
// Squares are compared, so that two distances that round to one root are still told apart.
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>

namespace straightedge::ops {

/// A row of the bank and its squared distance.
template <class S>
struct Neighbour {
  S squared;
  std::int64_t index;
};

/// The order of neighbours, total so that partial minima may be merged in any order: a NaN is before every number, so
/// that it reaches the result; then the smaller distance; then the lower index.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline bool is_before(const Neighbour<S>& a, const Neighbour<S>& b) {
  const bool a_is_nan = a.squared != a.squared;
  const bool b_is_nan = b.squared != b.squared;
  if (a_is_nan != b_is_nan) {
    return a_is_nan;
  }
  if (a.squared < b.squared || b.squared < a.squared) {
    return a.squared < b.squared;
  }
  return a.index < b.index;
}

/// After every row, an infinitely far one too.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline Neighbour<S> no_neighbour() {
  return {S(INFINITY), INT64_MAX};
}

}  // namespace straightedge::ops
