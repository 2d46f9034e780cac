// Entry points of the empirical velocity on raw memory; arithmetic.hpp has the formulas.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>
#include <empirical_velocity/arithmetic.hpp>

namespace straightedge::ops {

/// Contiguous, row-major. Memory besides these: O((B + N) d), never B x N.
template <class T>
struct EmpiricalVelocityArguments {
  const T* x;   ///< [B, d]
  const T* t;   ///< [B]
  const T* x0;  ///< [N, d]; not read when resampled
  const T* x1;  ///< [N, d], N >= 1
  T* v;         ///< [B, d]
  std::int64_t queries;
  std::int64_t bank;
  std::int64_t dimension;
  Schedule schedule;
  Pairing pairing;
  int* singular;  ///< becomes 1 where the weights do not exist (F = 0, h = 0, a time that is not finite); v is then
                  ///< unset
};

/// For small d: every distance by direct differences.
template <class T>
void empirical_velocity_cpu(const EmpiricalVelocityArguments<T>& arguments);

/// Bytes of scratch memory in device memory that the CUDA kernels need.
template <class T>
std::size_t empirical_velocity_cuda_workspace(const EmpiricalVelocityArguments<T>& arguments);

template <class T>
void empirical_velocity_cuda(const EmpiricalVelocityArguments<T>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
