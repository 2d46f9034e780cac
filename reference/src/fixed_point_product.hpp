// Products of matrices of MPFR numbers in fixed point.
//
// Row i of a and column j of b are each scaled by a power of two, 2^e_i and 2^f_j, so that all their entries are below
// 1, and truncated to signed multiples of 2^-(64 L - 1). The offset o = 2^(64 L - 1) makes these integers non-negative:
//     sum_k x_k y_k = sum_k (x_k + o)(y_k + o) - o sum_k (x_k + o) - o sum_k (y_k + o) + n o^2.
// The first sum is accumulated exactly, column of limbs by column of limbs, without a branch; each entry is rounded
// once. With L limbs for a precision of p bits, 64 L - 1 - p >= 20 guard bits remain:
//     |c_ij - (a b)_ij| <= u |(a b)_ij| + 2 n 2^(1 - 64 L) 2^e_i 2^f_j.
#pragma once

#include <straightedge/linalg.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace straightedge::detail {

static_assert(GMP_NUMB_BITS == 64, "the fixed-point product is written for limbs of 64 bits");

__extension__ using Wide = unsigned __int128;

/// Limbs of the fixed-point format for tier T, guard bits included.
template <class T>
inline constexpr int kLimbs = (std::numeric_limits<T>::digits + 1 + 20 + 63) / 64;

/// a <- a + b on `Size` limbs; the carry out.
template <std::size_t Size>
mp_limb_t add_limbs(mp_limb_t* a, const mp_limb_t* b) {
  Wide carry = 0;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < Size; ++i) {
    carry += static_cast<Wide>(a[i]) + b[i];
    a[i] = static_cast<mp_limb_t>(carry);
    carry >>= 64;
  }
  return static_cast<mp_limb_t>(carry);
}
/// a <- a - b on `Size` limbs.
template <std::size_t Size>
void subtract_limbs(mp_limb_t* a, const mp_limb_t* b) {
  mp_limb_t borrow = 0;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < Size; ++i) {
    const Wide difference = static_cast<Wide>(a[i]) - b[i] - borrow;
    a[i] = static_cast<mp_limb_t>(difference);
    borrow = static_cast<mp_limb_t>(difference >> 64) & 1;
  }
}

/// The rows of a (or the columns of b) in fixed point: `limbs` holds vector after vector, entry after entry, least
/// significant limb first; `sums` the sum over each vector.
template <int L>
struct FixedPoint {
  Eigen::Index length;
  std::vector<std::array<mp_limb_t, L>> entries;
  std::vector<std::array<mp_limb_t, L + 1>> sums;
  std::vector<mpfr_exp_t> exponents;

  [[nodiscard]] const std::array<mp_limb_t, L>* vector(Eigen::Index i) const { return entries.data() + i * length; }
};

/// x 2^-exponent as a multiple of 2^-(64 L - 1), truncated, plus the offset. |x| < 2^exponent.
template <int L>
std::array<mp_limb_t, L> to_fixed(mpfr_srcptr x, mpfr_exp_t exponent) {
  std::array<mp_limb_t, L> result{};
  constexpr mp_limb_t kTop = mp_limb_t(1) << 63;
  const mpfr_exp_t shift = mpfr_zero_p(x) ? mpfr_exp_t(64 * L) : exponent - mpfr_get_exp(x) + 1;
  if (shift < 64 * L) {
    const auto* significand = static_cast<const mp_limb_t*>(mpfr_custom_get_significand(x));
    const int size = static_cast<int>(mpfr_custom_get_size(mpfr_get_prec(x)) / sizeof(mp_limb_t));
    const int whole = static_cast<int>(shift / 64);
    const int bits = static_cast<int>(shift % 64);
    mp_limb_t above = 0;
    for (int i = 0; i < size; ++i) {  // from the most significant limb down
      const int place = L - 1 - whole - i;
      const mp_limb_t limb = significand[size - 1 - i];
      if (place >= 0) {
        result[static_cast<std::size_t>(place)] = bits == 0 ? limb : (above << (64 - bits)) | (limb >> bits);
      }
      above = limb;
    }
    if (const int place = L - 1 - whole - size; place >= 0 && bits != 0) {
      result[static_cast<std::size_t>(place)] = above << (64 - bits);
    }
    if (mpfr_signbit(x)) {
      mpn_neg(result.data(), result.data(), L);
    }
  }
  result[L - 1] ^= kTop;
  return result;
}

