// The factorisations of lu.hpp and cholesky.hpp by all threads of a block, for systems beyond the registers of a
// thread.
//
// Every function must be reached by all threads, 32 or a multiple of it, after a barrier behind the last writes to its
// arguments, and ends with a barrier. Matrices are row-major, a row begins every `pitch` numbers; in shared or global
// memory.
#pragma once

#include <algorithm>
#include <common/launch.cuh>
#include <linalg/element.hpp>

namespace straightedge::ops {

/// Sizes below have a thread to each system, and its matrix in registers.
constexpr std::int64_t largest_dimension_of_thread = 8;

/// Odd, so that a column of a matrix in shared memory lies in different banks.
STRAIGHTEDGE_HOST_DEVICE constexpr std::int64_t pitch_of(std::int64_t n) {
  return n | 1;
}

/// work(FixedSize<d>{}) for d up to largest_dimension_of_thread. Returns whether it was.
template <class Work>
bool with_size_of_thread(std::int64_t d, const Work& work) {
  switch (d) {
    case 1:
      work(FixedSize<1>{});
      return true;
    case 2:
      work(FixedSize<2>{});
      return true;
    case 3:
      work(FixedSize<3>{});
      return true;
    case 4:
      work(FixedSize<4>{});
      return true;
    case 5:
      work(FixedSize<5>{});
      return true;
    case 6:
      work(FixedSize<6>{});
      return true;
    case 7:
      work(FixedSize<7>{});
      return true;
    case 8:
      work(FixedSize<8>{});
      return true;
    default:
      return false;
  }
}

/// Of all blocks together in global memory, or that of one block: a system of size 3072 has 75 MB in fp64.
constexpr std::int64_t most_bytes_of_scratch = std::int64_t{1} << 32;

/// How systems of size n are shared out to blocks, with `bytes` of scratch memory each.
struct BlockPlan {
  unsigned blocks;
  unsigned threads;
  std::size_t bytes;
  bool is_shared;  ///< else block i has its scratch memory at i * bytes of the workspace

  [[nodiscard]] std::size_t workspace() const { return is_shared ? 0 : blocks * bytes; }
  [[nodiscard]] std::size_t shared_bytes() const { return is_shared ? bytes : 0; }
};

/// For the current device.
inline BlockPlan plan_blocks(std::int64_t systems, std::int64_t n, std::int64_t bytes, const char* operation) {
  int device = 0;
  int processors = 0;
  check_cuda(cudaGetDevice(&device), operation);
  check_cuda(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device), operation);
  // Kernels have a little shared memory of their own.
  const bool is_shared = static_cast<std::size_t>(bytes) + 1024 <= shared_memory_of_device(operation);
  const std::int64_t most_blocks =
      is_shared ? std::int64_t{processors} * 32
                : std::clamp<std::int64_t>(most_bytes_of_scratch / bytes, 1, std::int64_t{processors} * 4);
  return {static_cast<unsigned>(std::clamp<std::int64_t>(systems, 1, most_blocks)),
          n <= 32   ? 32U
          : n <= 64 ? 128U
                    : 256U,
          static_cast<std::size_t>(parts(bytes, 16) * 16), is_shared};
}

/// The block's scratch memory: `shared` where the plan says so, else its part of the workspace.
template <class S>
__device__ S* scratch_of_block(const BlockPlan& plan, void* shared, void* workspace) {
  char* memory = static_cast<char*>(plan.is_shared ? shared : workspace);
  return reinterpret_cast<S*>(plan.is_shared ? memory : memory + std::size_t{blockIdx.x} * plan.bytes);
}

/// *lowest := row, if that is lower.
__device__ inline void name_row(std::int64_t* lowest, std::int64_t row) {
  static_assert(sizeof(long long) == sizeof(std::int64_t));
  atomicMin(reinterpret_cast<long long*>(lowest), static_cast<long long>(row));
}

