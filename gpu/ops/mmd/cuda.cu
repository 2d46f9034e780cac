#include <algorithm>
#include <common/launch.cuh>
#include <common/pair_tile.hpp>
#include <mmd/arithmetic.hpp>
#include <mmd/kernels.hpp>

namespace straightedge::ops {
namespace {

enum class Pairs { all, ordered };  // (i, j), or only i < j: of two sets, and of one

/// Blocks of the grid for sums with `rows` rows of a: one a tile of rows, or more where that would leave a device idle.
std::int64_t blocks_of(std::int64_t rows) {
  const std::int64_t tiles = parts(rows, PairTile::side);
  return tiles * std::clamp<std::int64_t>(1024 / tiles, 1, 64);
}

/// Adds `value` over the threads of the block, in a fixed order; thread 0 has the sum.
__device__ double sum_of_block(double value, double (&scratch)[PairTile::threads]) {
  const unsigned thread = threadIdx.x;
  scratch[thread] = value;
  __syncthreads();
  for (unsigned half = PairTile::threads / 2; half > 0; half /= 2) {
    if (thread < half) {
      scratch[thread] += scratch[thread + half];
    }
    __syncthreads();
  }
  const double sum = scratch[0];
  __syncthreads();
  return sum;
}

/// A block: 64 rows of a, every gridDim.y-th tile of rows of b. partial[k][block] is its part of the sum for h[k].
template <class T>
__global__ void sums_of_pairs(MmdArguments<T> in, const T* a, std::int64_t a_rows, const T* b, std::int64_t b_rows,
                              Pairs pairs, double* partial) {
  using S = Arithmetic<T>;
  __shared__ PairTile::Chunk<S> left;
  __shared__ PairTile::Chunk<S> right;
  __shared__ double scratch[PairTile::threads];
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t first = std::int64_t{blockIdx.x} * PairTile::side;
  const std::int64_t block = std::int64_t{blockIdx.y} * gridDim.x + blockIdx.x;
  const std::int64_t blocks = std::int64_t{gridDim.x} * gridDim.y;
  for (std::int64_t k = thread; k < in.bandwidths; k += PairTile::threads) {
    partial[k * blocks + block] = 0.0;
  }
  const std::int64_t first_tile = pairs == Pairs::ordered ? blockIdx.x : 0;
  for (std::int64_t tile = first_tile + blockIdx.y; tile * PairTile::side < b_rows; tile += gridDim.y) {
    const std::int64_t b_first = tile * PairTile::side;
    PairTile::Pairs<S> squared = {};
    for (std::int64_t c = 0; c < in.dimension; c += PairTile::depth) {
      PairTile::load_chunk(thread, left, a_rows - first, in.dimension, c,
                           [&](std::int64_t row, std::int64_t j) { return load(a[(first + row) * in.dimension + j]); });
      PairTile::load_chunk(thread, right, b_rows - b_first, in.dimension, c, [&](std::int64_t row, std::int64_t j) {
        return load(b[(b_first + row) * in.dimension + j]);
      });
      __syncthreads();
      PairTile::add_chunk(thread, left, right, squared, SquaredDifference{});
      __syncthreads();
    }
    for (std::int64_t k = 0; k < in.bandwidths; ++k) {
      const double h = double(load(in.h[k]));
      double sum = 0.0;
      for (int m = 0; m < PairTile::a_thread; ++m) {
        for (int n = 0; n < PairTile::a_thread; ++n) {
          const std::int64_t i = first + PairTile::left_row(thread, m);
          const std::int64_t j = b_first + PairTile::right_row(thread, n);
          if (i < a_rows && j < b_rows && (pairs == Pairs::all || i < j)) {
            sum += double(gaussian_kernel(squared[m][n], h));
          }
        }
      }
      sum = sum_of_block(sum, scratch);
      if (thread == 0) {
        partial[k * blocks + block] += sum;
      }
    }
  }
}

/// One block a bandwidth: the sum of its partial sums, in a fixed order.
__global__ void sum_of_parts(const double* partial, std::int64_t blocks, double* sum) {
  __shared__ double scratch[PairTile::threads];
  double mine = 0.0;
  for (std::int64_t i = threadIdx.x; i < blocks; i += PairTile::threads) {
    mine += partial[std::int64_t{blockIdx.x} * blocks + i];
  }
  mine = sum_of_block(mine, scratch);
  if (threadIdx.x == 0) {
    sum[blockIdx.x] = mine;
  }
}

/// sums: [3][K], of xx, yy, xy.
template <class T>
__global__ void discrepancies(MmdArguments<T> in, const double* sums) {
  const std::int64_t k = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (k < in.bandwidths) {
    const double value =
        discrepancy(sums[k], sums[in.bandwidths + k], sums[2 * in.bandwidths + k], in.x_rows, in.y_rows);
    in.mmd2[k] = store<T>(static_cast<Arithmetic<T>>(value));
  }
}

}  // namespace

template <class T>
std::size_t mmd_cuda_workspace(const MmdArguments<T>& arguments) {
  const std::int64_t blocks = std::max(blocks_of(arguments.x_rows), blocks_of(arguments.y_rows));
  return static_cast<std::size_t>(arguments.bandwidths * (blocks + 3)) * sizeof(double);
}

template <class T>
void mmd_cuda(const MmdArguments<T>& arguments, void* workspace, void* stream) {
  const auto& in = arguments;
  if (in.bandwidths == 0) {
    return;
  }
  const auto on = static_cast<cudaStream_t>(stream);
  const auto bandwidths = static_cast<unsigned>(in.bandwidths);
  auto* sums = static_cast<double*>(workspace);
  double* partial = sums + 3 * in.bandwidths;
  const auto add = [&](const T* a, std::int64_t a_rows, const T* b, std::int64_t b_rows, Pairs pairs, double* sum) {
    const std::int64_t blocks = blocks_of(a_rows);
    const auto tiles = static_cast<unsigned>(parts(a_rows, PairTile::side));
    const dim3 grid(tiles, static_cast<unsigned>(blocks) / tiles);
    sums_of_pairs<T><<<grid, PairTile::threads, 0, on>>>(in, a, a_rows, b, b_rows, pairs, partial);
    check_launch("mmd");
    sum_of_parts<<<bandwidths, PairTile::threads, 0, on>>>(partial, blocks, sum);
    check_launch("mmd");
  };
  add(in.x, in.x_rows, in.x, in.x_rows, Pairs::ordered, sums);
  add(in.y, in.y_rows, in.y, in.y_rows, Pairs::ordered, sums + in.bandwidths);
  add(in.x, in.x_rows, in.y, in.y_rows, Pairs::all, sums + 2 * in.bandwidths);
  discrepancies<T><<<static_cast<unsigned>(parts(in.bandwidths, 64)), 64, 0, on>>>(in, sums);
  check_launch("mmd");
}

template std::size_t mmd_cuda_workspace(const MmdArguments<double>& arguments);
template std::size_t mmd_cuda_workspace(const MmdArguments<float>& arguments);
template std::size_t mmd_cuda_workspace(const MmdArguments<Bf16>& arguments);
template void mmd_cuda(const MmdArguments<double>& arguments, void* workspace, void* stream);
template void mmd_cuda(const MmdArguments<float>& arguments, void* workspace, void* stream);
template void mmd_cuda(const MmdArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