/// Vectors in fixed point; `entry(i, k)` is entry k of vector i. Nothing if one is NaN or infinite.
template <int L, class Entry>
std::optional<FixedPoint<L>> to_fixed_point(Eigen::Index count, Eigen::Index length, const Entry& entry) {
  FixedPoint<L> result{length, {}, {}, {}};
  result.entries.reserve(static_cast<std::size_t>(count * length));
  for (Eigen::Index i = 0; i < count; ++i) {
    bool any = false;
    mpfr_exp_t exponent = 0;
    for (Eigen::Index k = 0; k < length; ++k) {
      const mpfr_srcptr x = entry(i, k);
      if (!mpfr_number_p(x)) {
        return std::nullopt;
      }
      if (!mpfr_zero_p(x) && (!any || mpfr_get_exp(x) > exponent)) {
        exponent = mpfr_get_exp(x);
        any = true;
      }
    }
    std::array<mp_limb_t, L + 1> sum{};
    for (Eigen::Index k = 0; k < length; ++k) {
      result.entries.push_back(to_fixed<L>(entry(i, k), exponent));
      sum[L] += mpn_add_n(sum.data(), sum.data(), result.entries.back().data(), L);
    }
    result.sums.push_back(sum);
    result.exponents.push_back(exponent);
  }
  return result;
}

/// A sum of products of limbs: three words, the least significant first.
struct Accumulator {
  std::uint64_t low = 0;
  std::uint64_t middle = 0;
  std::uint64_t high = 0;

  void add_product(std::uint64_t x, std::uint64_t y) {
#if defined(__x86_64__)
    // From the portable lines below GCC 12 makes more than twice as many instructions.
    std::uint64_t top = 0;
    __asm__("mulq %[y]\n\taddq %%rax, %[low]\n\tadcq %%rdx, %[middle]\n\tadcq $0, %[high]"
            : [low] "+r"(low), [middle] "+r"(middle), [high] "+r"(high), "+a"(x), "=&d"(top)
            : [y] "rm"(y)
            : "cc");
#else
    add(static_cast<Wide>(x) * y);
#endif
  }
  void add(Wide term) {
    const Wide sum = ((static_cast<Wide>(middle) << 64) | low) + term;
    high += sum < term ? 1 : 0;
    low = static_cast<std::uint64_t>(sum);
    middle = static_cast<std::uint64_t>(sum >> 64);
  }
  /// Hands the lowest word out, and what is above it down.
  std::uint64_t shift() {
    const std::uint64_t result = low;
    low = middle;
    middle = high;
    high = 0;
    return result;
  }
};

/// Limb column c of the sum of products: sum_k sum_{i+j=c} x_ki y_kj.
template <int L, int C>
void accumulate_column(const std::array<mp_limb_t, L>* x, const std::array<mp_limb_t, L>* y, Eigen::Index n,
                       Accumulator& sum) {
  constexpr int kFirst = C < L ? 0 : C - L + 1;
  constexpr int kLast = C < L ? C : L - 1;
  for (Eigen::Index k = 0; k < n; ++k) {
#pragma GCC unroll 16
    for (int i = kFirst; i <= kLast; ++i) {
      sum.add_product(x[k][static_cast<std::size_t>(i)], y[k][static_cast<std::size_t>(C - i)]);
    }
  }
}

