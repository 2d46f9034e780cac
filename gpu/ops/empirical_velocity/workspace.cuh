// Device memory of the empirical velocity's kernels. The bank is taken in blocks of rows; for each block,
//
//   levels    level[b][i] = l_i            (direct_kernels.cuh), or q.p_i (tensor_core_kernels.cuh)
//   weigh     level[b][i] = exp(l_i - max l), the sums of a query rescaled where its max l has risen
//   average   sum[b] += sum_i level[b][i] (x1[i] - x0[i])
//
// so that memory is O((B + N) d + B rows). Matrices are padded to whole tiles, and the padding is 0.
#pragma once

#include <algorithm>
#include <common/launch.cuh>
#include <common/number.hpp>
#include <cstddef>
#include <empirical_velocity/kernels.hpp>

namespace straightedge::ops {

/// A query's state while the bank passes by.
template <class S>
struct QueryState {
  QueryFactors<S> factors;
  S squared_norm;  ///< |q|^2, for products
  S maximum;       ///< of l over the rows seen
  S weight_sum;    ///< relative to the maximum
};

template <class T>
struct EmpiricalWorkspace {
  using S = Arithmetic<T>;
  static constexpr std::int64_t tile = 128;
  static constexpr std::int64_t most_rows = 4096;

  std::int64_t queries;    ///< B, padded
  std::int64_t rows;       ///< of a block of the bank, padded
  std::int64_t dimension;  ///< d, padded
  QueryState<S>* state;    ///< [B]
  S* q;                    ///< [B, d]
  S* level;                ///< [B, rows]
  S* sum;                  ///< [B, d]
  S* point_sum;            ///< [B, d], of p_i; null where f'/f is no part of v
  S* p_norm;               ///< [rows], |p_i|^2, or |e_i|^2 when resampled
  int* mixed_times;        ///< 1 where the queries' times differ: then frozen queries have no common points p_i
  std::size_t bytes;

  /// The layout of arguments, in memory that begins at `base` (null: only `bytes` counts).
  EmpiricalWorkspace(const EmpiricalVelocityArguments<T>& in, void* base)
      : queries(parts(in.queries, tile) * tile),
        rows(std::min(parts(in.bank, tile) * tile, most_rows)),
        dimension(parts(in.dimension, tile) * tile),
        bytes(0) {
    const bool has_points = in.pairing == Pairing::frozen && in.schedule.adds_noise_to_target();
    state = take<QueryState<S>>(base, queries);
    q = take<S>(base, queries * dimension);
    level = take<S>(base, queries * rows);
    sum = take<S>(base, queries * dimension);
    point_sum = has_points ? take<S>(base, queries * dimension) : nullptr;
    p_norm = take<S>(base, rows);
    mixed_times = take<int>(base, 1);
  }

 private:
  template <class U>
  U* take(void* base, std::int64_t count) {
    auto* place = base == nullptr ? nullptr : reinterpret_cast<U*>(static_cast<char*>(base) + bytes);
    bytes += static_cast<std::size_t>(parts(count * static_cast<std::int64_t>(sizeof(U)), 256) * 256);
    return place;
  }
};

/// Rows first .. first + rows - 1 of the bank.
struct BankBlock {
  std::int64_t first;
  std::int64_t rows;
};

}  // namespace straightedge::ops
