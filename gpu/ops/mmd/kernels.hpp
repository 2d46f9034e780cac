// Entry points of the maximum mean discrepancy on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major. Memory besides these: O((n + m) K), never n x m.
template <class T>
struct MmdArguments {
  const T* x;  ///< [n, d], n >= 2
  const T* y;  ///< [m, d], m >= 2
  const T* h;  ///< [K]
  T* mmd2;     ///< [K]
  std::int64_t x_rows;
  std::int64_t y_rows;
  std::int64_t dimension;
  std::int64_t bandwidths;
};

/// The same bits at any number of threads.
template <class T>
void mmd_cpu(const MmdArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need.
template <class T>
std::size_t mmd_cuda_workspace(const MmdArguments<T>& arguments);

template <class T>
void mmd_cuda(const MmdArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
