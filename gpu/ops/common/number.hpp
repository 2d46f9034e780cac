// The number types of the operations, and the arithmetic that each is computed in.
//
//   stored      Bf16   float   double
//   arithmetic  float  float   double        a result is rounded once, to nearest even, when it is stored
//
// Bf16 is the project's own pair of bits, so that kernels need neither LibTorch's type nor CUDA's.
#pragma once

#include <common/host_device.hpp>
#include <cstdint>
#include <cstring>

namespace straightedge::ops {

struct Bf16 {
  std::uint16_t bits;
};

/// The type that numbers stored as T are computed in.
template <class T>
struct ArithmeticOf {
  using type = T;
};
template <>
struct ArithmeticOf<Bf16> {
  using type = float;
};
template <class T>
using Arithmetic = typename ArithmeticOf<T>::type;

STRAIGHTEDGE_HOST_DEVICE inline double load(double stored) {
  return stored;
}
STRAIGHTEDGE_HOST_DEVICE inline float load(float stored) {
  return stored;
}
/// Exact: a bf16 is the upper half of a binary32.
STRAIGHTEDGE_HOST_DEVICE inline float load(Bf16 stored) {
  const std::uint32_t bits = static_cast<std::uint32_t>(stored.bits) << 16U;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// Rounds to the stored type T. A NaN stays one.
template <class T>
STRAIGHTEDGE_HOST_DEVICE inline T store(Arithmetic<T> value) {
  return value;
}
template <>
STRAIGHTEDGE_HOST_DEVICE inline Bf16 store<Bf16>(float value) {
  std::uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return Bf16{static_cast<std::uint16_t>((bits >> 16U) | 0x0040U)};
  }
  return Bf16{static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U)};
}

}  // namespace straightedge::ops
