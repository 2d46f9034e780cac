#include <gradient_moments/arithmetic.hpp>
#include <gradient_moments/kernels.hpp>
#include <linalg/block.cuh>

namespace straightedge::ops {
namespace {

constexpr std::int64_t most_elements_of_parts = std::int64_t{1} << 25;

/// A part of the samples is summed by one block, and the parts are added in their order: the same on every device.
struct Parts {
  std::int64_t count;
  std::int64_t samples;  ///< of a part
};

Parts parts_of(std::int64_t batch, std::int64_t d) {
  const std::int64_t most = std::clamp<std::int64_t>(most_elements_of_parts / (1 + d + d * d), 1, 1024);
  const std::int64_t samples = std::max<std::int64_t>(d <= largest_dimension_of_thread ? 128 : 8, parts(batch, most));
  return {parts(batch, samples), samples};
}

template <class T>
__device__ SampleTime<double> time_of_sample(const GradientMomentsArguments<T>& in, std::int64_t row) {
  const double t = load(in.t[row]);
  return {t, in.schedule.level(t), in.schedule.target_slope(t)};
}

/// A thread to each sample; the block's samples are then summed by a thread to each element of the sums.
template <class Size, class T>
__global__ void __launch_bounds__(128)
    sums_by_threads(GradientMomentsArguments<T> in, Size n, Parts parts, double* partial) {
  constexpr int threads = 128;
  constexpr int count = static_cast<int>(1 + n + n * n);
  constexpr int groups = threads / count;
  // A column more than threads: different rows lie in different banks.
  __shared__ double q_of[static_cast<int>(n)][threads + 1];
  __shared__ double y_of[static_cast<int>(n)][threads + 1];
  __shared__ double squared_of[threads];
  __shared__ double sums[groups * count];
  const int thread = static_cast<int>(threadIdx.x);
  const int element = thread % count;
  const int group = thread / count;
  double sum = 0.0;
  const std::int64_t part = blockIdx.x;
  const std::int64_t last = (part + 1) * parts.samples < in.batch ? (part + 1) * parts.samples : in.batch;
  for (std::int64_t first = part * parts.samples; first < last; first += threads) {
    const std::int64_t row = first + thread;
    double q[n] = {};
    double y[n] = {};
    if (row < last) {
      double a[n * n];
      double swaps[n];
      const auto coordinates = [&](const T* values) {
        return [&in, values, row, n](std::int64_t i) { return double(load(values[row * n + i])); };
      };
      if (!has_noise_level(in.schedule, load(in.t[row]))) {
        name_row(in.refused + 1, row);
      }
      if (!gradient_of_sample(
              time_of_sample(in, row), [&](std::int64_t i) { return double(load(in.th[i])); },
              [&](std::int64_t i, std::int64_t j) { return double(load(in.Th[i * n + j])); }, coordinates(in.x0),
              coordinates(in.x1), coordinates(in.z), a, swaps, y, q, n)) {
        name_row(in.refused, row);
      }
    }
    double q_squared = 0.0;
    double y_squared = 0.0;
#pragma unroll
    for (int i = 0; i < n; ++i) {
      q_of[i][thread] = q[i];
      y_of[i][thread] = y[i];
      q_squared += q[i] * q[i];
      y_squared += y[i] * y[i];
    }
    squared_of[thread] = squared_norm_of_gradient(q_squared, y_squared);
    __syncthreads();
    if (group < groups) {
      for (int sample = group; sample < threads; sample += groups) {
        if (element == 0) {
          sum += squared_of[sample];
        } else if (element <= n) {
          sum += q_of[element - 1][sample];
        } else {
          const int i = (element - 1 - static_cast<int>(n)) / static_cast<int>(n);
          const int j = (element - 1 - static_cast<int>(n)) % static_cast<int>(n);
          sum += q_of[i][sample] * y_of[j][sample];
        }
      }
    }
    __syncthreads();
  }
  if (group < groups) {
    sums[thread] = sum;
  }
  __syncthreads();
  if (thread < count) {
    double total = 0.0;
    for (int k = 0; k < groups; ++k) {
      total += sums[k * count + thread];
    }
    partial[part * count + thread] = total;
  }
}

/// Samples whose q and y are collected before they are added to the block's sums in global memory.
constexpr std::int64_t collected = 8;

/// A block to each part. Scratch: the matrix, swaps, q and y of eight samples.
template <class T>
__global__ void sums_by_blocks(GradientMomentsArguments<T> in, Parts parts, BlockPlan plan, void* workspace,
                               double* partial) {
  extern __shared__ double shared[];
  const ThreadOfBlock thread;
  const std::int64_t n = in.dimension;
  const std::int64_t pitch = pitch_of(n);
  double* a = scratch_of_block<double>(plan, shared, workspace);
  double* swaps = a + n * pitch;
  double* q_of = swaps + n;
  double* y_of = q_of + collected * n;
  for (std::int64_t part = blockIdx.x; part < parts.count; part += gridDim.x) {
    double* sum_squared = partial + part * (1 + n + n * n);
    double* sum_th = sum_squared + 1;
    double* sum_Th = sum_th + n;
    for (std::int64_t i = thread.index; i < 1 + n + n * n; i += thread.count) {
      sum_squared[i] = 0.0;
    }
    const std::int64_t last = (part + 1) * parts.samples < in.batch ? (part + 1) * parts.samples : in.batch;
    for (std::int64_t first = part * parts.samples; first < last; first += collected) {
      const std::int64_t samples = last - first < collected ? last - first : collected;
      for (std::int64_t sample = 0; sample < samples; ++sample) {
        const std::int64_t row = first + sample;
        const SampleTime<double> time = time_of_sample(in, row);
        double* q = q_of + sample * n;
        double* y = y_of + sample * n;
        const auto coordinate = [=](const T* values, std::int64_t i) { return double(load(values[row * n + i])); };
        for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
          for (std::int64_t j = thread.lane; j < n; j += 32) {
            a[i * pitch + j] = entry_of_lines<double>(time.t, double(load(in.Th[i * n + j])), i == j);
          }
        }
        for (std::int64_t i = thread.index; i < n; i += thread.count) {
          y[i] =
              time.right_side(coordinate(in.x0, i), coordinate(in.x1, i), coordinate(in.z, i), double(load(in.th[i])));
        }
        __syncthreads();
        const bool is_regular = factor_lu_by_block(a, pitch, swaps, n);
        if (thread.index == 0) {
          if (!is_regular) {
            name_row(in.refused, row);
          }
          if (!has_noise_level(in.schedule, time.t)) {
            name_row(in.refused + 1, row);
          }
        }
        if (!is_regular) {
          continue;  // swaps are not all set, and b[swaps[k]] would be anywhere
        }
        solve_lu_by_block(a, pitch, swaps, y, n);
        for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
          const double product =
              sum_by_warp<double>(n, [&](std::int64_t j) { return double(load(in.Th[i * n + j])) * y[j]; });
          if (thread.lane == 0) {
            q[i] = time.residual(coordinate(in.x0, i), coordinate(in.x1, i), coordinate(in.z, i),
                                 double(load(in.th[i])) + product);
          }
        }
        __syncthreads();
        solve_lu_transposed_by_block(a, pitch, swaps, q, n);
      }
      for (std::int64_t i = thread.warp; i < n; i += thread.warps) {
        for (std::int64_t j = thread.lane; j < n; j += 32) {
          double sum = 0.0;
          for (std::int64_t sample = 0; sample < samples; ++sample) {
            sum += q_of[sample * n + i] * y_of[sample * n + j];
          }
          sum_Th[i * n + j] += sum;
        }
      }
      for (std::int64_t i = thread.index; i < n; i += thread.count) {
        double sum = 0.0;
        for (std::int64_t sample = 0; sample < samples; ++sample) {
          sum += q_of[sample * n + i];
        }
        sum_th[i] += sum;
      }
      if (thread.warp == 0) {
        for (std::int64_t sample = 0; sample < samples; ++sample) {
          const double* q = q_of + sample * n;
          const double* y = y_of + sample * n;
          const double q_squared = sum_by_warp<double>(n, [=](std::int64_t i) { return q[i] * q[i]; });
          const double y_squared = sum_by_warp<double>(n, [=](std::int64_t i) { return y[i] * y[i]; });
          if (thread.lane == 0) {
            *sum_squared += squared_norm_of_gradient(q_squared, y_squared);
          }
        }
      }
      __syncthreads();
    }
  }
}

