// Matrices in fixed point that stay so from one product to the next.
//
// All entries of a matrix share one exponent e: an entry is X 2^(e - (64 L - 1)), kept as X + o with the offset
// o = 2^(64 L - 1) of fixed_point_product.hpp. |X| < o / 8 for a result, so that sums of a few results need no check;
// one that does not fit throws Overflow. Each row has a range of columns outside which it is zero, and beside its
// entries the sums of its tails: with them an inner product over any part of two rows corrects for the offset once.
#pragma once

#include "fixed_point_product.hpp"

#include <algorithm>

namespace straightedge::detail {

/// A result was larger than the exponent chosen for it.
struct Overflow {};

/// A sum of products of entries: value 2^(exponent - 2 (64 L - 1)), in two's complement. Terms of one sum share their
/// exponent.
template <int L>
struct FixedSum {
  std::array<mp_limb_t, 2 * L + 1> value{};
  mpfr_exp_t exponent = 0;

  FixedSum& operator+=(const FixedSum& other) {
    add_limbs<2 * L + 1>(value.data(), other.value.data());
    exponent = other.exponent;
    return *this;
  }
  FixedSum& operator-=(const FixedSum& other) {
    subtract_limbs<2 * L + 1>(value.data(), other.value.data());
    exponent = other.exponent;
    return *this;
  }
};

template <class T, int L>
T to_real(const FixedSum<L>& sum) {
  T result;
  set_rounded(result.backend().data(), sum.value, sum.exponent - 2 * (64 * L - 1));
  return result;
}

/// x + o, |x| < o.
template <int L>
using FixedEntry = std::array<mp_limb_t, L>;

inline constexpr mp_limb_t kTopBit = mp_limb_t(1) << 63;

/// `sum`, truncated to an entry of a matrix of exponent `exponent`.
template <int L>
FixedEntry<L> truncated(const FixedSum<L>& sum, mpfr_exp_t exponent) {
  const mpfr_exp_t shift = 64 * L - 1 + exponent - sum.exponent;
  if (shift < 0 || shift >= 64 * (L + 2)) {
    throw Overflow{};
  }
  const auto words = static_cast<std::size_t>(shift / 64);
  const int bits = static_cast<int>(shift % 64);
  const mp_limb_t sign = (sum.value[2 * L] & kTopBit) != 0 ? ~mp_limb_t(0) : 0;
  const auto limb = [&](std::size_t i) { return i < 2 * L + 1 ? sum.value[i] : sign; };
  FixedEntry<L> result;
  for (std::size_t i = 0; i < L; ++i) {
    const Wide pair = static_cast<Wide>(limb(i + words + 1)) << 64 | limb(i + words);
    result[i] = static_cast<mp_limb_t>(pair >> bits);
  }
  // The three highest bits of the entry and all that is above it must repeat its sign.
  mp_limb_t above = (result[L - 1] ^ sign) >> 60;
  for (std::size_t i = L + words; i < 2 * L + 1; ++i) {
    above |= (sum.value[i] ^ sign) >> (i == L + words ? bits : 0);
  }
  if (above != 0) {
    throw Overflow{};
  }
  result[L - 1] ^= kTopBit;
  return result;
}

/// a + b and a - b of entries of one exponent.
template <int L>
FixedEntry<L> plus(FixedEntry<L> a, const FixedEntry<L>& b) {
  add_limbs<L>(a.data(), b.data());
  a[L - 1] ^= kTopBit;
  return a;
}
template <int L>
FixedEntry<L> minus(FixedEntry<L> a, const FixedEntry<L>& b) {
  subtract_limbs<L>(a.data(), b.data());
  a[L - 1] ^= kTopBit;
  return a;
}

template <int L>
FixedEntry<L> fixed_zero() {
  FixedEntry<L> result{};
  result[L - 1] = kTopBit;
  return result;
}

/// 1 in a matrix of exponent `exponent` > 0.
template <int L>
FixedEntry<L> fixed_one(mpfr_exp_t exponent) {
  FixedEntry<L> result{};
  const auto bit = static_cast<std::size_t>(64 * L - 1 - exponent);
  result[bit / 64] = mp_limb_t(1) << (bit % 64);
  result[L - 1] ^= kTopBit;
  return result;
}

/// x in a matrix of exponent `exponent`.
template <int L>
FixedEntry<L> fixed(mpfr_srcptr x, mpfr_exp_t exponent) {
  if (!mpfr_number_p(x) || (!mpfr_zero_p(x) && mpfr_get_exp(x) > exponent - 3)) {
    throw Overflow{};
  }
  return to_fixed<L>(x, exponent);
}

template <int L>
class FixedMatrix {
 public:
  using Entry = FixedEntry<L>;