struct ThreadOfBlock {
  int index = static_cast<int>(threadIdx.x);
  int count = static_cast<int>(blockDim.x);
  int lane = static_cast<int>(threadIdx.x % 32U);
  int warp = static_cast<int>(threadIdx.x / 32U);
  int warps = static_cast<int>(blockDim.x / 32U);
};

/// The sum over the lanes of a warp, in all of them, in a fixed order.
template <class S>
__device__ S sum_of_warp(S value) {
  for (int offset = 16; offset > 0; offset /= 2) {
    value += __shfl_xor_sync(0xFFFFFFFFU, value, offset);
  }
  return value;
}

/// sum_{j < n} term(j) by one warp.
template <class S, class Term>
__device__ S sum_by_warp(std::int64_t n, const Term& term) {
  S sum = S(0);
  for (std::int64_t j = threadIdx.x % 32U; j < n; j += 32) {
    sum += term(j);
  }
  return sum_of_warp(sum);
}

/// The row of the largest |a_ik|, i >= k, by one warp: of equal ones the first.
template <class S>
__device__ std::int64_t pivot_row_by_warp(const S* a, std::int64_t pitch, std::int64_t n, std::int64_t k) {
  S largest = S(-1);
  std::int64_t row = k;
  for (std::int64_t i = k + threadIdx.x % 32U; i < n; i += 32) {
    const S candidate = magnitude(a[i * pitch + k]);
    if (candidate > largest) {
      largest = candidate;
      row = i;
    }
  }
  for (int offset = 16; offset > 0; offset /= 2) {
    const S other = __shfl_xor_sync(0xFFFFFFFFU, largest, offset);
    const std::int64_t other_row = __shfl_xor_sync(0xFFFFFFFFU, static_cast<long long>(row), offset);
    if (other > largest || (other == largest && other_row < row)) {
      largest = other;
      row = other_row;
    }
  }
  return row;
}

/// factor_lu, the same for all threads. Index: what row numbers are held in.
template <class S, class Index>
__device__ bool factor_lu_by_block(S* a, std::int64_t pitch, Index* swaps, std::int64_t n) {
  __shared__ std::int64_t pivot_row;
  const ThreadOfBlock thread;
  for (std::int64_t k = 0; k < n; ++k) {
    if (thread.warp == 0) {
      const std::int64_t row = pivot_row_by_warp(a, pitch, n, k);
      if (thread.lane == 0) {
        pivot_row = row;
        swaps[k] = static_cast<Index>(row);
      }
    }
    __syncthreads();
    const std::int64_t row = pivot_row;
    if (row != k) {
      for (std::int64_t j = thread.index; j < n; j += thread.count) {
        swap_where(true, a[k * pitch + j], a[row * pitch + j]);
      }
    }
    __syncthreads();
    const S pivot = a[k * pitch + k];
    if (!(pivot != S(0) && is_finite(pivot))) {
      __syncthreads();
      return false;
    }
    for (std::int64_t i = k + 1 + thread.warp; i < n; i += thread.warps) {
      const S factor = a[i * pitch + k] / pivot;
      for (std::int64_t j = k + 1 + thread.lane; j < n; j += 32) {
        a[i * pitch + j] -= factor * a[k * pitch + j];
      }
      __syncwarp();
      if (thread.lane == 0) {
        a[i * pitch + k] = factor;
      }
    }
    __syncthreads();
  }
  return true;
}

/// factor_cholesky, the same for all threads.
template <class S>
__device__ bool factor_cholesky_by_block(S* a, std::int64_t pitch, std::int64_t n) {
  const ThreadOfBlock thread;
  for (std::int64_t k = 0; k < n; ++k) {
    const S pivot = a[k * pitch + k];
    if (!(pivot > S(0) && is_finite(pivot))) {
      __syncthreads();
      return false;
    }
    const S diagonal = root(pivot);
    for (std::int64_t j = k + 1 + thread.index; j < n; j += thread.count) {
      a[k * pitch + j] /= diagonal;
    }
    __syncthreads();
    if (thread.index == 0) {
      a[k * pitch + k] = diagonal;
    }
    for (std::int64_t i = k + 1 + thread.warp; i < n; i += thread.warps) {
      const S factor = a[k * pitch + i];
      for (std::int64_t j = i + thread.lane; j < n; j += 32) {
        a[i * pitch + j] -= factor * a[k * pitch + j];
      }
    }
    __syncthreads();
  }
  return true;
}

