#include "matrices.hpp"

#include <straightedge/error.hpp>

#include <gtest/gtest.h>

namespace straightedge {
namespace {

using testing::Dyadic;

template <class T>
Rational to_rational(const T& x) {
  mpz_t integer;
  mpz_init(integer);
  const mpfr_exp_t exponent = mpfr_zero_p(x.backend().data()) ? 0 : mpfr_get_z_2exp(integer, x.backend().data());
  char* text = mpz_get_str(nullptr, 10, integer);
  const bool negative = text[0] == '-';
  Rational value(Integer(text + (negative ? 1 : 0)));
  free(text);
  mpz_clear(integer);
  const Integer power = boost::multiprecision::pow(Integer(2), static_cast<unsigned>(std::abs(exponent)));
  value *= exponent < 0 ? Rational(Integer(1), power) : Rational(power);
  return negative ? Rational(-value) : value;
}

template <class T>
Matrix<Rational> to_rational(const Matrix<T>& a) {
  Matrix<Rational> result(a.rows(), a.cols());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      result(i, j) = to_rational(a(i, j));
    }
  }
  return result;
}

Rational largest_in_row(const Matrix<Rational>& a, Eigen::Index i) {
  Rational largest = 0;
  for (Eigen::Index k = 0; k < a.cols(); ++k) {
    largest = std::max(largest, Rational(abs(a(i, k))));
  }
  return largest;
}

/// The largest error of product(a, b) as a fraction of the promised k u |a|_row |b|_col.
template <class T>
double share_of_bound(const Matrix<T>& a, const Matrix<T>& b) {
  const Matrix<Rational> exact_a = to_rational(a);
  const Matrix<Rational> exact_b = to_rational(b);
  const Matrix<Rational> exact = product(exact_a, exact_b);
  const Matrix<Rational> found = to_rational(product(a, b));
  const Rational unit = to_rational(unit_roundoff<T>()) * static_cast<int>(a.cols());
  double worst = 0;
  for (Eigen::Index i = 0; i < exact.rows(); ++i) {
    for (Eigen::Index j = 0; j < exact.cols(); ++j) {
      const Rational bound = unit * largest_in_row(exact_a, i) * largest_in_row(exact_b.transpose(), j);
      const Rational error = abs(Rational(exact(i, j) - found(i, j)));
      EXPECT_LE(error, bound) << "entry " << i << ", " << j;
      worst = bound == 0 ? worst : std::max(worst, static_cast<double>(Rational(error / bound)));
    }
  }
  return worst;
}

/// Entries that use all digits of the tier, of both signs.
template <class T>
Matrix<T> full_width(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Dyadic random(seed);
  return random.matrix<T>(rows, cols) / T(3) + random.matrix<T>(rows, cols) * unit_roundoff<T>() * T(12345);
}

template <class T>
class ProductTest : public ::testing::Test {};
using Tiers = ::testing::Types<Real50, Real100, Real150>;
TYPED_TEST_SUITE(ProductTest, Tiers);

TYPED_TEST(ProductTest, StaysWithinItsBoundForEveryShape) {
  using T = TypeParam;
  for (const int d : {1, 2, 3, 8, 32}) {
    share_of_bound(full_width<T>(d, d, 1), full_width<T>(d, d, 2));
  }
  share_of_bound(full_width<T>(5, 7, 3), full_width<T>(7, 4, 4));
  share_of_bound(full_width<T>(4, 40, 5), full_width<T>(40, 5, 6));
  share_of_bound(full_width<T>(9, 8, 7), full_width<T>(8, 1, 8));
}

