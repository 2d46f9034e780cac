// Entry points of the nearest row on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

/// Contiguous, row-major. Memory besides these: O(B) for each part of the bank that is searched at the same time.
template <class T>
struct NearestArguments {
  const T* q;           ///< [B, d]
  const T* rows;        ///< [N, d], N >= 1
  std::int64_t* index;  ///< [B]
  T* distance;          ///< [B], not squared
  std::int64_t queries;
  std::int64_t bank;
  std::int64_t dimension;
};

template <class T>
void nearest_cpu(const NearestArguments<T>& arguments);

/// Bytes of device memory that the CUDA kernels need.
template <class T>
std::size_t nearest_cuda_workspace(const NearestArguments<T>& arguments);

template <class T>
void nearest_cuda(const NearestArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
