#include "matrices.hpp"

#include <straightedge/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace straightedge {
namespace {

using testing::distance;
using testing::Dyadic;
using testing::hilbert;
using testing::random_rotation;
using testing::with_eigenvalues;

template <class T>
Matrix<T> identity(Eigen::Index d) {
  return Matrix<T>::Identity(d, d);
}

/// The sum over permutations that defines the determinant.
Rational determinant_by_definition(const Matrix<Rational>& a) {
  std::vector<int> order(static_cast<std::size_t>(a.rows()));
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<int>(i);
  }
  Rational sum = 0;
  do {
    Rational term = 1;
    for (std::size_t i = 0; i < order.size(); ++i) {
      term *= a(static_cast<Eigen::Index>(i), order[i]);
      for (std::size_t j = 0; j < i; ++j) {
        term = order[j] > order[i] ? Rational(-term) : term;
      }
    }
    sum += term;
  } while (std::next_permutation(order.begin(), order.end()));
  return sum;
}

bool contains(const Interval& interval, const Rational& value) {
  const Interval point = from_rational<Interval>(value);
  return lower(interval) <= lower(point) && upper(point) <= upper(interval);
}

TEST(Inverse, OfRationalsIsExact) {
  for (const int d : {1, 2, 3, 5}) {
    const Matrix<Rational> a = Dyadic(static_cast<std::uint64_t>(d)).matrix<Rational>(d, d);
    EXPECT_EQ(product(a, inverse(a)), identity<Rational>(d));
  }
}

TEST(Inverse, NeedsAPivotOffTheDiagonal) {
  Matrix<Rational> a(3, 3);
  a << 0, 2, 0, 0, 0, 4, 8, 0, 0;
  EXPECT_EQ(product(a, inverse(a)), identity<Rational>(3));
  EXPECT_EQ(distance(product(convert<Real50>(a), inverse(convert<Real50>(a))), identity<Real50>(3)), 0);
}

template <class T>
class RealTier : public ::testing::Test {};
using RealTiers = ::testing::Types<double, Real50, Real100, Real150>;
TYPED_TEST_SUITE(RealTier, RealTiers);

TYPED_TEST(RealTier, InverseOfAHilbertMatrixIsTheExactOneWithinItsCondition) {
  using T = TypeParam;
  const Matrix<Rational> exact = inverse(hilbert<Rational>(6));
  const Matrix<T> found = inverse(hilbert<T>(6));  // condition 1.5e7, largest entry 4.4e6
  EXPECT_LE(distance(found, convert<T>(exact)), 1e14 * static_cast<double>(unit_roundoff<T>()));
}

TYPED_TEST(RealTier, InverseOfABadlyScaledMatrixExists) {
  using T = TypeParam;
  Matrix<T> a(2, 2);
  a << T(1e-100), T(0), T(0), T(1e100);
  const Matrix<T> found = inverse(a);
  EXPECT_LE(std::abs(static_cast<double>(T(found(0, 0) * a(0, 0) - T(1)))), 1e-15);
  EXPECT_LE(std::abs(static_cast<double>(T(found(1, 1) * a(1, 1) - T(1)))), 1e-15);
}

TYPED_TEST(RealTier, InverseOfASingularMatrixDoesNotExist) {
  using T = TypeParam;
  EXPECT_THROW((void)inverse<T>(Matrix<T>::Zero(3, 3)), DoesNotExist);
  EXPECT_THROW((void)inverse<T>(Matrix<T>::Constant(2, 2, T(1))), DoesNotExist);
  const Matrix<T> rank_two = Dyadic(5).matrix<T>(4, 2) / T(3);
  EXPECT_THROW((void)inverse(product<T>(rank_two, Dyadic(6).matrix<T>(2, 4) / T(7))), DoesNotExist);
}

TYPED_TEST(RealTier, DeterminantOfAHilbertMatrixIsTheExactOne) {
  using T = TypeParam;
  const T exact = T(1) / T(6048000);
  EXPECT_LE(std::abs(static_cast<double>(T(determinant(hilbert<T>(4)) / exact - T(1)))),
            1e5 * static_cast<double>(unit_roundoff<T>()));
}

