#include <algorithm>
#include <cstdint>
#include <group_norm_silu/arithmetic.hpp>
#include <group_norm_silu/kernels.hpp>
#include <group_norm_silu/slab.cuh>
#include <stdexcept>

namespace straightedge::ops {
namespace {

constexpr int threads = SlabPlan::threads;

extern __shared__ uint4 shared_memory[];

/// The channels of one thread's column.
template <class S, int V>
struct Column {
  S mean[V];
  S scale[V];
  S gamma[V];
  S beta[V];

  template <class P>
  __device__ Column(const SlabPlan& plan, const SlabMemory<S, V>& memory, const P* gammas, const P* betas,
                    int first_channel, int column) {
#pragma unroll
    for (int k = 0; k < V; ++k) {
      const int c = column * V + k;
      const int group = c / (plan.width / plan.groups);
      mean[k] = memory.mean[group];
      scale[k] = memory.scale[group];
      gamma[k] = load(gammas[first_channel + c]);
      beta[k] = load(betas[first_channel + c]);
    }
  }

  __device__ Activation<S> activation(S x, int k) const {
    return {x, mean[k], scale[k], gamma[k], beta[k]};
  }
};

/// Leaves mean and scale of the slab's groups in memory, and x in the cache.
template <bool is_cached, class T, int V>
__device__ inline void find_statistics(const SlabPlan& plan, const GroupNormSizes& sizes, const SlabReader<T, V>& x,
                                       const SlabMemory<Arithmetic<T>, V>& memory) {
  using S = Arithmetic<T>;
  const S m = static_cast<S>(sizes.pixels * (plan.width / plan.groups));
  S* const to[1] = {memory.sum};
  const auto channel_sum = [&](int c) { return memory.sum[c]; };
  sum_over_pixels<V, 1>(plan, sizes.pixels, memory.scratch, to, [&](int column) {
    return [&x, column](std::int64_t pixel, S(&sums)[1][V]) {
      const Vector<T, V> in = x.template fetch<is_cached>(pixel, column);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        sums[0][k] += load(in.value[k]);
      }
    };
  });
  sum_over_groups(plan, memory.mean, channel_sum, [m](S total) { return total / m; });
  struct Mean {
    S of[V];
  };
  sum_over_pixels<V, 1>(plan, sizes.pixels, memory.scratch, to, [&](int column) {
    Mean mean;
#pragma unroll
    for (int k = 0; k < V; ++k) {
      mean.of[k] = memory.mean[(column * V + k) / (plan.width / plan.groups)];
    }
    return [&x, column, mean](std::int64_t pixel, S(&sums)[1][V]) {
      const Vector<T, V> in = x.template again<is_cached>(pixel, column);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        const S d = load(in.value[k]) - mean.of[k];
        sums[0][k] += d * d;
      }
    };
  });
  const S eps = static_cast<S>(sizes.eps);
  sum_over_groups(plan, memory.scale, channel_sum, [m, eps](S total) { return inverse_deviation(total, m, eps); });
}

/// Where the block's slab starts: its sample, first channel, and offset in x.
struct Place {
  std::int64_t sample;
  int first_channel;
  std::int64_t offset;

  __device__ Place(const SlabPlan& plan, const GroupNormSizes& sizes)
      : sample(static_cast<std::int64_t>(blockIdx.x) / plan.slabs),
        first_channel(static_cast<int>(static_cast<std::int64_t>(blockIdx.x) % plan.slabs) * plan.width),
        offset(sample * sizes.pixels * sizes.channels + first_channel) {}
};

