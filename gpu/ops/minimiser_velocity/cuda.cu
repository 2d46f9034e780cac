#include <linalg/block.cuh>
#include <minimiser_velocity/arithmetic.hpp>
#include <minimiser_velocity/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr unsigned threads = 128;

template <class T>
__device__ MixtureTime<Arithmetic<T>> time_of_row(const MinimiserVelocityArguments<T>& in, std::int64_t row) {
  using S = Arithmetic<T>;
  const double t = double(load(in.t[row]));
  return {S(t), S(in.schedule.squared(t)), S(in.schedule.target_cross(t))};
}

/// A thread to each row, one after another. l_k and u_k of all components are in the workspace, [K, d + 1, threads of
/// the grid].
template <class Size, class T>
__global__ void __launch_bounds__(threads)
    velocities_by_threads(MinimiserVelocityArguments<T> in, Size n, Arithmetic<T>* workspace) {
  using S = Arithmetic<T>;
  const std::int64_t all = std::int64_t{gridDim.x} * threads;
  const std::int64_t first = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  S* own = workspace + first;
  const Strided<S> levels{own + n * all, (n + 1) * all};
  for (std::int64_t row = first; row < in.batch; row += all) {
    const MixtureTime<S> time = time_of_row(in, row);
    for (std::int64_t k = 0; k < in.components; ++k) {
      S a[n * n];
      S y[n];
      S level;
      const bool is_regular = velocity_of_component(
          time, logarithm(load(in.pi[k])), [&](std::int64_t i) { return load(in.mu[k * n + i]); },
          [&](std::int64_t i, std::int64_t j) { return load(in.M[(k * n + i) * n + j]); },
          [&](std::int64_t i, std::int64_t j) { return load(in.C[(k * n + i) * n + j]); },
          [&](std::int64_t i) { return load(in.x[row * n + i]); }, a, y, Strided<S>{own + k * (n + 1) * all, all},
          level, n);
      levels[k] = level;
      if (!is_regular) {
        name_row(in.singular, row);
      }
    }
    const S sum = weights_of_levels(levels, in.components);
    S v[n] = {};
    for (std::int64_t k = 0; k < in.components; ++k) {
      const S weight = levels[k] / sum;
#pragma unroll
      for (std::int64_t i = 0; i < n; ++i) {
        v[i] += weight * own[(k * (n + 1) + i) * all];
      }
    }
#pragma unroll
    for (std::int64_t i = 0; i < n; ++i) {
      in.v[row * n + i] = store<T>(v[i]);
    }
  }
}

/// l_k and u_k of component k for one row, by a block. Scratch: a [n, pitch], y [n].
template <class T, class S>
__device__ bool velocity_by_block(const MinimiserVelocityArguments<T>& in, const MixtureTime<S>& time, std::int64_t row,
                                  std::int64_t k, S* a, S* y, S* u, S* level) {
  const ThreadOfBlock thread;
  const std::int64_t n = in.dimension;
  const std::int64_t pitch = pitch_of(n);
  const T* mu = in.mu + k * n;
  const T* M = in.M + k * n * n;
  const T* C = in.C + k * n * n;
  for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
    for (std::int64_t j = i + thread.lane; j < n; j += 32) {
      a[i * pitch + j] = time.covariance(load(M[i * n + j]), load(C[i * n + j]), load(C[j * n + i]), i == j);
    }
  }
  for (std::int64_t i = thread.index; i < n; i += thread.count) {
    y[i] = load(in.x[row * n + i]) - time.t * load(mu[i]);
  }
  __syncthreads();
  if (!factor_cholesky_by_block(a, pitch, n)) {
    return false;
  }
  solve_lower_by_block(a, pitch, y, n);
  if (thread.warp == 0) {
    const S squared = sum_by_warp<S>(n, [=](std::int64_t i) { return y[i] * y[i]; });
    const S logarithms = sum_by_warp<S>(n, [=](std::int64_t i) { return logarithm(a[i * pitch + i]); });
    if (thread.lane == 0) {
      *level = logarithm(load(in.pi[k])) - squared / S(2) - logarithms;
    }
  }
  __syncthreads();
  solve_upper_by_block(a, pitch, y, n);
  for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
    const S product = sum_by_warp<S>(n, [&](std::int64_t j) {
      return time.regression(load(M[i * n + j]), load(C[i * n + j]), load(C[j * n + i]), i == j) * y[j];
    });
    if (thread.lane == 0) {
      u[i] = load(mu[i]) + product;
    }
  }
  __syncthreads();
  return true;
}

