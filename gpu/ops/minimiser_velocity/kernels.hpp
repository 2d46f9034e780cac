// Entry points of the minimiser velocity on raw memory; arithmetic.hpp has the formulas.
#pragma once

#include <common/number.hpp>
#include <common/schedule.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major, d >= 1, K >= 1.
template <class T>
struct MinimiserVelocityArguments {
  const T* pi;  ///< [K], positive or 0, not all 0; need not add up to 1
  const T* mu;  ///< [K, d]
  const T* M;   ///< [K, d, d], symmetric
  const T* C;   ///< [K, d, d]
  const T* x;   ///< [B, d]
  const T* t;   ///< [B]
  T* v;         ///< [B, d]
  std::int64_t components;
  std::int64_t batch;
  std::int64_t dimension;
  Schedule schedule;
  std::int64_t* singular;  ///< becomes the lowest b with a Sigma_k whose pivot is not positive and finite, if below
                           ///< what is there; v is then unset
};

/// The same bits at any number of threads.
template <class T>
void minimiser_velocity_cpu(const MinimiserVelocityArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need on the current device.
template <class T>
std::size_t minimiser_velocity_cuda_workspace(const MinimiserVelocityArguments<T>& arguments);

/// `singular` is in device memory.
template <class T>
void minimiser_velocity_cuda(const MinimiserVelocityArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