template <bool is_cached, int V, class T, class P>
__global__ void __launch_bounds__(threads, 2)
    forward_kernel(GroupNormArguments<T, P> in, SlabPlan plan, std::size_t memory_bytes) {
  using S = Arithmetic<T>;
  const SlabMemory<S, V> memory(plan, reinterpret_cast<S*>(shared_memory));
  auto* const cache = reinterpret_cast<Vector<T, V>*>(reinterpret_cast<char*>(shared_memory) + memory_bytes);
  const Place place(plan, in.sizes);
  const SlabReader<T, V> x{in.x + place.offset, cache, in.sizes.channels, plan.columns};
  find_statistics<is_cached>(plan, in.sizes, x, memory);
  T* const y = in.y + place.offset;
  for_columns(plan, [&](int column, int first_pixel) {
    const Column<S, V> of(plan, memory, in.gamma, in.beta, place.first_channel, column);
#pragma unroll 2
    for (std::int64_t pixel = first_pixel; pixel < in.sizes.pixels; pixel += plan.down) {
      Vector<T, V> value = x.template again<is_cached>(pixel, column);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        value.value[k] = store<T>(of.activation(load(value.value[k]), k).y());
      }
      store_vector<T, V>(y + pixel * in.sizes.channels + column * V, value, true);
    }
  });
}

/// partial[0 or 1][sample][channel]: sum e and sum e n of the sample.
template <bool is_cached, int V, class T, class P>
__global__ void __launch_bounds__(threads, 2)
    backward_kernel(GroupNormBackwardArguments<T, P> in, SlabPlan plan, std::size_t memory_bytes,
                    std::size_t cache_bytes, Arithmetic<T>* partial) {
  using S = Arithmetic<T>;
  const SlabMemory<S, V> memory(plan, reinterpret_cast<S*>(shared_memory));
  char* const cache = reinterpret_cast<char*>(shared_memory) + memory_bytes;
  const Place place(plan, in.sizes);
  const SlabReader<T, V> x{in.x + place.offset, reinterpret_cast<Vector<T, V>*>(cache), in.sizes.channels,
                           plan.columns};
  const SlabReader<T, V> dy{in.dy + place.offset, reinterpret_cast<Vector<T, V>*>(cache + cache_bytes),
                            in.sizes.channels, plan.columns};
  find_statistics<is_cached>(plan, in.sizes, x, memory);

  S* const to[2] = {memory.sum, memory.product};
  sum_over_pixels<V, 2>(plan, in.sizes.pixels, memory.scratch, to, [&](int column) {
    const Column<S, V> of(plan, memory, in.gamma, in.beta, place.first_channel, column);
    return [&x, &dy, of, column](std::int64_t pixel, S(&sums)[2][V]) {
      const Vector<T, V> value = x.template again<is_cached>(pixel, column);
      const Vector<T, V> slope = dy.template fetch<is_cached>(pixel, column);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        const Activation<S> at = of.activation(load(value.value[k]), k);
        const S e = at.slope(load(slope.value[k]));
        sums[0][k] += e;
        sums[1][k] += e * at.n;
      }
    };
  });
  for (int c = static_cast<int>(threadIdx.x); c < plan.width; c += threads) {
    const std::int64_t at = place.sample * in.sizes.channels + place.first_channel + c;
    partial[at] = memory.sum[c];
    partial[in.sizes.samples * in.sizes.channels + at] = memory.product[c];
  }
  const S m = static_cast<S>(in.sizes.pixels * (plan.width / plan.groups));
  const auto gamma = [&](int c) { return load(in.gamma[place.first_channel + c]); };
  const auto mean = [m](S total) { return total / m; };
  sum_over_groups(
      plan, memory.mean_u, [&](int c) { return memory.sum[c] * gamma(c); }, mean);
  sum_over_groups(
      plan, memory.mean_u_n, [&](int c) { return memory.product[c] * gamma(c); }, mean);

  T* const dx = in.dx + place.offset;
  for_columns(plan, [&](int column, int first_pixel) {
    const Column<S, V> of(plan, memory, in.gamma, in.beta, place.first_channel, column);
    for (std::int64_t pixel = first_pixel; pixel < in.sizes.pixels; pixel += plan.down) {
      Vector<T, V> value = x.template again<is_cached>(pixel, column);
      const Vector<T, V> slope = dy.template again<is_cached>(pixel, column);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        const int group = (column * V + k) / (plan.width / plan.groups);
        const Activation<S> at = of.activation(load(value.value[k]), k);
        const S u = at.slope(load(slope.value[k])) * of.gamma[k];
        value.value[k] = store<T>(at.input_gradient(u, of.scale[k], memory.mean_u[group], memory.mean_u_n[group]));
      }
      store_vector<T, V>(dx + pixel * in.sizes.channels + column * V, value, true);
    }
  });
}