TYPED_TEST(ProductTest, RoundsAnEntryOnceWhereRowsAreEvenlyScaled) {
  using T = TypeParam;
  const Matrix<T> a = full_width<T>(8, 8, 11).cwiseAbs();
  const Matrix<T> b = full_width<T>(8, 8, 12).cwiseAbs();
  const Matrix<Rational> exact = product(to_rational(a), to_rational(b));
  const Matrix<T> found = product(a, b);
  for (Eigen::Index i = 0; i < 8; ++i) {
    for (Eigen::Index j = 0; j < 8; ++j) {
      const T nearest = from_rational<T>(exact(i, j));
      EXPECT_LE(abs(T(found(i, j) - nearest)), nearest * unit_roundoff<T>() * 2);
    }
  }
}

TYPED_TEST(ProductTest, KeepsTheRelativeAccuracyOfRowsAndColumnsThatAreScaledAsAWhole) {
  using T = TypeParam;
  Matrix<T> a = full_width<T>(8, 8, 21);
  Matrix<T> b = full_width<T>(8, 8, 22);
  for (int i = 0; i < 8; ++i) {
    a.row(i) *= T(ldexp(T(1), 300 * i - 900));
    b.col(i) *= T(ldexp(T(1), 700 - 250 * i));
  }
  share_of_bound(a, b);
}

TYPED_TEST(ProductTest, AllowsEntriesOfVeryDifferentSizeInOneRow) {
  using T = TypeParam;
  Matrix<T> a = full_width<T>(8, 8, 31);
  Matrix<T> b = full_width<T>(8, 8, 32);
  for (int k = 0; k < 8; ++k) {
    a.col(k) *= T(ldexp(T(1), -40 * k));
    b.row(k) *= T(ldexp(T(1), -63 * k));
  }
  share_of_bound(a, b);
}

TYPED_TEST(ProductTest, OfZeroRowsAndColumnsIsZero) {
  using T = TypeParam;
  Matrix<T> a = full_width<T>(8, 8, 41);
  Matrix<T> b = full_width<T>(8, 8, 42);
  a.row(3).setZero();
  b.col(5).setZero();
  b(2, 1) = T(0);
  share_of_bound(a, b);
  EXPECT_EQ(product(a, b)(3, 2), T(0));
  EXPECT_EQ(product(a, b)(1, 5), T(0));
}

TYPED_TEST(ProductTest, WithTheIdentityChangesNothing) {
  using T = TypeParam;
  const Matrix<T> a = full_width<T>(8, 8, 51);
  EXPECT_EQ(product<T>(a, Matrix<T>::Identity(8, 8)), a);
  EXPECT_EQ(product<T>(Matrix<T>::Identity(8, 8), a), a);
  EXPECT_EQ(product<T>(-Matrix<T>::Identity(8, 8), a), Matrix<T>(-a));
}

TYPED_TEST(ProductTest, CancelsExactly) {
  using T = TypeParam;
  const Matrix<T> a = full_width<T>(8, 4, 61);
  const Matrix<T> b = full_width<T>(4, 8, 62);
  Matrix<T> twice(8, 8);
  twice << a, a;
  Matrix<T> opposite(8, 8);
  opposite << b, -b;
  EXPECT_EQ(product(twice, opposite), Matrix<T>(Matrix<T>::Zero(8, 8)));
}

TYPED_TEST(ProductTest, HandsNanAndInfinityOn) {
  using T = TypeParam;
  Matrix<T> a = full_width<T>(8, 8, 71);
  const Matrix<T> b = full_width<T>(8, 8, 72);
  a(2, 2) = std::numeric_limits<T>::quiet_NaN();
  a(4, 4) = std::numeric_limits<T>::infinity();
  const Matrix<T> c = product(a, b);
  EXPECT_TRUE(isnan(c(2, 0)));
  EXPECT_TRUE(isinf(c(4, 0)));
  EXPECT_TRUE(isfinite(c(0, 0)));
}

TEST(Product, RefusesShapesThatDoNotFit) {
  EXPECT_THROW((void)product<Real50>(Matrix<Real50>::Zero(2, 3), Matrix<Real50>::Zero(2, 3)), InputError);
}

}  // namespace
}  // namespace straightedge
