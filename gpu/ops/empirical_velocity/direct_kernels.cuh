// Levels by direct differences and averages in the arithmetic's own type: for every type, and queries of any times.
#pragma once

#include <common/pair_tile.hpp>
#include <empirical_velocity/workspace.cuh>

namespace straightedge::ops {

/// A chunk of a tile of the bank: what p_i is made of, for any query's time.
template <class S>
struct BankChunk {
  PairTile::Chunk<S> source;  ///< a_i, not loaded when resampled
  PairTile::Chunk<S> data;    ///< e_i
};

template <class T>
__device__ inline void load_bank_chunk(const EmpiricalVelocityArguments<T>& in, std::int64_t first, std::int64_t last,
                                       std::int64_t first_column, BankChunk<Arithmetic<T>>& chunk) {
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t d = in.dimension;
  if (in.pairing == Pairing::frozen) {
    PairTile::load_chunk(thread, chunk.source, last - first, d, first_column, [&](std::int64_t row, std::int64_t j) {
      return load(in.x0[(first + row) * d + j]) - load(in.x0[j]);
    });
  }
  PairTile::load_chunk(thread, chunk.data, last - first, d, first_column, [&](std::int64_t row, std::int64_t j) {
    return load(in.x1[(first + row) * d + j]) - load(in.x1[j]);
  });
}

/// Whether the queries have no common points p_i: then levels cannot come from products.
template <class T>
__device__ inline bool has_mixed_points(const EmpiricalVelocityArguments<T>& in, const EmpiricalWorkspace<T>& work) {
  return in.pairing == Pairing::frozen && *work.mixed_times != 0;
}

/// level[b][i] = -|q_b - p_i|^2 / spread_b. A block of threads: 64 queries and 64 rows. Does nothing where products
/// serve.
template <class T>
__global__ void direct_levels(EmpiricalVelocityArguments<T> in, EmpiricalWorkspace<T> work, BankBlock block,
                              bool has_products) {
  if (has_products && !has_mixed_points(in, work)) {
    return;
  }
  using S = Arithmetic<T>;
  __shared__ PairTile::Chunk<S> left;
  __shared__ BankChunk<S> right;
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t first_query = std::int64_t{blockIdx.x} * PairTile::side;
  const std::int64_t first_row = std::int64_t{blockIdx.y} * PairTile::side;
  const bool is_frozen = in.pairing == Pairing::frozen;
  PairTile::Pairs<S> squared = {};
  S source[PairTile::a_thread];
  S data[PairTile::a_thread];
  for (int m = 0; m < PairTile::a_thread; ++m) {
    const std::int64_t b = first_query + PairTile::left_row(thread, m);
    source[m] = b < in.queries ? work.state[b].factors.source : S(0);
    data[m] = b < in.queries ? work.state[b].factors.data : S(0);
  }
  for (std::int64_t c = 0; c < in.dimension; c += PairTile::depth) {
    PairTile::load_chunk(
        thread, left, in.queries - first_query, in.dimension, c,
        [&](std::int64_t row, std::int64_t j) { return work.q[(first_query + row) * work.dimension + j]; });
    load_bank_chunk(in, block.first + first_row, block.first + block.rows, c, right);
    __syncthreads();
    for (int k = 0; k < PairTile::depth; ++k) {
      for (int n = 0; n < PairTile::a_thread; ++n) {
        const S e = right.data[k][PairTile::right_row(thread, n)];
        const S a = is_frozen ? right.source[k][PairTile::right_row(thread, n)] : S(0);
        for (int m = 0; m < PairTile::a_thread; ++m) {
          const S p = is_frozen ? source[m] * a + data[m] * e : data[m] * e;
          const S difference = left[k][PairTile::left_row(thread, m)] - p;
          squared[m][n] += difference * difference;
        }
      }
    }
    __syncthreads();
  }
  for (int m = 0; m < PairTile::a_thread; ++m) {
    const std::int64_t b = first_query + PairTile::left_row(thread, m);
    for (int n = 0; n < PairTile::a_thread; ++n) {
      const std::int64_t i = first_row + PairTile::right_row(thread, n);
      if (b < in.queries && i < block.rows) {
        work.level[b * work.rows + i] = -squared[m][n] / work.state[b].factors.spread;
      }
    }
  }
}

/// What is averaged.
enum class Average { displacement, point };

/// sum[b][j] += sum_i level[b][i] value_i[j], of x1[i] - x0[i] (x1[i] when resampled) or of p_i. A block of threads: 64
/// queries and 64 coordinates; rows that have no weight for any of these queries are passed over.
template <class T, Average average>
__global__ void direct_averages(EmpiricalVelocityArguments<T> in, EmpiricalWorkspace<T> work, BankBlock block) {
  using S = Arithmetic<T>;
  __shared__ PairTile::Chunk<S> weight;
  __shared__ BankChunk<S> value;
  const int thread = static_cast<int>(threadIdx.x);
  const std::int64_t d = in.dimension;
  const std::int64_t first_query = std::int64_t{blockIdx.x} * PairTile::side;
  const std::int64_t first_column = std::int64_t{blockIdx.y} * PairTile::side;
  PairTile::Pairs<S> sum = {};
  S source[PairTile::a_thread];
  S data[PairTile::a_thread];
  for (int m = 0; m < PairTile::a_thread; ++m) {
    const std::int64_t b = first_query + PairTile::left_row(thread, m);
    source[m] = b < in.queries ? work.state[b].factors.source : S(0);
    data[m] = b < in.queries ? work.state[b].factors.data : S(0);
  }
  for (std::int64_t c = 0; c < block.rows; c += PairTile::depth) {
    PairTile::load_chunk(
        thread, weight, in.queries - first_query, block.rows, c,
        [&](std::int64_t row, std::int64_t i) { return work.level[(first_query + row) * work.rows + i]; });
    int has_weight = 0;
    for (int n = 0; n < PairTile::a_thread; ++n) {  // what this thread loaded
      has_weight |= weight[thread % PairTile::depth][thread / PairTile::depth + 16 * n] != S(0);
    }
    if (__syncthreads_or(has_weight) == 0) {
      continue;
    }
    for (int n = thread; n < PairTile::side * PairTile::depth; n += PairTile::threads) {
      const int column = n % PairTile::side;
      const int k = n / PairTile::side;
      const std::int64_t i = block.first + c + k;
      const std::int64_t j = first_column + column;
      const bool is_inside = c + k < block.rows && j < d;
      const S x1 = is_inside ? S(load(in.x1[i * d + j])) : S(0);
      const S x0 = is_inside && in.pairing == Pairing::frozen ? S(load(in.x0[i * d + j])) : S(0);
      if (average == Average::displacement) {
        value.data[k][column] = averaged(in.pairing, x0, x1);
      } else {
        value.source[k][column] = is_inside ? x0 - S(load(in.x0[j])) : S(0);
        value.data[k][column] = is_inside ? x1 - S(load(in.x1[j])) : S(0);
      }
    }
    __syncthreads();
    for (int k = 0; k < PairTile::depth; ++k) {
      for (int n = 0; n < PairTile::a_thread; ++n) {
        const S e = value.data[k][PairTile::right_row(thread, n)];
        const S a = average == Average::point ? value.source[k][PairTile::right_row(thread, n)] : S(0);
        for (int m = 0; m < PairTile::a_thread; ++m) {
          sum[m][n] +=
              weight[k][PairTile::left_row(thread, m)] * (average == Average::point ? source[m] * a + data[m] * e : e);
        }
      }
    }
    __syncthreads();
  }
  S* to = average == Average::point ? work.point_sum : work.sum;
  for (int m = 0; m < PairTile::a_thread; ++m) {
    for (int n = 0; n < PairTile::a_thread; ++n) {
      const std::int64_t b = first_query + PairTile::left_row(thread, m);
      const std::int64_t j = first_column + PairTile::right_row(thread, n);
      if (b < in.queries && j < d) {
        to[b * work.dimension + j] += sum[m][n];
      }
    }
  }
}

}  // namespace straightedge::ops