/// For k = 0, 1, ... (or n - 1, n - 2, ...): b[k] := quotient(k, b[k]), then b[i] -= coefficient(i, k) b[k] for the i
/// that come after.
template <bool ascending, class S, class Quotient, class Coefficient>
__device__ void substitute_by_block(S* b, std::int64_t n, const Quotient& quotient, const Coefficient& coefficient) {
  const ThreadOfBlock thread;
  for (std::int64_t step = 0; step < n; ++step) {
    const std::int64_t k = ascending ? step : n - 1 - step;
    const S value = quotient(k, b[k]);
    const std::int64_t first = ascending ? k + 1 : 0;
    const std::int64_t last = ascending ? n : k;
    for (std::int64_t i = first + thread.index; i < last; i += thread.count) {
      b[i] -= coefficient(i, k) * value;
    }
    __syncthreads();
    if (thread.index == 0) {
      b[k] = value;
    }
  }
  __syncthreads();
}

/// Rows k and swaps[k] of b change places, for k upwards or downwards.
template <bool ascending, class S, class Index>
__device__ void swap_by_block(const Index* swaps, S* b, std::int64_t n) {
  if (threadIdx.x == 0) {
    for (std::int64_t step = 0; step < n; ++step) {
      const std::int64_t k = ascending ? step : n - 1 - step;
      swap_where(true, b[k], b[static_cast<std::int64_t>(swaps[k])]);
    }
  }
  __syncthreads();
}

/// solve_lu.
template <class S, class Index>
__device__ void solve_lu_by_block(const S* a, std::int64_t pitch, const Index* swaps, S* b, std::int64_t n) {
  const auto entry = [=](std::int64_t i, std::int64_t k) { return a[i * pitch + k]; };
  swap_by_block<true>(swaps, b, n);
  substitute_by_block<true>(
      b, n, [](std::int64_t, S value) { return value; }, entry);
  substitute_by_block<false>(
      b, n, [=](std::int64_t k, S value) { return value / a[k * pitch + k]; }, entry);
}

/// solve_lu_transposed.
template <class S, class Index>
__device__ void solve_lu_transposed_by_block(const S* a, std::int64_t pitch, const Index* swaps, S* b, std::int64_t n) {
  const auto entry = [=](std::int64_t i, std::int64_t k) { return a[k * pitch + i]; };
  substitute_by_block<true>(
      b, n, [=](std::int64_t k, S value) { return value / a[k * pitch + k]; }, entry);
  substitute_by_block<false>(
      b, n, [](std::int64_t, S value) { return value; }, entry);
  swap_by_block<false>(swaps, b, n);
}

/// solve_lower.
template <class S>
__device__ void solve_lower_by_block(const S* a, std::int64_t pitch, S* b, std::int64_t n) {
  substitute_by_block<true>(
      b, n, [=](std::int64_t k, S value) { return value / a[k * pitch + k]; },
      [=](std::int64_t i, std::int64_t k) { return a[k * pitch + i]; });
}

/// solve_upper.
template <class S>
__device__ void solve_upper_by_block(const S* a, std::int64_t pitch, S* b, std::int64_t n) {
  substitute_by_block<false>(
      b, n, [=](std::int64_t k, S value) { return value / a[k * pitch + k]; },
      [=](std::int64_t i, std::int64_t k) { return a[i * pitch + k]; });
}

}  // namespace straightedge::ops