constexpr int sum_lanes = 16;

/// dbeta and dgamma, sums of the partial ones over the samples: 32 channels a block, in a fixed order.
template <class S, class P>
__global__ void __launch_bounds__(32 * sum_lanes)
    parameter_kernel(const S* partial, P* dbeta, P* dgamma, std::int64_t samples, std::int64_t channels) {
  __shared__ S sums[2][sum_lanes][33];
  const int lane = static_cast<int>(threadIdx.y);
  const std::int64_t c = std::int64_t{blockIdx.x} * 32 + threadIdx.x;
#pragma unroll
  for (int n = 0; n < 2; ++n) {
    S sum(0);
    for (std::int64_t sample = lane; c < channels && sample < samples; sample += sum_lanes) {
      sum += partial[(n * samples + sample) * channels + c];
    }
    sums[n][lane][threadIdx.x] = sum;
  }
  __syncthreads();
  if (lane < 2 && c < channels) {
    S sum(0);
    for (int k = 0; k < sum_lanes; ++k) {
      sum += sums[lane][k][threadIdx.x];
    }
    (lane == 0 ? dbeta : dgamma)[c] = store<P>(sum);
  }
}

/// Whether the slabs of `tensors` tensors are kept in shared memory.
template <class T, int V>
bool fits_in_shared_memory(const SlabPlan& plan, const GroupNormSizes& sizes, std::size_t tensors, const char* name) {
  const std::size_t bytes = SlabMemory<Arithmetic<T>, V>::bytes(plan) + tensors * plan.cache_bytes(sizes, sizeof(T));
  return bytes <= std::min(SlabPlan::most_shared, shared_memory_of_device(name));
}

/// Allows the kernel what it asks for.
template <class Kernel>
void allow(Kernel* kernel, std::size_t bytes, const char* name) {
  if (bytes > shared_memory_of_device(name)) {
    throw std::runtime_error(std::string(name) + ": a group has too many channels for one block of threads");
  }
  allow_shared_memory(kernel, name);
}

/// Whether a thread may read V neighbours at once.
template <class T, int V>
bool is_vectorised(const GroupNormSizes& sizes, const void* a, const void* b, const void* c) {
  return sizes.channels % V == 0 && is_aligned<T, V>(a) && is_aligned<T, V>(b) && is_aligned<T, V>(c);
}

unsigned blocks_of(const SlabPlan& plan, const GroupNormSizes& sizes) {
  return static_cast<unsigned>(sizes.samples * plan.slabs);
}

constexpr const char* forward_name = "group_norm_silu";
constexpr const char* backward_name = "group_norm_silu_backward";

template <bool is_cached, int V, class T, class P>
void launch_forward(const GroupNormArguments<T, P>& in, const SlabPlan& plan, cudaStream_t stream) {
  const std::size_t memory = SlabMemory<Arithmetic<T>, V>::bytes(plan);
  const std::size_t bytes = memory + (is_cached ? plan.cache_bytes(in.sizes, sizeof(T)) : 0);
  allow(forward_kernel<is_cached, V, T, P>, bytes, forward_name);
  forward_kernel<is_cached, V><<<blocks_of(plan, in.sizes), threads, bytes, stream>>>(in, plan, memory);
  check_launch(forward_name);
}