/// One block an element of the sums: its parts, in a fixed order, and its factor.
template <class T>
__global__ void __launch_bounds__(128)
    sums_of_parts(GradientMomentsArguments<T> in, Parts parts, const double* partial) {
  __shared__ double scratch[128];
  const unsigned thread = threadIdx.x;
  const std::int64_t n = in.dimension;
  const std::int64_t element = blockIdx.x;
  double sum = 0.0;
  for (std::int64_t part = thread; part < parts.count; part += 128) {
    sum += partial[part * (1 + n + n * n) + element];
  }
  scratch[thread] = sum;
  __syncthreads();
  for (unsigned half = 64; half > 0; half /= 2) {
    if (thread < half) {
      scratch[thread] += scratch[thread + half];
    }
    __syncthreads();
  }
  if (thread == 0) {
    const double total = scratch[0];
    if (element == 0) {
      *in.sum_squared = 4.0 * total;
    } else if (element <= n) {
      in.sum_th[element - 1] = 0.0 - 2.0 * total;
    } else {
      in.sum_Th[element - 1 - n] = 0.0 - 2.0 * total;
    }
  }
}

template <class T>
BlockPlan plan_of(const GradientMomentsArguments<T>& in) {
  const std::int64_t n = in.dimension;
  const auto bytes = (n * pitch_of(n) + n + 2 * collected * n) * static_cast<std::int64_t>(sizeof(double));
  return plan_blocks(parts_of(in.batch, n).count, n, bytes, "gradient_moments");
}

}  // namespace

