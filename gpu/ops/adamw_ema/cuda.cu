#include <adamw_ema/kernels.hpp>
#include <algorithm>
#include <common/launch.cuh>
#include <common/vector_access.cuh>

namespace straightedge::ops {
namespace {

constexpr int threads = 256;
constexpr int width = 4;  // elements of one access
constexpr std::int64_t chunk = 1 << 14;

/// What one launch does, passed by value: no copy to the device comes before it. Kernel arguments may have 32,764
/// bytes.
template <class T, class G>
struct Batch {
  static constexpr int most_tensors = 256;
  static constexpr int most_chunks = 2048;

  AdamwEmaTensor<T, G> tensors[most_tensors];
  std::uint32_t chunk_of_block[most_chunks];  ///< within its tensor
  std::uint16_t tensor_of_block[most_chunks];
};

/// The step as the host has formed it.
template <class T>
struct GivenStep {
  AdamwEmaStep<T> step;

  __device__ AdamwEmaStep<T> of_block() const { return step; }
};

/// The step as it follows from what device memory holds when the kernel runs. Called by all threads of a block.
template <class T>
struct ReadStep {
  AdamwEmaSettings settings;
  AdamwEmaScalars scalars;

  __device__ AdamwEmaStep<T> of_block() const {
    __shared__ AdamwEmaStep<T> step;
    if (threadIdx.x == 0) {
      AdamwEmaSettings now = settings;
      now.step = *scalars.step;
      now.lr = *scalars.lr;
      now.ema_decay = *scalars.ema_decay;
      step = AdamwEmaStep<T>(now);
    }
    __syncthreads();
    return step;
  }
};

/// A block: one chunk of one tensor.
template <class T, class G, class Step>
__global__ void __launch_bounds__(threads)
    adamw_ema_kernel(__grid_constant__ const Batch<T, G> batch, const Step step_of) {
  const AdamwEmaStep<T> step = step_of.of_block();
  const AdamwEmaTensor<T, G>& of = batch.tensors[batch.tensor_of_block[blockIdx.x]];
  const std::int64_t first = std::int64_t{batch.chunk_of_block[blockIdx.x]} * chunk;
  const std::int64_t last = min(first + chunk, of.count);
  const bool aligned = (reinterpret_cast<std::uintptr_t>(of.p) | reinterpret_cast<std::uintptr_t>(of.g) |
                        reinterpret_cast<std::uintptr_t>(of.m) | reinterpret_cast<std::uintptr_t>(of.v) |
                        reinterpret_cast<std::uintptr_t>(of.ema)) %
                           16 ==
                       0;
  std::int64_t i = first + threadIdx.x * width;
  for (; i + width <= last; i += threads * width) {
    const Vector<G, width> g = load_vector<G, width>(of.g + i, aligned);
    Vector<T, width> p = load_vector<T, width>(of.p + i, aligned);
    Vector<T, width> m = load_vector<T, width>(of.m + i, aligned);
    Vector<T, width> v = load_vector<T, width>(of.v + i, aligned);
    Vector<T, width> ema = load_vector<T, width>(of.ema + i, aligned);
#pragma unroll
    for (int k = 0; k < width; ++k) {
      step.apply(load(g.value[k]), p.value[k], m.value[k], v.value[k], ema.value[k]);
    }
    store_vector<T, width>(of.p + i, p, aligned);
    store_vector<T, width>(of.m + i, m, aligned);
    store_vector<T, width>(of.v + i, v, aligned);
    store_vector<T, width>(of.ema + i, ema, aligned);
  }
  for (std::int64_t k = i; k < last && k < i + width; ++k) {
    step.apply(load(of.g[k]), of.p[k], of.m[k], of.v[k], of.ema[k]);
  }
}

template <class T, class G, class Step>
void launch_batches(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const Step& step, void* stream) {
  static_assert(sizeof(Batch<T, G>) + sizeof(Step) <= 32764);
  Batch<T, G> batch;
  int held = 0;
  int chunks = 0;
  const auto launch = [&] {
    if (chunks > 0) {
      adamw_ema_kernel<<<static_cast<unsigned>(chunks), threads, 0, static_cast<cudaStream_t>(stream)>>>(batch, step);
      check_launch("adamw_ema_");
    }
    held = 0;
    chunks = 0;
  };
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t chunks_of_tensor = parts(tensors[k].count, chunk);
    for (std::int64_t first = 0; first < chunks_of_tensor; ++first) {
      if (chunks == Batch<T, G>::most_chunks || (first == 0 && held == Batch<T, G>::most_tensors)) {
        launch();
      }
      if (first == 0 || chunks == 0) {
        batch.tensors[held++] = tensors[k];
      }
      batch.tensor_of_block[chunks] = static_cast<std::uint16_t>(held - 1);
      batch.chunk_of_block[chunks] = static_cast<std::uint32_t>(first);
      ++chunks;
    }
  }
  launch();
}

}  // namespace

template <class T, class G>
void adamw_ema_cuda(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const AdamwEmaSettings& settings,
                    const AdamwEmaScalars* scalars, void* stream) {
  if (scalars == nullptr) {
    launch_batches(tensors, count, GivenStep<T>{AdamwEmaStep<T>(settings)}, stream);
  } else {
    launch_batches(tensors, count, ReadStep<T>{settings, *scalars}, stream);
  }
}

template void adamw_ema_cuda(const AdamwEmaTensor<double, double>* tensors, std::int64_t count,
                             const AdamwEmaSettings& settings, const AdamwEmaScalars* scalars, void* stream);
template void adamw_ema_cuda(const AdamwEmaTensor<float, float>* tensors, std::int64_t count,
                             const AdamwEmaSettings& settings, const AdamwEmaScalars* scalars, void* stream);
template void adamw_ema_cuda(const AdamwEmaTensor<float, Bf16>* tensors, std::int64_t count,
                             const AdamwEmaSettings& settings, const AdamwEmaScalars* scalars, void* stream);

}  // namespace straightedge::ops