/// sum_k (x_k + o)(y_k + o) in 2 L + 1 limbs.
template <int L>
std::array<mp_limb_t, 2 * L + 1> offset_dot(const std::array<mp_limb_t, L>* x, const std::array<mp_limb_t, L>* y,
                                            Eigen::Index n) {
  std::array<mp_limb_t, 2 * L + 1> result;
  Accumulator sum;
  [&]<int... C>(std::integer_sequence<int, C...>) {
    ((accumulate_column<L, C>(x, y, n, sum), result[C] = sum.shift()), ...);
  }
  (std::make_integer_sequence<int, 2 * L - 1>{});
  result[2 * L - 1] = sum.shift();
  result[2 * L] = sum.shift();
  return result;
}

/// sum_k x_k y_k = sum_k (x_k + o)(y_k + o) - o (sx + sy) + n o^2 in two's complement; sx and sy are the sums over
/// x_k + o and y_k + o.
template <int L>
std::array<mp_limb_t, 2 * L + 1> signed_dot(const std::array<mp_limb_t, L>* x, const std::array<mp_limb_t, L>* y,
                                            const std::array<mp_limb_t, L + 1>& sx,
                                            const std::array<mp_limb_t, L + 1>& sy, Eigen::Index n) {
  std::array<mp_limb_t, 2 * L + 1> sum = offset_dot<L>(x, y, n);
  std::array<mp_limb_t, L + 1> offset = sx;
  const mp_limb_t carry = add_limbs<L + 1>(offset.data(), sy.data());
  std::array<mp_limb_t, L + 2> shifted;
  shifted[0] = offset[0] << 63;
  for (std::size_t i = 1; i < L + 1; ++i) {
    shifted[i] = offset[i] << 63 | offset[i - 1] >> 1;
  }
  shifted[L + 1] = carry << 63 | offset[L] >> 1;
  const Wide square = static_cast<Wide>(n) << 62;
  const std::array<mp_limb_t, 2> squares{static_cast<mp_limb_t>(square), static_cast<mp_limb_t>(square >> 64)};
  subtract_limbs<L + 2>(sum.data() + L - 1, shifted.data());
  add_limbs<2>(sum.data() + 2 * L - 1, squares.data());
  return sum;
}

/// target <- value 2^exponent, rounded to nearest; `value` in two's complement.
template <std::size_t Size>
void set_rounded(mpfr_ptr target, std::array<mp_limb_t, Size> value, mpfr_exp_t exponent) {
  const bool negative = (value[Size - 1] >> 63) != 0;
  if (negative) {
    mpn_neg(value.data(), value.data(), Size);
  }
  mpz_t integer;
  constexpr auto kSize = static_cast<mp_size_t>(Size);
  mpfr_set_z_2exp(target, mpz_roinit_n(integer, value.data(), negative ? -kSize : kSize), exponent, MPFR_RNDN);
}

/// a b in fixed point. Nothing if an entry is NaN or infinite.
template <class T>
std::optional<Matrix<T>> fixed_point_product(const Matrix<T>& a, const Matrix<T>& b) {
  constexpr int L = kLimbs<T>;
  const auto rows = to_fixed_point<L>(
      a.rows(), a.cols(), [&a](Eigen::Index i, Eigen::Index k) -> mpfr_srcptr { return a(i, k).backend().data(); });
  const auto columns = to_fixed_point<L>(
      b.cols(), b.rows(), [&b](Eigen::Index j, Eigen::Index k) -> mpfr_srcptr { return b(k, j).backend().data(); });
  if (!rows || !columns) {
    return std::nullopt;
  }
  Matrix<T> result(a.rows(), b.cols());
  for (Eigen::Index j = 0; j < b.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const auto iu = static_cast<std::size_t>(i);
      const auto ju = static_cast<std::size_t>(j);
      set_rounded(result(i, j).backend().data(),
                  signed_dot<L>(rows->vector(i), columns->vector(j), rows->sums[iu], columns->sums[ju], a.cols()),
                  rows->exponents[iu] + columns->exponents[ju] - 2 * (64 * L - 1));
    }
  }
  return result;
}

}  // namespace straightedge::detail