TYPED_TEST(RealTier, SymmetricEigenvaluesAndVectorsDiagonalise) {
  using T = TypeParam;
  for (const int d : {1, 2, 5, 12}) {
    const Matrix<T> a = Dyadic(static_cast<std::uint64_t>(d)).matrix<T>(d, d);
    const Matrix<T> m = a + a.transpose();
    const SymmetricEigen<T> eigen = symmetric_eigen(m);
    const Matrix<T> back =
        product<T>(eigen.vectors, product<T>(Matrix<T>(eigen.values.asDiagonal()), eigen.vectors.transpose()));
    const double u = static_cast<double>(unit_roundoff<T>());
    EXPECT_LE(distance(back, m), 200 * d * u);
    EXPECT_LE(distance(product<T>(eigen.vectors.transpose(), eigen.vectors), identity<T>(d)), 100 * d * u);
    EXPECT_TRUE(std::is_sorted(eigen.values.begin(), eigen.values.end()));
  }
}

TYPED_TEST(RealTier, SymmetricEigenvaluesMayBeMultipleOrZero) {
  using T = TypeParam;
  Vector<T> values(6);
  values << T(-2), T(0), T(0), T(1), T(1), T(1);
  const Vector<T> found = symmetric_eigen(with_eigenvalues(values, 3)).values;
  EXPECT_LE(distance<T>(found, values), 100 * static_cast<double>(unit_roundoff<T>()));
  EXPECT_EQ(symmetric_eigen<T>(Matrix<T>::Zero(3, 3)).values, Vector<T>(Vector<T>::Zero(3)));
}

TYPED_TEST(RealTier, SymmetricEigenRefusesNan) {
  using T = TypeParam;
  Matrix<T> a = identity<T>(3);
  a(1, 1) = std::numeric_limits<T>::quiet_NaN();
  EXPECT_THROW((void)symmetric_eigen(a), InputError);
}

TYPED_TEST(RealTier, EigenvaluesOfACompanionMatrixAreTheRoots) {
  using T = TypeParam;
  Matrix<T> companion(4, 4);  // (x^2 - 2x + 5)(x - 3)(x + 4): roots 1 +- 2i, 3, -4
  companion << T(1), T(9), T(-29), T(60), T(1), T(0), T(0), T(0), T(0), T(1), T(0), T(0), T(0), T(0), T(1), T(0);
  std::vector<Eigenvalue<T>> found = eigenvalues(companion);
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.real != b.real ? a.real < b.real : a.imaginary < b.imaginary;
  });
  if (found[1].imaginary > found[2].imaginary) {
    std::swap(found[1], found[2]);  // equal real parts up to rounding
  }
  const double expected[4][2] = {{-4, 0}, {1, -2}, {1, 2}, {3, 0}};
  for (std::size_t k = 0; k < 4; ++k) {
    const double tolerance = 1e4 * static_cast<double>(unit_roundoff<T>());
    EXPECT_LE(std::abs(static_cast<double>(T(found[k].real - T(expected[k][0])))), tolerance);
    EXPECT_LE(std::abs(static_cast<double>(T(found[k].imaginary - T(expected[k][1])))), tolerance);
  }
}

TYPED_TEST(RealTier, DoubleEigenvalueOfAJordanBlockMovesByTheRootOfThePrecision) {
  using T = TypeParam;
  using std::sqrt;
  Matrix<T> block(2, 2);
  block << T(2), T(1), T(0), T(2);
  const Matrix<T> q = random_rotation<T>(2, 8);
  for (const auto& [real, imaginary] : eigenvalues(product<T>(q, product<T>(block, q.transpose())))) {
    const double split = 10 * static_cast<double>(T(sqrt(unit_roundoff<T>())));
    EXPECT_LE(std::abs(static_cast<double>(T(real - T(2)))), split);
    EXPECT_LE(std::abs(static_cast<double>(imaginary)), split);
  }
}

