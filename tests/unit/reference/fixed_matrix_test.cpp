// Arithmetic in fixed point, limb by limb, against integers and rationals.
#include "fixed_matrix.hpp"

#include <gtest/gtest.h>

#include <random>

namespace straightedge::detail {
namespace {

constexpr int L = kLimbs<Real50>;

/// Limbs that carry: all zeros, all ones, one bit, and anything.
std::uint64_t limb(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return 0;
    case 1:
      return ~std::uint64_t(0);
    case 2:
      return std::uint64_t(1) << (random() % 64);
    default:
      return random();
  }
}

TEST(Accumulator, AddsProductsAsThePortableCodeDoes) {
  std::mt19937_64 random(1);
  for (int run = 0; run < 200; ++run) {
    Accumulator ours;
    Accumulator portable;
    Integer truth = 0;
    for (int k = 0; k < 50; ++k) {
      const std::uint64_t x = limb(random);
      const std::uint64_t y = limb(random);
      ours.add_product(x, y);
      portable.add(static_cast<Wide>(x) * y);
      truth += Integer(x) * Integer(y);
    }
    for (const Integer& word :
         {Integer(truth & ~std::uint64_t(0)), Integer((truth >> 64) & ~std::uint64_t(0)), Integer(truth >> 128)}) {
      EXPECT_EQ(Integer(ours.shift()), word);
      EXPECT_EQ(Integer(portable.shift()), word);
    }
  }
}

/// What an entry of a matrix of this exponent stands for.
Rational value_of(const FixedEntry<L>& entry, mpfr_exp_t exponent) {
  Integer integer = 0;
  for (std::size_t i = L; i-- > 0;) {
    integer = (integer << 64) + Integer(entry[i]);
  }
  integer -= Integer(1) << (64 * L - 1);
  const Rational scale(Integer(1) << static_cast<unsigned>(std::abs(exponent)));
  return Rational(integer, Integer(1) << (64 * L - 1)) * (exponent < 0 ? Rational(1) / scale : scale);
}

FixedEntry<L> random_entry(std::mt19937_64& random) {
  FixedEntry<L> entry;
  for (auto& word : entry) {
    word = limb(random);
  }
  entry[L - 1] =
      (entry[L - 1] & (~std::uint64_t(0) >> 4)) | (random() % 2 == 0 ? std::uint64_t(8) << 60 : std::uint64_t(7) << 60);
  return entry;
}

TEST(FixedMatrix, HasExactInnerProductsOverAnyPartOfItsRows) {
  std::mt19937_64 random(2);
  constexpr Eigen::Index n = 7;
  for (int run = 0; run < 100; ++run) {
    FixedMatrix<L> a(1, n);
    FixedMatrix<L> b(1, n);
    a.exponent = 3;
    b.exponent = -5;
    a.start(0, n - 1);  // a is zero in the last column, b in the first
    b.start(0, n);
    for (Eigen::Index k = n - 2; k >= 0; --k) {
      a.prepend(0, random_entry(random));
    }
    for (Eigen::Index k = n - 1; k >= 1; --k) {
      b.prepend(0, random_entry(random));
    }
    for (Eigen::Index from = 0; from <= n; ++from) {
      for (Eigen::Index to = from; to <= n; ++to) {
        Rational truth = 0;
        for (Eigen::Index k = std::max<Eigen::Index>(from, 1); k < std::min(to, n - 1); ++k) {
          truth += value_of(a.entry(0, k), a.exponent) * value_of(b.entry(0, k), b.exponent);
        }
        const FixedSum<L> sum = dot(a, 0, b, 0, from, to);
        EXPECT_EQ(to_real<Real100>(sum), from_rational<Real100>(truth)) << from << " " << to;
        // Truncation loses less than one unit of the last place.
        const Rational unit = Rational(1) / Rational(Integer(1) << (64 * L - 1 - 6));
        const Rational rest = truth - value_of(truncated(sum, 6), 6);
        EXPECT_TRUE(rest >= 0 && rest < unit);
      }
    }
  }
}

TEST(FixedEntry, AddsAndSubtracts) {
  std::mt19937_64 random(3);
  for (int run = 0; run < 100; ++run) {
    const FixedEntry<L> a = random_entry(random);
    const FixedEntry<L> b = random_entry(random);
    EXPECT_EQ(value_of(plus<L>(a, b), 4), value_of(a, 4) + value_of(b, 4));
    EXPECT_EQ(value_of(minus<L>(a, b), 4), value_of(a, 4) - value_of(b, 4));
  }
  EXPECT_EQ(value_of(fixed_one<L>(9), 9), 1);
  EXPECT_EQ(value_of(fixed_zero<L>(), 9), 0);
}

TEST(FixedEntry, RefusesWhatDoesNotFit) {
  const Real50 x = Real50(-7) / 3;
  EXPECT_LT(abs(from_rational<Real50>(value_of(fixed<L>(x.backend().data(), 5), 5)) - x), 1e-49);
  EXPECT_THROW((void)fixed<L>(x.backend().data(), 4), Overflow);
  EXPECT_THROW((void)fixed<L>(std::numeric_limits<Real50>::quiet_NaN().backend().data(), 5), Overflow);
  EXPECT_THROW((void)fixed<L>(std::numeric_limits<Real50>::infinity().backend().data(), 5), Overflow);
  FixedMatrix<L> matrix(1, 1);
  matrix.exponent = 5;
  matrix.start(0, 1);
  matrix.prepend(0, fixed<L>(x.backend().data(), 5));
  const FixedSum<L> product = dot(matrix, 0, matrix, 0);  // 49/9
  EXPECT_NO_THROW((void)truncated(product, 6));
  EXPECT_THROW((void)truncated(product, 5), Overflow);
  EXPECT_THROW((void)truncated(product, -500), Overflow);
  EXPECT_THROW((void)truncated(product, 1000), Overflow);
}

}  // namespace
}  // namespace straightedge::detail
