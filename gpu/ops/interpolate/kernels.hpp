// Entry points of the interpolant on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <common/number.hpp>
#include <common/schedule.hpp>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major. X: T, or std::uint8_t for images.
template <class T, class X>
struct InterpolateArguments {
  const X* x0;  ///< [B, d]
  const X* x1;  ///< [B, d]
  const T* t;   ///< [B]
  T* xt;        ///< [B, d]
  T* target;    ///< [B, d]
  std::int64_t batch;
  std::int64_t dimension;
  Schedule schedule;
  std::uint64_t seed;
  std::uint64_t offset;
  bool* has_no_slope;  ///< becomes true where f' is asked for at a t without one; outputs are then unset
  const std::int64_t* offset_on_device = nullptr;  ///< on a GPU: where the kernel reads the offset instead
  std::int64_t first_block = 0;                    ///< of the normals: they begin with its first
};

template <class T, class X>
void interpolate_cpu(const InterpolateArguments<T, X>& arguments);

/// `has_no_slope` is in device memory, or null where nobody asks. The target is infinite or NaN at such a t.
template <class T, class X>
void interpolate_cuda(const InterpolateArguments<T, X>& arguments, void* stream);

}  // namespace straightedge::ops
