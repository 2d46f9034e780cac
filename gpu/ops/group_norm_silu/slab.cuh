// A slab, the work of a block: all pixels of some whole groups of one sample, at least 32 neighbouring bytes of a
// pixel, so that no sector of memory is read for a part of it. A thread keeps to one column of V channels.
//
// Where a slab fits, its numbers are read from memory once and kept in shared memory, each by the thread that uses it.
#pragma once

#include <common/launch.cuh>
#include <common/number.hpp>
#include <common/vector_access.cuh>
#include <group_norm_silu/kernels.hpp>

namespace straightedge::ops {

struct SlabPlan {
  static constexpr int threads = 512;
  static constexpr std::size_t most_shared = 113 * 1024;  ///< of a block, where two share a multiprocessor of an H100

  int groups;   ///< of a slab
  int width;    ///< channels of a slab
  int columns;  ///< width / V
  int across;   ///< threads along the columns
  int down;     ///< threads along the pixels, a power of two
  int slabs;    ///< of a sample

  /// Rows of a slab are multiples of V elements, or V is 1.
  static bool fits(const GroupNormSizes& sizes, std::int64_t groups, int V) {
    return sizes.groups % groups == 0 && groups * sizes.channels_a_group() % V == 0;
  }

  static SlabPlan make(const GroupNormSizes& sizes, int V, std::size_t element) {
    const std::int64_t size = sizes.channels_a_group();
    std::int64_t groups = sizes.groups;
    for (std::int64_t k = 1; k <= sizes.groups; ++k) {
      const bool is_wide =
          static_cast<std::size_t>(k * size) * element >= 32 && sizes.pixels * k * size / V >= threads / 2;
      if (fits(sizes, k, V) && is_wide) {
        groups = k;
        break;
      }
    }
    SlabPlan plan{};
    plan.groups = static_cast<int>(groups);
    plan.width = static_cast<int>(groups * size);
    plan.columns = plan.width / V;
    plan.across = plan.columns < threads ? plan.columns : threads;
    plan.down = 1;
    while (2 * plan.down * plan.across <= threads) {
      plan.down *= 2;
    }
    plan.slabs = static_cast<int>(sizes.groups / groups);
    return plan;
  }

  [[nodiscard]] std::size_t cache_bytes(const GroupNormSizes& sizes, std::size_t element) const {
    return static_cast<std::size_t>(sizes.pixels) * static_cast<std::size_t>(width) * element;
  }
};

/// Shared memory of a block: what the threads exchange, two numbers a channel, four a group.
template <class S, int V>
struct SlabMemory {
  S* scratch;   ///< [threads, V]
  S* sum;       ///< [width]
  S* product;   ///< [width]
  S* mean;      ///< [groups]
  S* scale;     ///< [groups]
  S* mean_u;    ///< [groups]
  S* mean_u_n;  ///< [groups]

  /// A multiple of 16, so that the cache may follow.
  static std::size_t bytes(const SlabPlan& plan) {
    const std::size_t numbers = static_cast<std::size_t>(SlabPlan::threads) * V +
                                2 * static_cast<std::size_t>(plan.width) + 4 * static_cast<std::size_t>(plan.groups);
    return (numbers * sizeof(S) + 15) / 16 * 16;
  }

  __device__ SlabMemory(const SlabPlan& plan, S* start)
      : scratch(start),
        sum(scratch + SlabPlan::threads * V),
        product(sum + plan.width),
        mean(product + plan.width),
        scale(mean + plan.groups),
        mean_u(scale + plan.groups),
        mean_u_n(mean_u + plan.groups) {}
};

/// One tensor's slab, in memory or in the cache.
template <class T, int V>
struct SlabReader {
  const T* source;  ///< the slab's first channel of the sample's first pixel
  Vector<T, V>* cache;
  std::int64_t channels;
  int columns;

  __device__ Vector<T, V> from_memory(std::int64_t pixel, int column) const {
    return load_vector<T, V>(source + pixel * channels + column * V, true);
  }
  /// The first time.
  template <bool is_cached>
  __device__ Vector<T, V> fetch(std::int64_t pixel, int column) const {
    const Vector<T, V> value = from_memory(pixel, column);
    if constexpr (is_cached) {
      cache[pixel * columns + column] = value;
    }
    return value;
  }
  template <bool is_cached>
  __device__ Vector<T, V> again(std::int64_t pixel, int column) const {
    if constexpr (is_cached) {
      return cache[pixel * columns + column];
    } else {
      return from_memory(pixel, column);
    }
  }
};

/// For each column of the thread: work(column, first pixel).
template <class Work>
__device__ inline void for_columns(const SlabPlan& plan, const Work& work) {
  const int x = static_cast<int>(threadIdx.x) % plan.across;
  const int y = static_cast<int>(threadIdx.x) / plan.across;
  for (int column = x; y < plan.down && column < plan.columns; column += plan.across) {
    work(column, y);
  }
}

/// to[n][channel] = sum over the pixels, for N sums at once; make(column) gives add(pixel, S sums[N][V]). The order of
/// additions is fixed.
template <int V, int N, class S, class Make>
__device__ inline void sum_over_pixels(const SlabPlan& plan, std::int64_t pixels, S* scratch, S* const (&to)[N],
                                       const Make& make) {
  const int x = static_cast<int>(threadIdx.x) % plan.across;
  const int y = static_cast<int>(threadIdx.x) / plan.across;
  for (int first = 0; first < plan.columns; first += plan.across) {
    const int column = first + x;
    const bool is_inside = y < plan.down && column < plan.columns;
    S sums[N][V] = {};
    if (is_inside) {
      const auto add = make(column);
#pragma unroll 4
      for (std::int64_t pixel = y; pixel < pixels; pixel += plan.down) {
        add(pixel, sums);
      }
    }
#pragma unroll
    for (int n = 0; n < N; ++n) {
      S* const own = scratch + static_cast<int>(threadIdx.x) * V;
      if (is_inside) {
#pragma unroll
        for (int k = 0; k < V; ++k) {
          own[k] = sums[n][k];
        }
      }
      __syncthreads();
      for (int half = plan.down / 2; half > 0; half /= 2) {
        if (is_inside && y < half) {
#pragma unroll
          for (int k = 0; k < V; ++k) {
            own[k] += own[half * plan.across * V + k];
          }
        }
        __syncthreads();
      }
      if (is_inside && y == 0) {
#pragma unroll
        for (int k = 0; k < V; ++k) {
          to[n][column * V + k] = own[k];
        }
      }
      __syncthreads();
    }
  }
}

/// to[group] = result(sum of value(channel of the slab) over the group): a warp for each group, in a fixed order.
template <class S, class Value, class Result>
__device__ inline void sum_over_groups(const SlabPlan& plan, S* to, const Value& value, const Result& result) {
  const int size = plan.width / plan.groups;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  for (int group = static_cast<int>(threadIdx.x) / 32; group < plan.groups; group += SlabPlan::threads / 32) {
    S total(0);
    for (int c = lane; c < size; c += 32) {
      total += value(group * size + c);
    }
#pragma unroll
    for (int offset = 16; offset > 0; offset /= 2) {
      total += __shfl_xor_sync(0xFFFFFFFFU, total, offset);
    }
    if (lane == 0) {
      to[group] = result(total);
    }
  }
  __syncthreads();
}

}  // namespace straightedge::ops
