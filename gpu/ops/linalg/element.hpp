// What the factorisations need of their elements: a number, or a pack of numbers (pack.hpp) that are factored side by
// side. A comparison gives a mask, bool for a number, and each lane of a pack goes its own way.
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>

#ifdef __CUDA_ARCH__
#define STRAIGHTEDGE_UNROLL _Pragma("unroll")
#else
#define STRAIGHTEDGE_UNROLL
#endif

namespace straightedge::ops {

/// A size that is known to the compiler, so that loops over it unroll and arrays of it stay in registers. The functions
/// take one of these or a std::int64_t.
template <int n>
struct FixedSize {
  STRAIGHTEDGE_HOST_DEVICE constexpr operator std::int64_t() const { return n; }
};

/// The type of v[i].
template <class V>
using ElementOf = std::decay_t<decltype(std::declval<V>()[0])>;

/// The vector p[0], p[stride], p[2 stride], ...: neighbouring threads have neighbouring elements.
template <class S>
struct Strided {
  S* p;
  std::int64_t stride;
  STRAIGHTEDGE_HOST_DEVICE S& operator[](std::int64_t i) const { return p[i * stride]; }
};

STRAIGHTEDGE_HOST_DEVICE inline bool is_any(bool mask) {
  return mask;
}
STRAIGHTEDGE_HOST_DEVICE inline float magnitude(float a) {
  return fabsf(a);
}
STRAIGHTEDGE_HOST_DEVICE inline double magnitude(double a) {
  return fabs(a);
}
STRAIGHTEDGE_HOST_DEVICE inline float root(float a) {
  return sqrtf(a);
}
STRAIGHTEDGE_HOST_DEVICE inline double root(double a) {
  return sqrt(a);
}
STRAIGHTEDGE_HOST_DEVICE inline float logarithm(float a) {
  return logf(a);
}
STRAIGHTEDGE_HOST_DEVICE inline double logarithm(double a) {
  return log(a);
}
STRAIGHTEDGE_HOST_DEVICE inline float exponential_of(float a) {
  return expf(a);
}
STRAIGHTEDGE_HOST_DEVICE inline double exponential_of(double a) {
  return exp(a);
}
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline std::enable_if_t<std::is_floating_point_v<S>, S> select(bool mask, S yes, S no) {
  return mask ? yes : no;
}
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline std::enable_if_t<std::is_floating_point_v<S>> swap_where(bool mask, S& a, S& b) {
  const S old = a;
  a = mask ? b : a;
  b = mask ? old : b;
}

/// Neither infinite nor NaN.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline auto is_finite(const S& a) {
  return a - a == S(0);
}

/// sum_{first <= j < last} term(j). Numbers on the host: in eight partial sums, which vectorise.
template <class S, class First, class Last, class Term>
STRAIGHTEDGE_HOST_DEVICE inline S sum_between(First first, Last last, const Term& term) {
  S sum = S(0);
  std::int64_t j = first;
#ifndef __CUDACC__
  if constexpr (std::is_floating_point_v<S>) {
    if (last - first >= 8) {
      S partial[8] = {};
      for (; j + 8 <= last; j += 8) {
        for (std::int64_t k = 0; k < 8; ++k) {
          partial[k] += term(j + k);
        }
      }
      sum = ((partial[0] + partial[4]) + (partial[2] + partial[6])) +
            ((partial[1] + partial[5]) + (partial[3] + partial[7]));
    }
  }
#endif
  STRAIGHTEDGE_UNROLL
  for (; j < last; ++j) {
    sum = sum + term(j);
  }
  return sum;
}

}  // namespace straightedge::ops
