#include <algorithm>
#include <common/launch.cuh>
#include <common/pair_tile.hpp>
#include <nearest/arithmetic.hpp>
#include <nearest/kernels.hpp>

namespace straightedge::ops {
namespace {

constexpr std::int64_t most_splits = 64;

/// Into how many parts the bank is cut, so that few queries occupy a device too. Each part has whole tiles.
std::int64_t splits_of(std::int64_t bank) {
  return std::clamp<std::int64_t>(bank / 1024, 1, most_splits);
}

/// A block: 64 queries, one part of the bank. found[split][query] is the nearest of the part.
template <class T>
__global__ void nearest_of_part(NearestArguments<T> in, std::int64_t tiles_a_part, Neighbour<Arithmetic<T>>* found) {
  using S = Arithmetic<T>;
  __shared__ PairTile::Chunk<S> left;
  __shared__ PairTile::Chunk<S> right;
  __shared__ Neighbour<S> candidates[PairTile::side][16];
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t first_query = std::int64_t{blockIdx.x} * PairTile::side;
  const std::int64_t first_tile = std::int64_t{blockIdx.y} * tiles_a_part;
  Neighbour<S> best[PairTile::a_thread];
  for (auto& neighbour : best) {
    neighbour = no_neighbour<S>();
  }
  for (std::int64_t tile = first_tile; tile < first_tile + tiles_a_part; ++tile) {
    const std::int64_t first_row = tile * PairTile::side;
    if (first_row >= in.bank) {
      break;
    }
    PairTile::Pairs<S> squared = {};
    for (std::int64_t k = 0; k < in.dimension; k += PairTile::depth) {
      PairTile::load_chunk(
          thread, left, in.queries - first_query, in.dimension, k,
          [&](std::int64_t row, std::int64_t j) { return load(in.q[(first_query + row) * in.dimension + j]); });
      PairTile::load_chunk(thread, right, in.bank - first_row, in.dimension, k, [&](std::int64_t row, std::int64_t j) {
        return load(in.rows[(first_row + row) * in.dimension + j]);
      });
      __syncthreads();
      PairTile::add_chunk(thread, left, right, squared, SquaredDifference{});
      __syncthreads();
    }
    for (int m = 0; m < PairTile::a_thread; ++m) {
      for (int n = 0; n < PairTile::a_thread; ++n) {
        const Neighbour<S> candidate{squared[m][n], first_row + PairTile::right_row(thread, n)};
        if (candidate.index < in.bank && is_before(candidate, best[m])) {
          best[m] = candidate;
        }
      }
    }
  }
  for (int m = 0; m < PairTile::a_thread; ++m) {
    candidates[PairTile::left_row(thread, m)][thread % 16] = best[m];
  }
  __syncthreads();
  if (thread < PairTile::side && first_query + thread < in.queries) {
    Neighbour<S> nearest = candidates[thread][0];
    for (int n = 1; n < 16; ++n) {
      if (is_before(candidates[thread][n], nearest)) {
        nearest = candidates[thread][n];
      }
    }
    found[blockIdx.y * in.queries + first_query + thread] = nearest;
  }
}

template <class T>
__global__ void nearest_of_all(NearestArguments<T> in, std::int64_t splits, const Neighbour<Arithmetic<T>>* found) {
  const std::int64_t b = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x;
  if (b >= in.queries) {
    return;
  }
  Neighbour<Arithmetic<T>> nearest = found[b];
  for (std::int64_t split = 1; split < splits; ++split) {
    if (is_before(found[split * in.queries + b], nearest)) {
      nearest = found[split * in.queries + b];
    }
  }
  in.index[b] = nearest.index;
  in.distance[b] = store<T>(sqrt(nearest.squared));
}

}  // namespace

template <class T>
std::size_t nearest_cuda_workspace(const NearestArguments<T>& arguments) {
  return static_cast<std::size_t>(splits_of(arguments.bank) * arguments.queries) * sizeof(Neighbour<Arithmetic<T>>);
}

template <class T>
void nearest_cuda(const NearestArguments<T>& arguments, void* workspace, void* stream) {
  if (arguments.queries == 0) {
    return;
  }
  const auto on = static_cast<cudaStream_t>(stream);
  auto* found = static_cast<Neighbour<Arithmetic<T>>*>(workspace);
  const std::int64_t splits = splits_of(arguments.bank);
  const std::int64_t tiles_a_part = parts(parts(arguments.bank, PairTile::side), splits);
  const dim3 grid(static_cast<unsigned>(parts(arguments.queries, PairTile::side)), static_cast<unsigned>(splits));
  nearest_of_part<T><<<grid, PairTile::threads, 0, on>>>(arguments, tiles_a_part, found);
  check_launch("nearest");
  nearest_of_all<T><<<static_cast<unsigned>(parts(arguments.queries, 256)), 256, 0, on>>>(arguments, splits, found);
  check_launch("nearest");
}

template std::size_t nearest_cuda_workspace(const NearestArguments<double>& arguments);
template std::size_t nearest_cuda_workspace(const NearestArguments<float>& arguments);
template std::size_t nearest_cuda_workspace(const NearestArguments<Bf16>& arguments);
template void nearest_cuda(const NearestArguments<double>& arguments, void* workspace, void* stream);
template void nearest_cuda(const NearestArguments<float>& arguments, void* workspace, void* stream);
template void nearest_cuda(const NearestArguments<Bf16>& arguments, void* workspace, void* stream);

}  // namespace straightedge::ops
