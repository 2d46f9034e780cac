// Entry points of the gradient moments on raw memory; arithmetic.hpp has the formulas.
#pragma once

#include <common/number.hpp>
#include <common/schedule.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major, d >= 1.
template <class T>
struct GradientMomentsArguments {
  const T* th;          ///< [d]
  const T* Th;          ///< [d, d]
  const T* x0;          ///< [B, d]
  const T* x1;          ///< [B, d]
  const T* z;           ///< [B, d]
  const T* t;           ///< [B]
  double* sum_squared;  ///< [1]
  double* sum_th;       ///< [d]
  double* sum_Th;       ///< [d, d]
  std::int64_t batch;
  std::int64_t dimension;
  Schedule schedule;
  /// [2]. The lowest sample where a pivot is 0 or not finite, and the lowest where f or f' is not: if below what is
  /// there. The sums are then unset.
  std::int64_t* refused;
};

/// The same bits at any number of threads and any width of vectors.
template <class T>
void gradient_moments_cpu(const GradientMomentsArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need on the current device.
template <class T>
std::size_t gradient_moments_cuda_workspace(const GradientMomentsArguments<T>& arguments);

/// `refused` is in device memory. Every run of the same arguments gives the same bits.
template <class T>
void gradient_moments_cuda(const GradientMomentsArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
