#include <ATen/Parallel.h>

#include <adamw_ema/kernels.hpp>
#include <algorithm>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t chunk = 1 << 14;

template <class T, class G>
void step_chunk(const AdamwEmaTensor<T, G>& of, std::int64_t first, const AdamwEmaStep<T>& step) {
  const std::int64_t last = std::min(first + chunk, of.count);
  // The arrays do not overlap: nobody passes the same tensor twice, and a tensor has its memory for itself.
  T* __restrict p = of.p;
  const G* __restrict g = of.g;
  T* __restrict m = of.m;
  T* __restrict v = of.v;
  T* __restrict ema = of.ema;
  // Left to itself the compiler does not vectorise fp32 tensors of fp32 gradients.
#pragma omp simd
  for (std::int64_t i = first; i < last; ++i) {
    step.apply(load(g[i]), p[i], m[i], v[i], ema[i]);
  }
}

}  // namespace

template <class T, class G>
void adamw_ema_cpu(const AdamwEmaTensor<T, G>* tensors, std::int64_t count, const AdamwEmaSettings& settings) {
  const AdamwEmaStep<T> step(settings);
  std::vector<std::int64_t> first_chunk{0};  // of each tensor, in one row of chunks
  for (std::int64_t k = 0; k < count; ++k) {
    first_chunk.push_back(first_chunk.back() + (tensors[k].count + chunk - 1) / chunk);
  }
  at::parallel_for(0, first_chunk.back(), 1, [&](std::int64_t begin, std::int64_t end) {
    auto tensor = std::upper_bound(first_chunk.begin(), first_chunk.end(), begin) - first_chunk.begin() - 1;
    for (std::int64_t at = begin; at < end; ++at) {
      while (at >= first_chunk[static_cast<std::size_t>(tensor) + 1]) {
        ++tensor;
      }
      step_chunk(tensors[tensor], (at - first_chunk[static_cast<std::size_t>(tensor)]) * chunk, step);
    }
  });
}

template void adamw_ema_cpu(const AdamwEmaTensor<double, double>* tensors, std::int64_t count,
                            const AdamwEmaSettings& settings);
template void adamw_ema_cpu(const AdamwEmaTensor<float, float>* tensors, std::int64_t count,
                            const AdamwEmaSettings& settings);
template void adamw_ema_cpu(const AdamwEmaTensor<float, Bf16>* tensors, std::int64_t count,
                            const AdamwEmaSettings& settings);

}  // namespace straightedge::ops