/// A block to each row. Workspace beyond the scratch memory: [blocks, K, d + 1] for u_k and l_k.
template <class T>
__global__ void velocities_by_blocks(MinimiserVelocityArguments<T> in, BlockPlan plan, void* scratch,
                                     Arithmetic<T>* workspace) {
  using S = Arithmetic<T>;
  extern __shared__ double shared[];
  __shared__ S sum;
  const ThreadOfBlock thread;
  const std::int64_t n = in.dimension;
  S* a = scratch_of_block<S>(plan, shared, scratch);
  S* y = a + n * pitch_of(n);
  S* own = workspace + blockIdx.x * in.components * (n + 1);
  const Strided<S> levels{own + n, n + 1};
  for (std::int64_t row = blockIdx.x; row < in.batch; row += gridDim.x) {
    const MixtureTime<S> time = time_of_row(in, row);
    bool is_regular = true;
    for (std::int64_t k = 0; k < in.components; ++k) {
      S* u = own + k * (n + 1);
      is_regular = velocity_by_block(in, time, row, k, a, y, u, u + n) && is_regular;
    }
    if (thread.index == 0) {
      if (!is_regular) {
        name_row(in.singular, row);
      }
      sum = weights_of_levels(levels, in.components);
    }
    __syncthreads();
    for (std::int64_t i = thread.index; i < n; i += thread.count) {
      S v = S(0);
      for (std::int64_t k = 0; k < in.components; ++k) {
        v += levels[k] / sum * own[k * (n + 1) + i];
      }
      in.v[row * n + i] = store<T>(v);
    }
    __syncthreads();
  }
}

constexpr std::int64_t most_elements_of_levels = std::int64_t{1} << 25;

/// So many blocks of threads that a GPU is full, as long as there is memory for the components.
template <class T>
unsigned blocks_of_threads(const MinimiserVelocityArguments<T>& in) {
  const std::int64_t of_block = in.components * (in.dimension + 1) * threads;
  const std::int64_t most = std::clamp<std::int64_t>(most_elements_of_levels / of_block, 1, 2048);
  return static_cast<unsigned>(std::min(parts(in.batch, threads), most));
}

template <class T>
BlockPlan plan_of(const MinimiserVelocityArguments<T>& in) {
  const std::int64_t n = in.dimension;
  const auto bytes = (n * pitch_of(n) + n) * static_cast<std::int64_t>(sizeof(Arithmetic<T>));
  return plan_blocks(in.batch, n, bytes, "minimiser_velocity");
}

}  // namespace

template <class T>
std::size_t minimiser_velocity_cuda_workspace(const MinimiserVelocityArguments<T>& arguments) {
  const auto of_row =
      static_cast<std::size_t>(arguments.components * (arguments.dimension + 1)) * sizeof(Arithmetic<T>);
  if (arguments.dimension <= largest_dimension_of_thread) {
    return blocks_of_threads(arguments) * threads * of_row;
  }
  const BlockPlan plan = plan_of(arguments);
  return plan.workspace() + plan.blocks * of_row;
}

template <class T>
void minimiser_velocity_cuda(const MinimiserVelocityArguments<T>& arguments, void* workspace, void* stream) {
  using S = Arithmetic<T>;
  if (arguments.batch == 0) {
    return;
  }
  const auto on = static_cast<cudaStream_t>(stream);
  const bool is_small = with_size_of_thread(arguments.dimension, [&](auto n) {
    velocities_by_threads<<<blocks_of_threads(arguments), threads, 0, on>>>(arguments, n, static_cast<S*>(workspace));
  });
  if (!is_small) {
    const BlockPlan plan = plan_of(arguments);
    auto* levels = reinterpret_cast<S*>(static_cast<char*>(workspace) + plan.workspace());
    allow_shared_memory(velocities_by_blocks<T>, "minimiser_velocity");
    velocities_by_blocks<T><<<plan.blocks, plan.threads, plan.shared_bytes(), on>>>(arguments, plan, workspace, levels);
  }
  check_launch("minimiser_velocity");
}

template std::size_t minimiser_velocity_cuda_workspace(const MinimiserVelocityArguments<double>& arguments);
template std::size_t minimiser_velocity_cuda_workspace(const MinimiserVelocityArguments<float>& arguments);
template std::size_t minimiser_velocity_cuda_workspace(const MinimiserVelocityArguments<Bf16>& arguments);
template void minimiser_velocity_cuda(const MinimiserVelocityArguments<double>& arguments, void* workspace,
                                      void* stream);
template void minimiser_velocity_cuda(const MinimiserVelocityArguments<float>& arguments, void* workspace,
                                      void* stream);
template void minimiser_velocity_cuda(const MinimiserVelocityArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
