#include <algorithm>
#include <common/launch.cuh>
#include <common/noise.hpp>
#include <common/vector_access.cuh>
#include <interpolate/arithmetic.hpp>
#include <interpolate/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr int threads = 256;
constexpr std::int64_t most_blocks = 1 << 20;

/// Neighbours of one thread: 16 bytes of the output or more, and whole Philox blocks.
template <class T>
constexpr int width = sizeof(T) == 2 ? 8 : 4;

template <class T, class X>
__global__ void find_missing_slope(InterpolateArguments<T, X> in) {
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (row < in.batch && has_no_slope(in.schedule, static_cast<double>(load(in.t[row])))) {
    *in.has_no_slope = true;
  }
}

/// V neighbours, `count` of which exist; they may lie in several rows.
template <bool has_noise, int V, class T, class X>
__device__ inline void interpolate_vector(const InterpolateArguments<T, X>& in, std::int64_t first, std::int64_t row,
                                          const Vector<X, V>& x0, const Vector<X, V>& x1, Vector<T, V>& xt,
                                          Vector<T, V>& target) {
  using S = Arithmetic<T>;
  InterpolationRow<S> of = interpolation_row<T>(in.schedule, in.t[row]);
  std::int64_t left_of_row = (row + 1) * in.dimension - first;
  Normals normals{};
#pragma unroll
  for (int k = 0; k < V; ++k) {
    if (left_of_row == 0) {
      row = row + 1 < in.batch ? row + 1 : row;
      of = interpolation_row<T>(in.schedule, in.t[row]);
      left_of_row = in.dimension;
    }
    --left_of_row;
    const S a = coordinate<S>(x0.value[k]);
    const S b = coordinate<S>(x1.value[k]);
    if constexpr (has_noise) {
      if (k % 4 == 0) {
        // Read here, not once before: fewer registers are held.
        const std::uint64_t offset =
            in.offset_on_device == nullptr ? in.offset : static_cast<std::uint64_t>(__ldg(in.offset_on_device));
        normals = normals_of_block(in.seed, offset, static_cast<std::uint64_t>(in.first_block + (first + k) / 4));
      }
      const S z = static_cast<S>(normals.z[k % 4]);
      xt.value[k] = store<T>(of.point(a, b) + of.level * z);
      target.value[k] = store<T>((b - a) + of.slope * z);
    } else {
      xt.value[k] = store<T>(of.point(a, b));
      target.value[k] = store<T>(b - a);
    }
  }
}

/// One pass over memory. A 64-bit division would cost as much as the rest, so rows are found in 32 bits where they fit.
template <bool has_noise, class T, class X>
__global__ void __launch_bounds__(threads)
    interpolate_kernel(InterpolateArguments<T, X> in, std::int64_t elements, bool is_small, bool aligned) {
  constexpr int V = width<T>;
  const std::int64_t stride = std::int64_t{gridDim.x} * threads * V;
  for (std::int64_t first = (std::int64_t{blockIdx.x} * threads + threadIdx.x) * V; first < elements; first += stride) {
    const std::int64_t row =
        is_small
            ? static_cast<std::int64_t>(static_cast<std::uint32_t>(first) / static_cast<std::uint32_t>(in.dimension))
            : first / in.dimension;
    Vector<X, V> x0{};
    Vector<X, V> x1{};
    Vector<T, V> xt;
    Vector<T, V> target;
    if (first + V <= elements) {
      x0 = load_vector<X, V>(in.x0 + first, aligned);
      x1 = load_vector<X, V>(in.x1 + first, aligned);
      interpolate_vector<has_noise, V>(in, first, row, x0, x1, xt, target);
      store_vector<T, V>(in.xt + first, xt, aligned);
      store_vector<T, V>(in.target + first, target, aligned);
    } else {
      const int count = static_cast<int>(elements - first);
      // Unrolled: an index that is known only at run time would put the vectors of both branches into memory.
#pragma unroll
      for (int k = 0; k < V; ++k) {
        if (k < count) {
          x0.value[k] = in.x0[first + k];
          x1.value[k] = in.x1[first + k];
        }
      }
      interpolate_vector<has_noise, V>(in, first, row, x0, x1, xt, target);
#pragma unroll
      for (int k = 0; k < V; ++k) {
        if (k < count) {
          in.xt[first + k] = xt.value[k];
          in.target[first + k] = target.value[k];
        }
      }
    }
  }
}

}  // namespace

template <class T, class X>
void interpolate_cuda(const InterpolateArguments<T, X>& in, void* stream) {
  constexpr int V = width<T>;
  auto* const on = static_cast<cudaStream_t>(stream);
  const std::int64_t elements = in.batch * in.dimension;
  if (in.has_no_slope != nullptr) {
    find_missing_slope<<<static_cast<unsigned>(parts(in.batch, threads)), threads, 0, on>>>(in);
    check_launch("interpolate");
  }
  const bool aligned =
      is_aligned<X, V>(in.x0) && is_aligned<X, V>(in.x1) && is_aligned<T, V>(in.xt) && is_aligned<T, V>(in.target);
  const bool is_small = elements <= std::int64_t{UINT32_MAX};
  const auto blocks = static_cast<unsigned>(std::min(parts(elements, std::int64_t{threads} * V), most_blocks));
  if (in.schedule.kind != ScheduleKind::none && in.schedule.s != 0.0) {
    interpolate_kernel<true><<<blocks, threads, 0, on>>>(in, elements, is_small, aligned);
  } else {
    interpolate_kernel<false><<<blocks, threads, 0, on>>>(in, elements, is_small, aligned);
  }
  check_launch("interpolate");
}

template void interpolate_cuda(const InterpolateArguments<double, double>& arguments, void* stream);
template void interpolate_cuda(const InterpolateArguments<float, float>& arguments, void* stream);
template void interpolate_cuda(const InterpolateArguments<Bf16, Bf16>& arguments, void* stream);
template void interpolate_cuda(const InterpolateArguments<double, std::uint8_t>& arguments, void* stream);
template void interpolate_cuda(const InterpolateArguments<float, std::uint8_t>& arguments, void* stream);
template void interpolate_cuda(const InterpolateArguments<Bf16, std::uint8_t>& arguments, void* stream);

}  // namespace straightedge::ops
