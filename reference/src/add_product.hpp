// x <- x + a b and x <- x - a b without a temporary of the tier: the inner step of every loop over matrices.
#pragma once

#include <straightedge/scalar.hpp>

namespace straightedge::detail {

template <class T>
inline constexpr bool kIsMpfr = RealScalar<T> && !std::same_as<T, double>;

template <class T>
void add_product(T& x, const T& a, const T& b, T& scratch) {
  if constexpr (kIsMpfr<T>) {
    mpfr_mul(scratch.backend().data(), a.backend().data(), b.backend().data(), MPFR_RNDN);
    mpfr_add(x.backend().data(), x.backend().data(), scratch.backend().data(), MPFR_RNDN);
  } else {
    scratch = a * b;
    x += scratch;
  }
}

template <class T>
void subtract_product(T& x, const T& a, const T& b, T& scratch) {
  if constexpr (kIsMpfr<T>) {
    mpfr_mul(scratch.backend().data(), a.backend().data(), b.backend().data(), MPFR_RNDN);
    mpfr_sub(x.backend().data(), x.backend().data(), scratch.backend().data(), MPFR_RNDN);
  } else {
    scratch = a * b;
    x -= scratch;
  }
}

}  // namespace straightedge::detail
