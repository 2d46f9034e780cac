#include <common/launch.cuh>
#include <empirical_velocity/direct_kernels.cuh>
#include <empirical_velocity/kernels.hpp>
#include <empirical_velocity/tensor_core_kernels.cuh>
#include <empirical_velocity/workspace.cuh>
#include <type_traits>

namespace straightedge::ops {
namespace {

constexpr const char* name = "empirical_velocity";
constexpr int block_threads = 256;
constexpr std::int64_t smallest_product_dimension = 32;

/// Combines a value of each thread of the block, in a fixed order; every thread gets the result.
template <class S, class Combine>
__device__ S over_block(S value, S (&scratch)[block_threads], const Combine& combine) {
  scratch[threadIdx.x] = value;
  __syncthreads();
  for (unsigned half = block_threads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      scratch[threadIdx.x] = combine(scratch[threadIdx.x], scratch[threadIdx.x + half]);
    }
    __syncthreads();
  }
  const S result = scratch[0];
  __syncthreads();
  return result;
}

struct Add {
  template <class S>
  __device__ S operator()(S a, S b) const {
    return a + b;
  }
};

struct Larger {
  template <class S>
  __device__ S operator()(S a, S b) const {
    return larger(a, b);
  }
};

/// A block of threads makes one query ready.
template <class T>
__global__ void prepare_queries(EmpiricalVelocityArguments<T> in, EmpiricalWorkspace<T> work) {
  using S = Arithmetic<T>;
  __shared__ S scratch[block_threads];
  const std::int64_t b = blockIdx.x;
  const double t = double(load(in.t[b]));
  const QueryFactors<S> factors = query_factors<S>(in.schedule, in.pairing, t);
  S norm = S(0);
  for (std::int64_t j = threadIdx.x; j < in.dimension; j += block_threads) {
    const S c0 = in.pairing == Pairing::frozen ? S(load(in.x0[j])) : S(0);
    const S q = centred_query(factors, in.pairing, S(load(in.x[b * in.dimension + j])), c0, S(load(in.x1[j])));
    work.q[b * work.dimension + j] = q;
    norm += q * q;
  }
  norm = over_block(norm, scratch, Add{});
  if (threadIdx.x == 0) {
    work.state[b] = {factors, norm, S(-INFINITY), S(0)};
    if (!factors.valid()) {
      atomicExch(in.singular, 1);
    }
    if (t != double(load(in.t[0]))) {
      atomicExch(work.mixed_times, 1);
    }
  }
}

/// level[b][i] becomes exp(l_i - max l) for one query b a block of threads; what was summed before is rescaled.
template <class T>
__global__ void weigh(EmpiricalVelocityArguments<T> in, EmpiricalWorkspace<T> work, BankBlock block,
                      bool has_products) {
  using S = Arithmetic<T>;
  __shared__ S scratch[block_threads];
  const std::int64_t b = blockIdx.x;
  const QueryState<S> state = work.state[b];
  const QueryFactors<S> factors = state.factors;
  const S scale = in.pairing == Pairing::frozen ? S(1) : factors.data;
  const bool is_product = has_products && !has_mixed_points(in, work);
  S* level = work.level + b * work.rows;
  S maximum = S(-INFINITY);
  for (std::int64_t i = threadIdx.x; i < block.rows; i += block_threads) {
    if (is_product) {
      const S distance = state.squared_norm - S(2) * scale * level[i] + scale * scale * work.p_norm[i];
      level[i] = -(distance < S(0) ? S(0) : distance) / factors.spread;
    }
    maximum = larger(maximum, level[i]);
  }
  maximum = larger(state.maximum, over_block(maximum, scratch, Larger{}));
  S weight_sum = S(0);
  for (std::int64_t i = threadIdx.x; i < work.rows; i += block_threads) {
    level[i] = i < block.rows ? unnormalised_weight(level[i] - maximum) : S(0);
    weight_sum += level[i];
  }
  weight_sum = over_block(weight_sum, scratch, Add{});
  const S rescale = maximum > state.maximum ? S(unnormalised_weight(state.maximum - maximum)) : S(1);
  if (rescale != S(1)) {
    for (std::int64_t j = threadIdx.x; j < in.dimension; j += block_threads) {
      work.sum[b * work.dimension + j] *= rescale;
      if (work.point_sum != nullptr) {
        work.point_sum[b * work.dimension + j] *= rescale;
      }
    }
  }
  if (threadIdx.x == 0) {
    work.state[b].maximum = maximum;
    work.state[b].weight_sum = state.weight_sum * rescale + weight_sum;
  }
}

template <class T>
__global__ void store_velocities(EmpiricalVelocityArguments<T> in, EmpiricalWorkspace<T> work) {
  using S = Arithmetic<T>;
  const std::int64_t b = blockIdx.x;
  const QueryState<S> state = work.state[b];
  for (std::int64_t j = threadIdx.x; j < in.dimension; j += block_threads) {
    const std::int64_t at = b * work.dimension + j;
    const S mean_point = work.point_sum == nullptr ? S(0) : work.point_sum[at] / state.weight_sum;
    in.v[b * in.dimension + j] = store<T>(velocity(state.factors, in.pairing, S(load(in.x[b * in.dimension + j])),
                                                   work.q[at], work.sum[at] / state.weight_sum, mean_point));
  }
}

/// Launches the kernels of one call.
template <class T>
class Launch {
 public:
  Launch(const EmpiricalVelocityArguments<T>& arguments, void* memory, cudaStream_t stream)
      : in_(arguments),
        work_(arguments, memory),
        stream_(stream),
        has_products_(std::is_same_v<T, Bf16> && arguments.dimension >= smallest_product_dimension) {
    check_cuda(cudaMemsetAsync(memory, 0, work_.bytes, stream_), name);
  }

