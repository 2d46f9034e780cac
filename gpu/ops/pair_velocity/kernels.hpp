// Entry points of the pair velocity on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major, d >= 1.
template <class T>
struct PairVelocityArguments {
  const T* th;  ///< [G, d]
  const T* Th;  ///< [G, d, d]
  const T* x;   ///< [G, B, d]
  const T* t;   ///< [G, B]
  T* v;         ///< [G, B, d]
  std::int64_t groups;
  std::int64_t batch;
  std::int64_t dimension;
  std::int64_t* singular;  ///< becomes the lowest g B + b where a pivot is 0 or not finite, if below what is there; v
                           ///< is then unset
};

/// The same bits at any number of threads.
template <class T>
void pair_velocity_cpu(const PairVelocityArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need on the current device.
template <class T>
std::size_t pair_velocity_cuda_workspace(const PairVelocityArguments<T>& arguments);

/// `singular` is in device memory.
template <class T>
void pair_velocity_cuda(const PairVelocityArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