template <bool is_cached, int V, class T, class P>
void launch_backward(const GroupNormBackwardArguments<T, P>& in, const SlabPlan& plan, Arithmetic<T>* partial,
                     cudaStream_t stream) {
  const std::size_t memory = SlabMemory<Arithmetic<T>, V>::bytes(plan);
  const std::size_t cache = is_cached ? plan.cache_bytes(in.sizes, sizeof(T)) : 0;
  allow(backward_kernel<is_cached, V, T, P>, memory + 2 * cache, backward_name);
  backward_kernel<is_cached, V>
      <<<blocks_of(plan, in.sizes), threads, memory + 2 * cache, stream>>>(in, plan, memory, cache, partial);
  check_launch(backward_name);
  parameter_kernel<<<static_cast<unsigned>(parts(in.sizes.channels, 32)), dim3(32, sum_lanes), 0, stream>>>(
      partial, in.dbeta, in.dgamma, in.sizes.samples, in.sizes.channels);
  check_launch(backward_name);
}

template <int V, class T, class P>
void forward_with_width(const GroupNormArguments<T, P>& in, cudaStream_t stream) {
  const SlabPlan plan = SlabPlan::make(in.sizes, V, sizeof(T));
  fits_in_shared_memory<T, V>(plan, in.sizes, 1, forward_name) ? launch_forward<true, V>(in, plan, stream)
                                                               : launch_forward<false, V>(in, plan, stream);
}

template <int V, class T, class P>
void backward_with_width(const GroupNormBackwardArguments<T, P>& in, Arithmetic<T>* partial, cudaStream_t stream) {
  const SlabPlan plan = SlabPlan::make(in.sizes, V, sizeof(T));
  fits_in_shared_memory<T, V>(plan, in.sizes, 2, backward_name) ? launch_backward<true, V>(in, plan, partial, stream)
                                                                : launch_backward<false, V>(in, plan, partial, stream);
}

}  // namespace

std::size_t group_norm_silu_backward_workspace(const GroupNormSizes& sizes, std::size_t size_of_arithmetic) {
  return 2 * static_cast<std::size_t>(sizes.samples * sizes.channels) * size_of_arithmetic;
}

template <class T, class P>
void group_norm_silu_cuda(const GroupNormArguments<T, P>& in, void* stream) {
  constexpr int V = 16 / sizeof(T);
  auto* const on = static_cast<cudaStream_t>(stream);
  is_vectorised<T, V>(in.sizes, in.x, in.y, in.y) ? forward_with_width<V>(in, on) : forward_with_width<1>(in, on);
}

template <class T, class P>
void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<T, P>& in, void* workspace, void* stream) {
  constexpr int V = 16 / sizeof(T);
  auto* const on = static_cast<cudaStream_t>(stream);
  auto* const partial = static_cast<Arithmetic<T>*>(workspace);
  is_vectorised<T, V>(in.sizes, in.x, in.dy, in.dx) ? backward_with_width<V>(in, partial, on)
                                                    : backward_with_width<1>(in, partial, on);
}

template void group_norm_silu_cuda(const GroupNormArguments<double, double>& arguments, void* stream);
template void group_norm_silu_cuda(const GroupNormArguments<float, float>& arguments, void* stream);
template void group_norm_silu_cuda(const GroupNormArguments<Bf16, Bf16>& arguments, void* stream);
template void group_norm_silu_cuda(const GroupNormArguments<Bf16, float>& arguments, void* stream);
template void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<double, double>& arguments,
                                            void* workspace, void* stream);
template void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<float, float>& arguments, void* workspace,
                                            void* stream);
template void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<Bf16, Bf16>& arguments, void* workspace,
                                            void* stream);
template void group_norm_silu_backward_cuda(const GroupNormBackwardArguments<Bf16, float>& arguments, void* workspace,
                                            void* stream);

}  // namespace straightedge::ops
