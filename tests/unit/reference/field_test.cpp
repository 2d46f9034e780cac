#include "matrices.hpp"

#include <straightedge/error.hpp>
#include <straightedge/field.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace straightedge {
namespace {

using testing::distance;
using testing::Dyadic;
using testing::random_rotation;
using testing::with_eigenvalues;

template <class T>
PairField<T> affine_field(const Matrix<T>& a) {
  return {Vector<T>::Zero(a.rows()), a - Matrix<T>::Identity(a.rows(), a.rows())};
}

TEST(PairField, MovesEverySourceAlongTheStraightLineToItsPartner) {
  Dyadic random(3);
  for (const int d : {1, 2, 4}) {
    const Coupling<Rational> coupling =
        affine_coupling<Rational>(random.matrix<Rational>(d, 1), random.matrix<Rational>(d, d));
    const PairField<Rational> field = pair_field(coupling);
    const Vector<Rational> x0 = random.matrix<Rational>(d, 1);
    const Vector<Rational> x1 = coupling.target.mean + coupling.cross * x0;
    for (const Rational& t : {Rational(0), Rational(1, 3), Rational(5, 7), Rational(1)}) {
      const Vector<Rational> xt = x0 * Rational(1 - t) + x1 * t;
      EXPECT_EQ(velocity(field, xt, t), Vector<Rational>(x1 - x0));
    }
  }
}

TEST(PairField, ExistsForDeterministicCouplingsOnly) {
  EXPECT_THROW((void)pair_field(independent_coupling(standard_gaussian<Rational>(2))), DoesNotExist);
}

TEST(PairField, HasNoVelocityAtASingularTime) {
  const PairField<Rational> field = affine_field<Rational>(-Matrix<Rational>::Identity(2, 2));
  EXPECT_THROW((void)velocity<Rational>(field, Vector<Rational>::Zero(2), Rational(1, 2)), DoesNotExist);
  EXPECT_NO_THROW((void)velocity<Rational>(field, Vector<Rational>::Zero(2), Rational(1, 3)));
}

TEST(OptimalTransportField, IsThePairFieldOfTheSquareRoot) {
  Vector<Real50> values(3);
  values << 4, 9, Real50(0.25);
  const Gaussian<Real50> target{Vector<Real50>::Ones(3), with_eigenvalues(values, 4)};
  const PairField<Real50> field = optimal_transport_field(target);
  const Matrix<Real50> a = field.matrix + Matrix<Real50>::Identity(3, 3);
  EXPECT_LE(distance(product(a, a), target.covariance), 1e-47);
  EXPECT_EQ(field.shift, target.mean);
}

TEST(MinimiserVelocity, WithoutNoiseIsThePairFieldOfItsOwnCoupling) {
  Dyadic random(5);
  const Coupling<Rational> coupling =
      affine_coupling<Rational>(random.matrix<Rational>(3, 1), random.matrix<Rational>(3, 3));
  const Vector<Rational> x = random.matrix<Rational>(3, 1);
  for (const Rational& t : {Rational(0), Rational(2, 5), Rational(1)}) {
    EXPECT_EQ(minimiser_velocity<Rational>(coupling, {}, x, t), velocity(pair_field(coupling), x, t));
  }
}

TEST(MinimiserVelocity, InOneDimensionIsTheRegressionOfTheTarget) {
  // Cov(target, X_t) / Var(X_t) from the independent parts X0, e, Z with X1 = mu + c X0 + e, Var e = m - c^2.
  const Rational mu(3), m(2), c(1, 2), s(1, 3), t(2, 7), x(5, 4);
  const Coupling<Rational> coupling{CouplingKind::gaussian,
                                    {Vector<Rational>::Constant(1, mu), Matrix<Rational>::Constant(1, 1, m)},
                                    Matrix<Rational>::Constant(1, 1, c),
                                    Matrix<Rational>::Constant(1, 1, Rational(m - c * c))};
  const Rational spread = m - c * c;
  const Rational x0_weight = 1 - t + t * c;
  const auto expected = [&](const Rational& f_squared, const Rational& f_slope) {
    const Rational variance = x0_weight * x0_weight + t * t * spread + f_squared;
    const Rational covariance = (c - 1) * x0_weight + t * spread + f_slope;
    return Rational(mu + covariance / variance * (x - t * mu));
  };
  const auto found = [&](const NoiseSchedule<Rational>& noise) {
    return minimiser_velocity<Rational>(coupling, noise, Vector<Rational>::Constant(1, x), t)(0);
  };
  const Rational bridge = s * s * t * (1 - t);
  EXPECT_EQ(found({NoiseKind::none, s, RegressionTarget::displacement}), expected(0, 0));
  EXPECT_EQ(found({NoiseKind::constant, s, RegressionTarget::interpolant}), expected(s * s, 0));
  EXPECT_EQ(found({NoiseKind::bridge, s, RegressionTarget::displacement}), expected(bridge, 0));
  EXPECT_EQ(found({NoiseKind::bridge, s, RegressionTarget::interpolant}),
            expected(bridge, Rational(s * s * (1 - 2 * t) / 2)));
}

template <class T>
class SingularTimes : public ::testing::Test {};
using RealTiers = ::testing::Types<double, Real50, Real100>;
TYPED_TEST_SUITE(SingularTimes, RealTiers);

TYPED_TEST(SingularTimes, OfAHalfTurnIsTheMiddleExactly) {
  using T = TypeParam;
  for (const int d : {1, 2, 3, 8}) {
    EXPECT_EQ(singular_times(affine_field<T>(-Matrix<T>::Identity(d, d))), std::vector<T>{T(0.5)});
  }
}

TYPED_TEST(SingularTimes, OfAHalfTurnOfAnyTargetAreOneForEachEigenvalue) {
  using T = TypeParam;
  using std::abs;
  Vector<T> roots(3);
  roots << T(0.5), T(1), T(3);
  const std::vector<T> found = singular_times(affine_field<T>(-with_eigenvalues(roots, 6)));
  ASSERT_EQ(found.size(), 3U);
  const T expected[] = {T(1) / T(4), T(1) / T(2), T(2) / T(3)};  // 1 / (1 + root), ascending
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_LE(static_cast<double>(T(abs(T(found[i] - expected[i])))), 100 * static_cast<double>(unit_roundoff<T>()));
  }
}

