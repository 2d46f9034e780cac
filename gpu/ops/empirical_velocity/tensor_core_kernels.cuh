// Matrix products on tensor cores, for bf16 data (compute capability 8.0 and later).
//
// Distances are formed as in fp32: the factors are split into three bf16 each. In the average, weights and x1 - x0 are
// rounded to bf16 once. Sums are in fp32.
#pragma once

#include <cuda_bf16.h>
#include <mma.h>

#include <empirical_velocity/bf16_parts.hpp>
#include <empirical_velocity/direct_kernels.cuh>
#include <empirical_velocity/workspace.cuh>

namespace straightedge::ops {

/// A block of 256 threads makes 64 x 128 elements of a product; each of its 2 x 4 warps makes 32 x 32.
struct ProductTile {
  static constexpr int left = 64;
  static constexpr int right = 128;
  static constexpr int depth = 32;
  static constexpr int threads = 256;
  static constexpr int pitch = depth + 8;        ///< of rows of factors, in elements: fewer bank conflicts
  static constexpr int right_pitch = right + 8;  ///< of rows of the right factor where it is [depth][right]
};

using Accumulator = nvcuda::wmma::fragment<nvcuda::wmma::accumulator, 16, 16, 16, float>;
using LeftFactor = nvcuda::wmma::fragment<nvcuda::wmma::matrix_a, 16, 16, 16, __nv_bfloat16, nvcuda::wmma::row_major>;
template <class Layout>
using RightFactor = nvcuda::wmma::fragment<nvcuda::wmma::matrix_b, 16, 16, 16, __nv_bfloat16, Layout>;

__device__ inline __nv_bfloat16 native(Bf16 value) {
  return __ushort_as_bfloat16(value.bits);
}

/// A coordinate of p_i, or of e_i when resampled; 0 beyond the block.
__device__ inline float point(const EmpiricalVelocityArguments<Bf16>& in, const QueryFactors<float>& factors,
                              BankBlock block, std::int64_t row, std::int64_t j) {
  if (row >= block.rows || j >= in.dimension) {
    return 0.0F;
  }
  const std::int64_t at = (block.first + row) * in.dimension + j;
  if (in.pairing == Pairing::resampled) {
    return load(in.x1[at]) - load(in.x1[j]);
  }
  return centred_point(factors, Pairing::frozen, load(in.x0[at]), load(in.x1[at]), load(in.x0[j]), load(in.x1[j]));
}

/// p_norm[i] = |p_i|^2, or |e_i|^2 when resampled. A warp makes one row.
static __global__ void point_norms(EmpiricalVelocityArguments<Bf16> in, EmpiricalWorkspace<Bf16> work,
                                   BankBlock block) {
  const std::int64_t row = (std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x) / 32;
  if (row >= block.rows || has_mixed_points(in, work)) {
    return;
  }
  const QueryFactors<float> factors = work.state[0].factors;
  float sum = 0.0F;
  for (std::int64_t j = threadIdx.x % 32; j < in.dimension; j += 32) {
    const float p = point(in, factors, block, row, j);
    sum += p * p;
  }
  for (int other = 16; other > 0; other /= 2) {
    sum += __shfl_xor_sync(0xFFFFFFFFU, sum, other);
  }
  if (threadIdx.x % 32 == 0) {
    work.p_norm[row] = sum;
  }
}

/// level[b][i] = q_b . p_i.
static __global__ void product_levels(EmpiricalVelocityArguments<Bf16> in, EmpiricalWorkspace<Bf16> work,
                                      BankBlock block) {
  using Tile = ProductTile;
  __shared__ __align__(32) __nv_bfloat16 left[3][Tile::left][Tile::pitch];
  __shared__ __align__(32) __nv_bfloat16 right[3][Tile::right][Tile::pitch];
  if (has_mixed_points(in, work)) {
    return;
  }
  const QueryFactors<float> factors = work.state[0].factors;
  const std::int64_t first_query = std::int64_t{blockIdx.x} * Tile::left;
  const std::int64_t first_row = std::int64_t{blockIdx.y} * Tile::right;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int warp_query = warp % 2 * 32;
  const int warp_row = warp / 2 * 32;
  Accumulator sum[2][2];
  for (auto& row : sum) {
    for (auto& fragment : row) {
      nvcuda::wmma::fill_fragment(fragment, 0.0F);
    }
  }
  for (std::int64_t c = 0; c < in.dimension; c += Tile::depth) {
    const int k = static_cast<int>(threadIdx.x) % Tile::depth;
    for (int row = static_cast<int>(threadIdx.x) / Tile::depth; row < Tile::left; row += Tile::threads / Tile::depth) {
      const Bf16Parts q = split(work.q[(first_query + row) * work.dimension + c + k]);  // padded with 0
      for (int part = 0; part < 3; ++part) {
        left[part][row][k] = native(q.part[part]);
      }
    }
    for (int row = static_cast<int>(threadIdx.x) / Tile::depth; row < Tile::right; row += Tile::threads / Tile::depth) {
      const Bf16Parts p = split(point(in, factors, block, first_row + row, c + k));
      for (int part = 0; part < 3; ++part) {
        right[part][row][k] = native(p.part[part]);
      }
    }
    __syncthreads();
    for (int step = 0; step < Tile::depth; step += 16) {
      LeftFactor q[3][2];
      RightFactor<nvcuda::wmma::col_major> p[3][2];
      for (int part = 0; part < 3; ++part) {
        for (int half = 0; half < 2; ++half) {
          nvcuda::wmma::load_matrix_sync(q[part][half], &left[part][warp_query + 16 * half][step], Tile::pitch);
          nvcuda::wmma::load_matrix_sync(p[part][half], &right[part][warp_row + 16 * half][step], Tile::pitch);
        }
      }
      for (int m = 0; m < 2; ++m) {
        for (int n = 0; n < 2; ++n) {
          for (int q_part = 2; q_part >= 0; --q_part) {  // small products first
            for (int p_part = 2 - q_part; p_part >= 0; --p_part) {
              static_assert(is_kept(2, 0) && is_kept(1, 1) && !is_kept(2, 1), "the loops run over the kept products");
              nvcuda::wmma::mma_sync(sum[m][n], q[q_part][m], p[p_part][n], sum[m][n]);
            }
          }
        }
      }
    }
    __syncthreads();
  }
  for (int m = 0; m < 2; ++m) {
    for (int n = 0; n < 2; ++n) {
      float* to = work.level + (first_query + warp_query + 16 * m) * work.rows + first_row + warp_row + 16 * n;
      nvcuda::wmma::store_matrix_sync(to, sum[m][n], static_cast<unsigned>(work.rows), nvcuda::wmma::mem_row_major);
    }
  }
}

/// sum[b][j] += sum_i level[b][i] (x1[i] - x0[i])[j], or x1[i][j] when resampled. Rows that have no weight for any of
/// the tile's queries are passed over.
static __global__ void product_averages(EmpiricalVelocityArguments<Bf16> in, EmpiricalWorkspace<Bf16> work,
                                        BankBlock block) {
  using Tile = ProductTile;
  __shared__ __align__(32) __nv_bfloat16 weight[Tile::left][Tile::pitch];
  __shared__ __align__(32) __nv_bfloat16 value[Tile::depth][Tile::right_pitch];
  const std::int64_t first_query = std::int64_t{blockIdx.x} * Tile::left;
  const std::int64_t first_column = std::int64_t{blockIdx.y} * Tile::right;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int warp_query = warp % 2 * 32;
  const int warp_column = warp / 2 * 32;
  const auto place = [&](int m, int n) {
    return work.sum + (first_query + warp_query + 16 * m) * work.dimension + first_column + warp_column + 16 * n;
  };
  Accumulator sum[2][2];
  for (int m = 0; m < 2; ++m) {
    for (int n = 0; n < 2; ++n) {
      nvcuda::wmma::load_matrix_sync(sum[m][n], place(m, n), static_cast<unsigned>(work.dimension),
                                     nvcuda::wmma::mem_row_major);
    }
  }
  for (std::int64_t c = 0; c < block.rows; c += Tile::depth) {
    int has_weight = 0;
    const int k = static_cast<int>(threadIdx.x) % Tile::depth;
    for (int row = static_cast<int>(threadIdx.x) / Tile::depth; row < Tile::left; row += Tile::threads / Tile::depth) {
      const float w = work.level[(first_query + row) * work.rows + c + k];  // 0 beyond the block's rows
      weight[row][k] = native(store<Bf16>(w));
      has_weight |= w != 0.0F;
    }
    if (__syncthreads_or(has_weight) == 0) {
      continue;
    }
    const int column = static_cast<int>(threadIdx.x) % Tile::right;
    for (int row = static_cast<int>(threadIdx.x) / Tile::right; row < Tile::depth; row += Tile::threads / Tile::right) {
      float v = 0.0F;
      if (c + row < block.rows && first_column + column < in.dimension) {
        const std::int64_t at = (block.first + c + row) * in.dimension + first_column + column;
        v = averaged(in.pairing, in.pairing == Pairing::frozen ? load(in.x0[at]) : 0.0F, load(in.x1[at]));
      }
      value[row][column] = native(store<Bf16>(v));
    }
    __syncthreads();
    for (int step = 0; step < Tile::depth; step += 16) {
      LeftFactor w[2];
      RightFactor<nvcuda::wmma::row_major> v[2];
      for (int half = 0; half < 2; ++half) {
        nvcuda::wmma::load_matrix_sync(w[half], &weight[warp_query + 16 * half][step], Tile::pitch);
        nvcuda::wmma::load_matrix_sync(v[half], &value[step][warp_column + 16 * half], Tile::right_pitch);
      }
      for (int m = 0; m < 2; ++m) {
        for (int n = 0; n < 2; ++n) {
          nvcuda::wmma::mma_sync(sum[m][n], w[m], v[n], sum[m][n]);
        }
      }
    }
    __syncthreads();
  }
  for (int m = 0; m < 2; ++m) {
    for (int n = 0; n < 2; ++n) {
      nvcuda::wmma::store_matrix_sync(place(m, n), sum[m][n], static_cast<unsigned>(work.dimension),
                                      nvcuda::wmma::mem_row_major);
    }
  }
}

}  // namespace straightedge::ops
