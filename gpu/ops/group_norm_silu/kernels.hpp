// Entry points of group normalisation with SiLU on raw memory; arithmetic.hpp has the formula.
#pragma once

#include <common/number.hpp>
#include <cstddef>
#include <cstdint>

namespace straightedge::ops {

struct GroupNormSizes {
  std::int64_t samples;   ///< N
  std::int64_t pixels;    ///< H W
  std::int64_t channels;  ///< C, a multiple of groups
  std::int64_t groups;
  double eps;

  [[nodiscard]] std::int64_t channels_a_group() const { return channels / groups; }
};

/// Contiguous, channels last. P: T, or float beside T = Bf16.
template <class T, class P>
struct GroupNormArguments {
  const T* x;      ///< [N, pixels, C]
  const P* gamma;  ///< [C]
  const P* beta;   ///< [C]
  T* y;            ///< [N, pixels, C]
  GroupNormSizes sizes;
};

template <class T, class P>
struct GroupNormBackwardArguments {
  const T* dy;     ///< [N, pixels, C]
  const T* x;      ///< [N, pixels, C]
  const P* gamma;  ///< [C]
  const P* beta;   ///< [C]
  T* dx;           ///< [N, pixels, C]
  P* dgamma;       ///< [C]
  P* dbeta;        ///< [C]
  GroupNormSizes sizes;
};

/// The same bits at any number of threads, and on a device from run to run.
template <class T, class P>
void group_norm_silu_cpu(const GroupNormArguments<T, P>& arguments);
template <class T, class P>
void group_norm_silu_backward_cpu(const GroupNormBackwardArguments<T, P>& arguments);

/// Bytes of device memory that the backward kernels need.
std::size_t group_norm_silu_backward_workspace(const GroupNormSizes& sizes, std::size_t size_of_arithmetic);

template <class T, class P>
void group_norm_silu_cuda(const GroupNormArguments<T, P>& arguments, void* stream);
template <class T, class P>
void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<T, P>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