  void run() {
    each_query(prepare_queries<T>, in_, work_);
    for (std::int64_t first = 0; first < in_.bank; first += work_.rows) {
      const BankBlock block{first, std::min(work_.rows, in_.bank - first)};
      levels(block);
      each_query(weigh<T>, in_, work_, block, has_products_);
      averages(block);
    }
    each_query(store_velocities<T>, in_, work_);
  }

 private:
  template <class... Parameters, class... Values>
  void each_query(void (*kernel)(Parameters...), Values... values) {
    kernel<<<static_cast<unsigned>(in_.queries), block_threads, 0, stream_>>>(values...);
    check_launch(name);
  }

  /// A grid of tiles: queries by columns of the result.
  template <class... Parameters, class... Values>
  void each_tile(int queries, int columns, std::int64_t all_columns, void (*kernel)(Parameters...), Values... values) {
    const dim3 grid(static_cast<unsigned>(parts(in_.queries, queries)),
                    static_cast<unsigned>(parts(all_columns, columns)));
    kernel<<<grid, block_threads, 0, stream_>>>(values...);
    check_launch(name);
  }

  void levels(BankBlock block) {
    if constexpr (std::is_same_v<T, Bf16>) {
      if (has_products_) {
        point_norms<<<static_cast<unsigned>(parts(block.rows * 32, block_threads)), block_threads, 0, stream_>>>(
            in_, work_, block);
        check_launch(name);
        each_tile(ProductTile::left, ProductTile::right, block.rows, product_levels, in_, work_, block);
      }
    }
    if (!has_products_ || in_.pairing == Pairing::frozen) {
      each_tile(PairTile::side, PairTile::side, block.rows, direct_levels<T>, in_, work_, block, has_products_);
    }
  }

  void averages(BankBlock block) {
    if constexpr (std::is_same_v<T, Bf16>) {
      if (has_products_) {
        each_tile(ProductTile::left, ProductTile::right, in_.dimension, product_averages, in_, work_, block);
      }
    }
    if (!has_products_) {
      each_tile(PairTile::side, PairTile::side, in_.dimension, direct_averages<T, Average::displacement>, in_, work_,
                block);
    }
    if (work_.point_sum != nullptr) {
      each_tile(PairTile::side, PairTile::side, in_.dimension, direct_averages<T, Average::point>, in_, work_, block);
    }
  }

  EmpiricalVelocityArguments<T> in_;
  EmpiricalWorkspace<T> work_;
  cudaStream_t stream_;
  bool has_products_;  ///< tensor cores serve the type and d
};

}  // namespace

template <class T>
std::size_t empirical_velocity_cuda_workspace(const EmpiricalVelocityArguments<T>& arguments) {
  return EmpiricalWorkspace<T>(arguments, nullptr).bytes;
}

template <class T>
void empirical_velocity_cuda(const EmpiricalVelocityArguments<T>& arguments, void* workspace, void* stream) {
  if (arguments.queries != 0) {
    Launch<T>(arguments, workspace, static_cast<cudaStream_t>(stream)).run();
  }
}

template std::size_t empirical_velocity_cuda_workspace(const EmpiricalVelocityArguments<double>& arguments);
template std::size_t empirical_velocity_cuda_workspace(const EmpiricalVelocityArguments<float>& arguments);
template std::size_t empirical_velocity_cuda_workspace(const EmpiricalVelocityArguments<Bf16>& arguments);
template void empirical_velocity_cuda(const EmpiricalVelocityArguments<double>& arguments, void* workspace,
                                      void* stream);
template void empirical_velocity_cuda(const EmpiricalVelocityArguments<float>& arguments, void* workspace,
                                      void* stream);
template void empirical_velocity_cuda(const EmpiricalVelocityArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
