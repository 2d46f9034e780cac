// x^2 for every scalar of the proofs. Of an interval it is not the product of two: both factors are the same number, so
// it is never negative. (Boost.Interval's own square() serves Outward.)
#pragma once

#include <straightedge/scalar.hpp>

namespace straightedge::proofs {

template <class T>
[[nodiscard]] T square(const T& x) {
  return T(x * x);
}
[[nodiscard]] inline Interval square(const Interval& x) {
  Interval result;
  mpfi_sqr(result.backend().data(), x.backend().data());
  return result;
}

}  // namespace straightedge::proofs
