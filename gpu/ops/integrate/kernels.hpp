// Entry points of the integration on raw memory; arithmetic.hpp has the formulas.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>
#include <integrate/arithmetic.hpp>

namespace straightedge::ops {

/// Contiguous, row-major, d >= 1.
template <class T>
struct IntegrateArguments {
  const T* th;  ///< [d]
  const T* Th;  ///< [d, d]
  const T* x;   ///< [B, d]
  T* x1;        ///< [B, d]
  std::int64_t batch;
  std::int64_t dimension;
  TimeGrid grid;           ///< steps >= 1
  std::int64_t* singular;  ///< becomes the lowest step * times_a_step() + i at whose time a pivot is 0 or not finite,
                           ///< if below what is there; x1 is then unset
};

/// The same bits at any number of threads.
template <class T>
void integrate_cpu(const IntegrateArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need on the current device.
template <class T>
std::size_t integrate_cuda_workspace(const IntegrateArguments<T>& arguments);

/// `singular` is in device memory.
template <class T>
void integrate_cuda(const IntegrateArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