TYPED_TEST(SingularTimes, OfOneHalfTurnInAPlaneAreOneTime) {
  using T = TypeParam;
  const Matrix<T> q = random_rotation<T>(4, 9);
  const Matrix<T> turn = product<T>(q, product<T>(plane_rotation<T>(4, 1, 3, pi<T>()), q.transpose()));
  const std::vector<T> found = singular_times(affine_field<T>(turn));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NEAR(static_cast<double>(found[0]), 0.5, 1e-7);
}

TYPED_TEST(SingularTimes, OfATurnInThePlaneBeginAtItsBoundary) {
  using T = TypeParam;
  using std::acos;
  using std::sqrt;
  for (const int ratio : {2, 10, 500}) {
    const T a(1), b(ratio);
    Vector<T> roots(2);
    roots << a, b;
    const T boundary = acos(T(-T(2) * sqrt(T(a * b)) / (a + b)));
    const auto count = [&](const T& angle) {
      const Matrix<T> turned = product<T>(with_eigenvalues(roots, 2), plane_rotation<T>(2, 0, 1, angle));
      return singular_times(affine_field<T>(turned)).size();
    };
    EXPECT_EQ(count(boundary - T(1e-6)), 0U) << ratio;
    EXPECT_EQ(count(boundary + T(1e-6)), 2U) << ratio;
  }
}

TYPED_TEST(SingularTimes, ExistForEveryReflection) {
  using T = TypeParam;
  for (std::uint64_t seed = 1; seed < 8; ++seed) {
    Matrix<T> a = Dyadic(seed).matrix<T>(3, 3);
    if (determinant(a) > T(0)) {
      a.row(0) = -a.row(0);
    }
    EXPECT_FALSE(singular_times(affine_field<T>(a)).empty());
  }
}

TYPED_TEST(SingularTimes, OfASingularMapIncludeTheEnd) {
  using T = TypeParam;
  Matrix<T> a = Matrix<T>::Identity(3, 3) / T(3);
  a(1, 1) = T(0);
  const Matrix<T> q = random_rotation<T>(3, 11);
  const std::vector<T> found = singular_times(affine_field<T>(product<T>(q, product<T>(a, q.transpose()))));
  EXPECT_EQ(found, std::vector<T>{T(1)});
}

TYPED_TEST(SingularTimes, AreNoneForAPositiveDefiniteMap) {
  using T = TypeParam;
  Vector<T> roots(3);
  roots << T(1e-6), T(1), T(1e6);
  EXPECT_TRUE(singular_times(affine_field<T>(with_eigenvalues(roots, 6))).empty());
}

TEST(FieldPoles, AreTheZerosOfTheDeterminant) {
  const PairField<double> field = affine_field<double>(Dyadic(12).matrix<double>(5, 5));
  const auto poles = field_poles(field);
  ASSERT_EQ(poles.size(), 5U);
  for (const auto& t : poles) {
    const Matrix<double> re = Matrix<double>::Identity(5, 5) + field.matrix * t.real();
    const Matrix<double> im = field.matrix * t.imag();
    EXPECT_LE(testing::absolute_determinant(re, im), 1e-6 * std::pow(re.norm() + im.norm(), 5));
  }
}

TEST(SmallestDeterminant, IsTheLeastOverAFineGrid) {
  for (std::uint64_t seed = 1; seed < 12; ++seed) {
    const int d = 2 + static_cast<int>(seed % 4);
    const Matrix<double> a = random_rotation<double>(d, seed) * 1.5;
    const PairField<double> field = affine_field<double>(a);
    const double found = smallest_determinant(field);
    double least = 1;
    for (int i = 0; i <= 20000; ++i) {
      const Matrix<double> m = Matrix<double>::Identity(d, d) + field.matrix * (i / 20000.0);
      least = std::min(least, std::abs(determinant(m)));
    }
    EXPECT_LE(found, least * (1 + 1e-12));
    EXPECT_GE(found, least - 1e-3);
  }
}

TEST(SmallestDeterminant, OfANearHalfTurnIsTheSquaredCosine) {
  for (const int minutes : {1, 60, 3000}) {
    const Real50 angle = pi<Real50>() * (Real50(1) - Real50(minutes) / 10800);
    const Real50 c = cos(Real50(angle / 2));
    const PairField<Real50> field = affine_field(plane_rotation<Real50>(2, 0, 1, angle));
    EXPECT_LE(static_cast<double>(abs(Real50(smallest_determinant(field) / (c * c) - 1))), 1e-40);
  }
}

TEST(SmallestDeterminant, IsZeroWithASingularTime) {
  EXPECT_EQ(smallest_determinant(affine_field<Real50>(-Matrix<Real50>::Identity(2, 2))), 0);
}

}  // namespace
}  // namespace straightedge