  /// All of `rows` x `cols`; each row is to be filled from its last column to its first.
  FixedMatrix(Eigen::Index rows, Eigen::Index cols)
      : cols_(cols),
        entries_(static_cast<std::size_t>(rows * cols)),
        tails_(static_cast<std::size_t>(rows * (cols + 1))),
        ranges_(static_cast<std::size_t>(rows)) {}

  mpfr_exp_t exponent = 0;

  /// Row i is zero from column `end` on, and has no entries yet.
  void start(Eigen::Index i, Eigen::Index end) {
    ranges_[index(i)] = {end, end};
    tail(i, end) = {};
  }
  /// The entry before the first of row i.
  void prepend(Eigen::Index i, const Entry& entry) {
    const Eigen::Index k = --ranges_[index(i)].begin;
    entries_[index(i * cols_ + k)] = entry;
    std::array<mp_limb_t, L + 1> sum = tail(i, k + 1);
    sum[L] += add_limbs<L>(sum.data(), entry.data());
    tail(i, k) = sum;
  }

  [[nodiscard]] Eigen::Index begin(Eigen::Index i) const { return ranges_[index(i)].begin; }
  [[nodiscard]] Eigen::Index end(Eigen::Index i) const { return ranges_[index(i)].end; }
  [[nodiscard]] const Entry& entry(Eigen::Index i, Eigen::Index k) const { return entries_[index(i * cols_ + k)]; }
  [[nodiscard]] std::array<mp_limb_t, L + 1> sum(Eigen::Index i, Eigen::Index from, Eigen::Index to) const {
    std::array<mp_limb_t, L + 1> result = tails_[index(i * (cols_ + 1) + from)];
    subtract_limbs<L + 1>(result.data(), tails_[index(i * (cols_ + 1) + to)].data());
    return result;
  }

 private:
  struct Range {
    Eigen::Index begin, end;
  };
  static std::size_t index(Eigen::Index i) { return static_cast<std::size_t>(i); }
  std::array<mp_limb_t, L + 1>& tail(Eigen::Index i, Eigen::Index k) { return tails_[index(i * (cols_ + 1) + k)]; }

  Eigen::Index cols_;
  std::vector<Entry> entries_;
  std::vector<std::array<mp_limb_t, L + 1>> tails_;
  std::vector<Range> ranges_;
};

/// The inner product of row i of a and row j of b over the columns [from, to), and both ranges.
template <int L>
FixedSum<L> dot(const FixedMatrix<L>& a, Eigen::Index i, const FixedMatrix<L>& b, Eigen::Index j, Eigen::Index from = 0,
                Eigen::Index to = std::numeric_limits<Eigen::Index>::max()) {
  from = std::max({from, a.begin(i), b.begin(j)});
  to = std::min({to, a.end(i), b.end(j)});
  FixedSum<L> result;
  result.exponent = a.exponent + b.exponent;
  if (from < to) {
    result.value =
        signed_dot<L>(&a.entry(i, from), &b.entry(j, from), a.sum(i, from, to), b.sum(j, from, to), to - from);
  }
  return result;
}

}  // namespace straightedge::detail