template <class T>
std::size_t gradient_moments_cuda_workspace(const GradientMomentsArguments<T>& arguments) {
  const std::int64_t n = arguments.dimension;
  const auto elements = static_cast<std::size_t>(parts_of(arguments.batch, n).count * (1 + n + n * n));
  const std::size_t scratch = n <= largest_dimension_of_thread ? 0 : plan_of(arguments).workspace();
  return scratch + elements * sizeof(double);
}

template <class T>
void gradient_moments_cuda(const GradientMomentsArguments<T>& arguments, void* workspace, void* stream) {
  const auto on = static_cast<cudaStream_t>(stream);
  const std::int64_t n = arguments.dimension;
  const Parts parts = parts_of(arguments.batch, n);
  auto* partial = static_cast<double*>(workspace);
  if (parts.count > 0) {
    const bool is_small = with_size_of_thread(n, [&](auto size) {
      sums_by_threads<<<static_cast<unsigned>(parts.count), 128, 0, on>>>(arguments, size, parts, partial);
    });
    if (!is_small) {
      const BlockPlan plan = plan_of(arguments);
      partial = reinterpret_cast<double*>(static_cast<char*>(workspace) + plan.workspace());
      allow_shared_memory(sums_by_blocks<T>, "gradient_moments");
      sums_by_blocks<T>
          <<<plan.blocks, plan.threads, plan.shared_bytes(), on>>>(arguments, parts, plan, workspace, partial);
    }
    check_launch("gradient_moments");
  }
  sums_of_parts<T><<<static_cast<unsigned>(1 + n + n * n), 128, 0, on>>>(arguments, parts, partial);
  check_launch("gradient_moments");
}

template std::size_t gradient_moments_cuda_workspace(const GradientMomentsArguments<double>& arguments);
template std::size_t gradient_moments_cuda_workspace(const GradientMomentsArguments<float>& arguments);
template std::size_t gradient_moments_cuda_workspace(const GradientMomentsArguments<Bf16>& arguments);
template void gradient_moments_cuda(const GradientMomentsArguments<double>& arguments, void* workspace, void* stream);
template void gradient_moments_cuda(const GradientMomentsArguments<float>& arguments, void* workspace, void* stream);
template void gradient_moments_cuda(const GradientMomentsArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
