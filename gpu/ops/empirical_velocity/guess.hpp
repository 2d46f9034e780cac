// A guess at the nearest point of each query, from a twelfth of the coordinates.
//
// The weights of rows far behind the nearest one vanish, and their part of the average need not be formed. While the
// bank streams by, that is known only after the nearest row was met; a guess tells it from the start. A wrong guess
// costs time, not digits: it is a row of the bank too.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <common/lanes.hpp>
#include <empirical_velocity/kernels.hpp>
#include <vector>

namespace straightedge::ops {

template <class T>
class NearestGuess {
  using S = Arithmetic<T>;

 public:
  /// q: [B, d], centred. factors: of each query.
  NearestGuess(const EmpiricalVelocityArguments<T>& in, const std::vector<QueryFactors<S>>& factors, const S* q)
      : in_(in), factors_(factors) {
    for (std::int64_t run = 0; run < in.dimension; run += stride) {
      for (std::int64_t j = run; j < std::min(run + run_length, in.dimension); ++j) {
        columns_.push_back(j);
      }
    }
    const at::TensorOptions type = at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
    q_ = at::empty({in.queries, width()}, type);
    p_ = at::empty({rows, width()}, type);
    product_ = at::empty({in.queries * rows}, type);
    S* to = q_.template data_ptr<S>();
    for (std::int64_t b = 0; b < in.queries; ++b) {
      for (const std::int64_t j : columns_) {
        *to++ = q[b * in.dimension + j];
      }
    }
  }

  /// One row of the bank for each query.
  [[nodiscard]] std::vector<std::int64_t> rows_of_queries() {
    std::vector<std::int64_t> best(factors_.size(), 0);
    std::vector<S> smallest(factors_.size(), S(INFINITY));
    std::vector<S> norm(static_cast<std::size_t>(rows));
    for (std::int64_t first = 0; first < in_.bank; first += rows) {
      const std::int64_t count = std::min(rows, in_.bank - first);
      form_points(first, count, norm);
      at::Tensor product = product_.narrow(0, 0, in_.queries * count).view({in_.queries, count});
      at::mm_out(product, q_, p_.narrow(0, 0, count).t());
      at::parallel_for(0, in_.queries, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t b = begin; b < end; ++b) {
          const auto k = static_cast<std::size_t>(b);
          const S scale = in_.pairing == Pairing::frozen ? S(1) : factors_[k].data;
          const S* dot = product.template data_ptr<S>() + b * count;
          for (std::int64_t i = 0; i < count; ++i) {
            const S distance = scale * (scale * norm[static_cast<std::size_t>(i)] - S(2) * dot[i]);  // less |q|^2
            if (distance < smallest[k]) {
              smallest[k] = distance;
              best[k] = first + i;
            }
          }
        }
      });
    }
    return best;
  }

 private:
  static constexpr std::int64_t rows = 1024;      ///< of a block
  static constexpr std::int64_t stride = 192;     ///< from one run of coordinates to the next
  static constexpr std::int64_t run_length = 16;  ///< a cache line of fp32

  [[nodiscard]] std::int64_t width() const { return static_cast<std::int64_t>(columns_.size()); }

  void form_points(std::int64_t first, std::int64_t count, std::vector<S>& norm) {
    QueryFactors<S> factors = factors_.front();
    factors.data = in_.pairing == Pairing::frozen ? factors.data : S(1);
    S* p = p_.template data_ptr<S>();
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t row = (first + i) * in_.dimension;
        S* to = p + i * width();
        S* next = to;
        for (const std::int64_t j : columns_) {
          const S x0 = in_.pairing == Pairing::frozen ? S(load(in_.x0[row + j])) : S(0);
          const S c0 = in_.pairing == Pairing::frozen ? S(load(in_.x0[j])) : S(0);
          *next++ = centred_point(factors, in_.pairing, x0, S(load(in_.x1[row + j])), c0, S(load(in_.x1[j])));
        }
        norm[static_cast<std::size_t>(i)] = sum_in_lanes<S>(width(), [to](std::int64_t j) { return to[j] * to[j]; });
      }
    });
  }

  const EmpiricalVelocityArguments<T>& in_;
  const std::vector<QueryFactors<S>>& factors_;
  std::vector<std::int64_t> columns_;
  at::Tensor q_;
  at::Tensor p_;
  at::Tensor product_;
};

}  // namespace straightedge::ops
