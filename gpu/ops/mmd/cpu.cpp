#include <ATen/Parallel.h>

#include <algorithm>
#include <common/lanes.hpp>
#include <mmd/arithmetic.hpp>
#include <mmd/kernels.hpp>
#include <vector>

namespace straightedge::ops {
namespace {

constexpr std::int64_t tile = 64;

enum class Pairs { all, ordered };  ///< (i, j), or only i < j: of two sets, and of one

/// The sums of all kernels over the pairs of rows of a and b.
template <class T>
class PairSums {
  using S = Arithmetic<T>;

 public:
  PairSums(const MmdArguments<T>& arguments, const T* a, std::int64_t a_rows, const T* b, std::int64_t b_rows,
           Pairs pairs)
      : in_(arguments),
        a_(a),
        b_(b),
        a_rows_(a_rows),
        b_rows_(b_rows),
        pairs_(pairs),
        partial_(size(blocks() * in_.bandwidths)) {}

  /// One sum for each bandwidth. Each block of rows of a has its own partial sums, added in their order at the end.
  [[nodiscard]] std::vector<double> sums() {
    // Blocks are taken in pairs from both ends: of the pairs i < j the first block has the most and the last the least.
    at::parallel_for(0, (blocks() + 1) / 2, 1, [&](std::int64_t begin, std::int64_t end) {
      std::vector<double> row(size(in_.bandwidths));
      for (std::int64_t k = begin; k < end; ++k) {
        add_block(k, row);
        if (const std::int64_t other = blocks() - 1 - k; other != k) {
          add_block(other, row);
        }
      }
    });
    std::vector<double> total(size(in_.bandwidths), 0.0);
    for (std::size_t i = 0; i < partial_.size(); ++i) {
      total[i % total.size()] += partial_[i];
    }
    return total;
  }

 private:
  static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

  [[nodiscard]] std::int64_t blocks() const { return (a_rows_ + tile - 1) / tile; }

  void add_block(std::int64_t block, std::vector<double>& row) {
    double* partial = partial_.data() + block * in_.bandwidths;
    const std::int64_t a_end = std::min((block + 1) * tile, a_rows_);
    for (std::int64_t b_begin = pairs_ == Pairs::ordered ? block * tile : 0; b_begin < b_rows_; b_begin += tile) {
      for (std::int64_t i = block * tile; i < a_end; ++i) {
        std::fill(row.begin(), row.end(), 0.0);
        const std::int64_t begin = pairs_ == Pairs::ordered ? std::max(b_begin, i + 1) : b_begin;
        add_row(i, begin, std::min(b_begin + tile, b_rows_), row.data());
        for (std::int64_t k = 0; k < in_.bandwidths; ++k) {
          partial[k] += row[size(k)];
        }
      }
    }
  }

  /// Row i of a with the rows of b in [begin, end).
  void add_row(std::int64_t i, std::int64_t begin, std::int64_t end, double* sum) const {
    for (std::int64_t j = begin; j < end; ++j) {
      const S squared = squared_distance(a_ + i * in_.dimension, b_ + j * in_.dimension, in_.dimension);
      for (std::int64_t k = 0; k < in_.bandwidths; ++k) {
        sum[k] += double(gaussian_kernel(squared, double(load(in_.h[k]))));
      }
    }
  }

  const MmdArguments<T>& in_;
  const T* a_;
  const T* b_;
  std::int64_t a_rows_;
  std::int64_t b_rows_;
  Pairs pairs_;
  std::vector<double> partial_;  ///< [blocks, K]
};

}  // namespace

template <class T>
void mmd_cpu(const MmdArguments<T>& arguments) {
  const auto& [x, y, h, mmd2, n, m, d, bandwidths] = arguments;
  const std::vector<double> xx = PairSums<T>(arguments, x, n, x, n, Pairs::ordered).sums();
  const std::vector<double> yy = PairSums<T>(arguments, y, m, y, m, Pairs::ordered).sums();
  const std::vector<double> xy = PairSums<T>(arguments, x, n, y, m, Pairs::all).sums();
  for (std::int64_t k = 0; k < bandwidths; ++k) {
    const auto i = static_cast<std::size_t>(k);
    mmd2[k] = store<T>(static_cast<Arithmetic<T>>(discrepancy(xx[i], yy[i], xy[i], n, m)));
  }
}

template void mmd_cpu(const MmdArguments<double>& arguments);
template void mmd_cpu(const MmdArguments<float>& arguments);
template void mmd_cpu(const MmdArguments<Bf16>& arguments);

}  // namespace straightedge::ops