TYPED_TEST(RealTier, SquareRootSquaresToTheMatrixAtAnyCondition) {
  using T = TypeParam;
  for (const double condition : {1.0, 10.0, 1e4, 1e8, 1e12}) {
    for (const int d : {1, 2, 5, 8}) {
      Vector<T> values(d);
      for (int i = 0; i < d; ++i) {
        values(i) = T(std::pow(condition, d == 1 ? 0.0 : -static_cast<double>(i) / (d - 1)));
      }
      const Matrix<T> m = with_eigenvalues(values, static_cast<std::uint64_t>(d));
      const Matrix<T> root = square_root(m);
      const double u = static_cast<double>(unit_roundoff<T>());
      EXPECT_LE(distance(product(root, root), m), 40 * d * u) << condition << " d = " << d;
      EXPECT_LE(distance<T>(root, root.transpose()), 40 * d * u);
      EXPECT_GT(symmetric_eigen(root).values(0), T(0));
    }
  }
}

TYPED_TEST(RealTier, SquareRootOfScaledMatricesScales) {
  using T = TypeParam;
  for (const double scale : {1e-200, 1e-3, 1e7, 1e200}) {
    const Matrix<T> m = (hilbert<T>(3) + identity<T>(3)) * T(scale);
    const Matrix<T> root = square_root(m);
    EXPECT_LE(distance<T>(product(root, root) / T(scale), m / T(scale)), 100 * static_cast<double>(unit_roundoff<T>()));
  }
}

TYPED_TEST(RealTier, SquareRootOfAnIndefiniteMatrixDoesNotExist) {
  using T = TypeParam;
  Matrix<T> m(2, 2);
  m << T(1), T(2), T(2), T(1);
  EXPECT_THROW((void)square_root(m), DoesNotExist);
  EXPECT_THROW((void)square_root<T>(Matrix<T>::Zero(2, 2)), DoesNotExist);
}

TYPED_TEST(RealTier, CholeskyFactorIsLowerTriangularAndMultipliesBack) {
  using T = TypeParam;
  const Matrix<T> m = hilbert<T>(5);
  const Matrix<T> l = cholesky(m);
  EXPECT_LE(distance<T>(product<T>(l, l.transpose()), m), 20 * static_cast<double>(unit_roundoff<T>()));
  EXPECT_TRUE(l.isLowerTriangular());
  EXPECT_THROW((void)cholesky<T>(-m), DoesNotExist);
}

TYPED_TEST(RealTier, PolarFactorIsOrthogonalAndLeavesASymmetricPositiveFactor) {
  using T = TypeParam;
  const double u = static_cast<double>(unit_roundoff<T>());
  const Matrix<T> a = Dyadic(9).matrix<T>(5, 5);
  const Matrix<T> q = polar_factor(a);
  EXPECT_LE(distance(product<T>(q.transpose(), q), identity<T>(5)), 200 * u);
  const Matrix<T> h = product<T>(q.transpose(), a);
  EXPECT_LE(distance<T>(h, h.transpose()), 400 * u);
  EXPECT_GT(symmetric_eigen<T>((h + h.transpose()) / T(2)).values(0), T(0));
  EXPECT_THROW((void)polar_factor<T>(Matrix<T>::Zero(2, 2)), DoesNotExist);
}

TYPED_TEST(RealTier, PlaneRotationTurnsTheFirstAxisTowardsTheSecond) {
  using T = TypeParam;
  const Matrix<T> r = plane_rotation<T>(4, 2, 0, pi<T>() / T(2));
  Vector<T> axis = Vector<T>::Zero(4);
  axis(2) = T(1);
  const Vector<T> turned = r * axis;
  EXPECT_LE(std::abs(static_cast<double>(T(turned(0) - T(1)))), 1e-15);
  EXPECT_LE(distance(product<T>(r.transpose(), r), identity<T>(4)), 4 * static_cast<double>(unit_roundoff<T>()));
  EXPECT_THROW((void)plane_rotation<T>(2, 0, 2, T(1)), InputError);
  EXPECT_THROW((void)plane_rotation<T>(2, 1, 1, T(1)), InputError);
}

