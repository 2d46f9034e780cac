#include <linalg/block.cuh>
#include <pair_velocity/arithmetic.hpp>
#include <pair_velocity/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr unsigned threads = 128;

/// A thread to each row.
template <class Size, class T>
__global__ void __launch_bounds__(threads) velocities_by_threads(PairVelocityArguments<T> in, Size n) {
  using S = Arithmetic<T>;
  const std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (row >= in.groups * in.batch) {
    return;
  }
  const std::int64_t group = row / in.batch;
  const auto th = [&](std::int64_t i) { return load(in.th[group * n + i]); };
  const auto Th = [&](std::int64_t i, std::int64_t j) { return load(in.Th[(group * n + i) * n + j]); };
  const S t = load(in.t[row]);
  S a[n * n];
  S swaps[n];
  S y[n];
  if (!factor_lines(t, Th, a, swaps, n)) {
    name_row(in.singular, row);
    return;
  }
#pragma unroll
  for (std::int64_t i = 0; i < n; ++i) {
    y[i] = load(in.x[row * n + i]) - t * th(i);
  }
  solve_lu(a, swaps, y, n);
#pragma unroll
  for (std::int64_t i = 0; i < n; ++i) {
    in.v[row * n + i] = store<T>(velocity_of_line(th, Th, y, i, n));
  }
}

/// A block to each row. Scratch: the matrix, y, swaps.
template <class T>
__global__ void velocities_by_blocks(PairVelocityArguments<T> in, BlockPlan plan, void* workspace) {
  using S = Arithmetic<T>;
  extern __shared__ double shared[];
  const ThreadOfBlock thread;
  const std::int64_t n = in.dimension;
  const std::int64_t pitch = pitch_of(n);
  S* a = scratch_of_block<S>(plan, shared, workspace);
  S* y = a + n * pitch;
  S* swaps = y + n;
  for (std::int64_t row = blockIdx.x; row < in.groups * in.batch; row += gridDim.x) {
    const std::int64_t group = row / in.batch;
    const T* th = in.th + group * n;
    const T* Th = in.Th + group * n * n;
    const S t = load(in.t[row]);
    for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
      for (std::int64_t j = thread.lane; j < n; j += 32) {
        a[i * pitch + j] = entry_of_lines<S>(t, load(Th[i * n + j]), i == j);
      }
    }
    for (std::int64_t i = thread.index; i < n; i += thread.count) {
      y[i] = load(in.x[row * n + i]) - t * load(th[i]);
    }
    __syncthreads();
    if (!factor_lu_by_block(a, pitch, swaps, n)) {
      if (thread.index == 0) {
        name_row(in.singular, row);
      }
      continue;
    }
    solve_lu_by_block(a, pitch, swaps, y, n);
    for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
      const S product = sum_by_warp<S>(n, [&](std::int64_t j) { return load(Th[i * n + j]) * y[j]; });
      if (thread.lane == 0) {
        in.v[row * n + i] = store<T>(load(th[i]) + product);
      }
    }
    __syncthreads();
  }
}

template <class T>
BlockPlan plan_of(const PairVelocityArguments<T>& in) {
  const std::int64_t n = in.dimension;
  const auto bytes = (n * pitch_of(n) + 2 * n) * static_cast<std::int64_t>(sizeof(Arithmetic<T>));
  return plan_blocks(in.groups * in.batch, n, bytes, "pair_velocity");
}

}  // namespace

template <class T>
std::size_t pair_velocity_cuda_workspace(const PairVelocityArguments<T>& arguments) {
  return arguments.dimension <= largest_dimension_of_thread ? 0 : plan_of(arguments).workspace();
}

template <class T>
void pair_velocity_cuda(const PairVelocityArguments<T>& arguments, void* workspace, void* stream) {
  const std::int64_t rows = arguments.groups * arguments.batch;
  if (rows == 0) {
    return;
  }
  const auto on = static_cast<cudaStream_t>(stream);
  const bool is_small = with_size_of_thread(arguments.dimension, [&](auto n) {
    velocities_by_threads<<<static_cast<unsigned>(parts(rows, threads)), threads, 0, on>>>(arguments, n);
  });
  if (!is_small) {
    const BlockPlan plan = plan_of(arguments);
    allow_shared_memory(velocities_by_blocks<T>, "pair_velocity");
    velocities_by_blocks<T><<<plan.blocks, plan.threads, plan.shared_bytes(), on>>>(arguments, plan, workspace);
  }
  check_launch("pair_velocity");
}

template std::size_t pair_velocity_cuda_workspace(const PairVelocityArguments<double>& arguments);
template std::size_t pair_velocity_cuda_workspace(const PairVelocityArguments<float>& arguments);
template std::size_t pair_velocity_cuda_workspace(const PairVelocityArguments<Bf16>& arguments);
template void pair_velocity_cuda(const PairVelocityArguments<double>& arguments, void* workspace, void* stream);
template void pair_velocity_cuda(const PairVelocityArguments<float>& arguments, void* workspace, void* stream);
template void pair_velocity_cuda(const PairVelocityArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