TEST(SquareRoot, OfThirtyTwoDimensionsKeepsFiftyDigits) {
  Vector<Real50> values(32);
  for (int i = 0; i < 32; ++i) {
    values(i) = Real50(std::pow(10.0, -12.0 * i / 31));
  }
  const Matrix<Real50> m = with_eigenvalues(values, 32);
  const Matrix<Real50> root = square_root(m);
  EXPECT_LE(distance(product(root, root), m), 1e-48);
}

TEST(Determinant, OfRationalsIsThePermutationSum) {
  for (const int d : {1, 2, 3, 4, 5}) {
    const Matrix<Rational> a = Dyadic(static_cast<std::uint64_t>(d)).matrix<Rational>(d, d);
    EXPECT_EQ(determinant(a), determinant_by_definition(a));
  }
  EXPECT_EQ(determinant<Rational>(Matrix<Rational>::Constant(3, 3, Rational(1, 3))), 0);
}

TEST(IntervalInverse, EnclosesTheExactInverse) {
  for (const int d : {1, 2, 4, 8}) {
    const Matrix<Rational> exact = inverse(hilbert<Rational>(d));
    const Matrix<Interval> found = inverse(convert<Interval>(hilbert<Rational>(d)));
    for (int i = 0; i < d; ++i) {
      for (int j = 0; j < d; ++j) {
        EXPECT_TRUE(contains(found(i, j), exact(i, j)));
        EXPECT_LE(static_cast<double>(Real50(width(found(i, j)))), 1e-20);
      }
    }
  }
}

TEST(IntervalInverse, EnclosesTheInverseOfEveryMatrixInside) {
  const Rational radius(1, 1000);
  Matrix<Interval> wide(2, 2);
  Matrix<Rational> corner(2, 2);
  const int middle[2][2] = {{3, 1}, {-1, 2}};
  for (int signs = 0; signs < 16; ++signs) {
    for (int k = 0; k < 4; ++k) {
      const Rational centre = middle[k / 2][k % 2];
      corner(k / 2, k % 2) = (signs >> k & 1) != 0 ? Rational(centre + radius) : Rational(centre - radius);
      wide(k / 2, k % 2) =
          Interval(lower(from_rational<Interval>(centre - radius)), upper(from_rational<Interval>(centre + radius)));
    }
    const Matrix<Interval> enclosure = inverse(wide);
    const Matrix<Rational> exact = inverse(corner);
    const Interval enclosed_determinant = determinant(wide);
    EXPECT_TRUE(contains(enclosed_determinant, determinant(corner)));
    for (int k = 0; k < 4; ++k) {
      EXPECT_TRUE(contains(enclosure(k / 2, k % 2), exact(k / 2, k % 2)));
    }
  }
}

TEST(IntervalInverse, IsRefusedWhereASingularMatrixIsInside) {
  Matrix<Interval> a(2, 2);
  a << Interval(1), Interval(1), Interval(1), Interval(Real50(0.9), Real50(1.1));
  EXPECT_THROW((void)inverse(a), DoesNotExist);
  EXPECT_TRUE(contains(determinant(a), 0));
}

TEST(IntervalDeterminant, EnclosesTheExactOneTightly) {
  for (const int d : {1, 2, 3, 8, 16}) {
    const Matrix<Rational> a = Dyadic(static_cast<std::uint64_t>(d)).matrix<Rational>(d, d);
    const Rational exact = determinant(a);
    const Interval found = determinant(convert<Interval>(a));
    EXPECT_TRUE(contains(found, exact));
    EXPECT_LE(static_cast<double>(Real50(width(found))), 1e-44 * std::abs(static_cast<double>(exact))) << d;
  }
}

TEST(IntervalDeterminant, OfASingularMatrixContainsZero) {
  Matrix<Interval> a(3, 3);
  a << 1, 2, 3, 4, 5, 6, 7, 8, 9;
  EXPECT_TRUE(contains(determinant(a), 0));
  EXPECT_TRUE(contains(determinant<Interval>(Matrix<Interval>::Zero(3, 3)), 0));
}

}  // namespace
}  // namespace straightedge
