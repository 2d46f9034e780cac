#include "matrices.hpp"

#include <straightedge/error.hpp>
#include <straightedge/field.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace straightedge {
namespace {

using testing::Dyadic;
using testing::random_rotation;

template <class T>
Coupling<T> random_coupling(int d, std::uint64_t seed) {
  Dyadic random(seed);
  const Matrix<T> c = random.matrix<T>(d, d);
  const Matrix<T> e = random.matrix<T>(d, d);
  const Matrix<T> spread = product<T>(e, e.transpose());
  return {CouplingKind::gaussian, {random.matrix<T>(d, 1), product<T>(c, c.transpose()) + spread}, c, spread};
}

const NoiseSchedule<Rational> kSchedules[] = {
    {NoiseKind::none, 0, RegressionTarget::displacement},
    {NoiseKind::constant, Rational(1, 3), RegressionTarget::displacement},
    {NoiseKind::bridge, Rational(1, 3), RegressionTarget::displacement},
    {NoiseKind::bridge, Rational(1, 3), RegressionTarget::interpolant},
};

TEST(Interpolant, CovariancesAreThoseOfItsIndependentParts) {
  // X_t = ((1-t) I + t C) X0 + t E e + f Z,   target = (C - I) X0 + E e + f' Z
  const Coupling<Rational> coupling = random_coupling<Rational>(3, 1);
  const Matrix<Rational> identity = Matrix<Rational>::Identity(3, 3);
  for (const auto& noise : kSchedules) {
    for (const Rational& t : {Rational(0), Rational(2, 7), Rational(1)}) {
      const Matrix<Rational> weight = identity * Rational(1 - t) + coupling.cross * t;
      const Matrix<Rational> covariance = product<Rational>(weight, weight.transpose()) +
                                          coupling.spread * Rational(t * t) + identity * noise.squared(t);
      EXPECT_EQ(interpolant_covariance(coupling, noise, t), covariance);
      const Matrix<Rational> cross = product<Rational>(coupling.cross - identity, weight.transpose()) +
                                     coupling.spread * t + identity * noise.target_cross(t);
      EXPECT_EQ(target_interpolant_covariance(coupling, noise, t), cross);
    }
  }
}

TEST(Interpolant, CovarianceChangesByTwiceTheSymmetricCovarianceWithTheTarget) {
  // d Sigma/dt = B + B^T where the target is dX_t/dt; a quadratic's central difference is its derivative exactly.
  const Coupling<Rational> coupling = random_coupling<Rational>(3, 2);
  const NoiseSchedule<Rational> noise{NoiseKind::bridge, Rational(1, 2), RegressionTarget::interpolant};
  const Rational t(3, 8);
  const Rational h(1, 100);
  const Matrix<Rational> slope = (interpolant_covariance<Rational>(coupling, noise, t + h) -
                                  interpolant_covariance<Rational>(coupling, noise, t - h)) /
                                 Rational(2 * h);
  const Matrix<Rational> b = target_interpolant_covariance(coupling, noise, t);
  EXPECT_EQ(slope, Matrix<Rational>(b + b.transpose()));
}

TEST(NoiseSchedule, MomentsAreThoseOfTheSquareRootSchedule) {
  // f = s sqrt(t (1-t)), f' = s (1-2t) / (2 sqrt(t (1-t)))
  const double s = 0.7;
  const NoiseSchedule<double> noise{NoiseKind::bridge, s, RegressionTarget::interpolant};
  for (const double t : {0.1, 0.25, 0.8}) {
    const double f = s * std::sqrt(t * (1 - t));
    const double slope = s * (1 - 2 * t) / (2 * std::sqrt(t * (1 - t)));
    EXPECT_NEAR(noise.squared(t), f * f, 1e-15);
    EXPECT_NEAR(noise.target_cross(t), f * slope, 1e-15);
    EXPECT_NEAR(noise.target_squared(t), slope * slope, 1e-15);
  }
}

TEST(SingularInterpolantTimes, AreThoseOfThePairFieldForADeterministicCoupling) {
  const Coupling<Real50> half_turn = affine_coupling<Real50>(Vector<Real50>::Zero(2), -Matrix<Real50>::Identity(2, 2));
  EXPECT_EQ(singular_interpolant_times<Real50>(half_turn, {}), std::vector<Real50>{Real50(0.5)});
}

TEST(SingularInterpolantTimes, AreNoneWithNoiseOrAFullSpread) {
  const Coupling<Real50> half_turn = affine_coupling<Real50>(Vector<Real50>::Zero(2), -Matrix<Real50>::Identity(2, 2));
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    EXPECT_TRUE(
        singular_interpolant_times<Real50>(half_turn, {kind, Real50(0.001), RegressionTarget::displacement}).empty());
  }
  EXPECT_TRUE(singular_interpolant_times<Real50>(random_coupling<Real50>(3, 4), {}).empty());
  EXPECT_TRUE(singular_interpolant_times<Real50>(independent_coupling(standard_gaussian<Real50>(3)), {}).empty());
}

TEST(SingularInterpolantTimes, IncludeTheEndOfASingularTarget) {
  Matrix<Real50> a = Matrix<Real50>::Identity(2, 2);
  a(0, 0) = 0;
  const Coupling<Real50> coupling = affine_coupling<Real50>(Vector<Real50>::Zero(2), a);
  const NoiseSchedule<Real50> bridge{NoiseKind::bridge, Real50(1), RegressionTarget::displacement};
  EXPECT_EQ(singular_interpolant_times<Real50>(coupling, {}), std::vector<Real50>{Real50(1)});
  EXPECT_EQ(singular_interpolant_times(coupling, bridge), std::vector<Real50>{Real50(1)});
  const Coupling<Real50> independent = independent_coupling(coupling.target);
  EXPECT_EQ(singular_interpolant_times<Real50>(independent, {}), std::vector<Real50>{Real50(1)});
}

/// C = Q C' Q^T and spread Q S' Q^T.
Coupling<Real50> turned(const Matrix<Real50>& cross, const Matrix<Real50>& spread) {
  const Matrix<Real50> q = random_rotation<Real50>(static_cast<int>(cross.rows()), 21);
  const auto turn = [&q](const Matrix<Real50>& a) -> Matrix<Real50> {
    return product<Real50>(q, product<Real50>(a, q.transpose()));
  };
  const Matrix<Real50> m = turn(product<Real50>(cross, cross.transpose()) + spread);
  const Matrix<Real50> symmetric = (m + m.transpose()) / Real50(2);
  return gaussian_coupling<Real50>({Vector<Real50>::Zero(q.rows()), symmetric}, turn(cross));
}

TEST(SingularInterpolantTimes, OfAGaussianCouplingNeedADirectionWithoutSpreadThatTheMapReverses) {
  // C^T e0 = -3 e0 and no spread along e0: singular where (1-t) - 3t = 0.
  Matrix<Real50> cross(3, 3);
  cross << -3, 0, 0, 1, -1, Real50(0.5), 0, Real50(0.25), -2;
  Matrix<Real50> spread = Matrix<Real50>::Zero(3, 3);
  spread(1, 1) = 1;
  spread(2, 2) = 2;
  const std::vector<Real50> found = singular_interpolant_times<Real50>(turned(cross, spread), {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_LE(static_cast<double>(abs(Real50(found[0] - 0.25))), 1e-45);

  // With e0 mixed into another direction by C^T the kernel is gone, though the compressed map still reverses e0.
  cross(0, 1) = Real50(0.125);
  EXPECT_TRUE(singular_interpolant_times<Real50>(turned(cross, spread), {}).empty());
}

TEST(InterpolantPoles, AreTheZerosOfTheCovariancesDeterminant) {
  const Coupling<double> coupling = random_coupling<double>(4, 7);
  for (const auto& exact : kSchedules) {
    const NoiseSchedule<double> noise{exact.kind, static_cast<double>(exact.sigma), exact.target};
    const auto poles = interpolant_poles(coupling, noise);
    ASSERT_EQ(poles.size(), 8U);
    for (const auto& t : poles) {
      // Sigma at complex t, from the three values that fix a quadratic in t.
      const Matrix<double> at0 = interpolant_covariance(coupling, noise, 0.0);
      const Matrix<double> at1 = interpolant_covariance(coupling, noise, 1.0);
      const Matrix<double> middle = interpolant_covariance(coupling, noise, 0.5);
      const std::complex<double> weights[] = {(1.0 - t) * (1.0 - 2.0 * t), 4.0 * t * (1.0 - t), t * (2.0 * t - 1.0)};
      const Matrix<double> re = at0 * weights[0].real() + middle * weights[1].real() + at1 * weights[2].real();
      const Matrix<double> im = at0 * weights[0].imag() + middle * weights[1].imag() + at1 * weights[2].imag();
      EXPECT_LE(testing::absolute_determinant(re, im), 1e-6 * std::pow(re.norm() + im.norm(), 4));
    }
  }
}

TEST(InterpolantPoles, OfADeterministicCouplingAreThoseOfItsField) {
  const Coupling<double> coupling =
      affine_coupling<double>(Vector<double>::Zero(2), plane_rotation<double>(2, 0, 1, 2.0));
  for (const auto& pole : interpolant_poles(coupling, {})) {
    // q(t) = c^2 + k^2 (1-2t)^2 = 0 at 1/2 +- i c/(2k)
    EXPECT_NEAR(pole.real(), 0.5, 1e-14);
    EXPECT_NEAR(std::abs(pole.imag()), 0.5 / std::tan(1.0), 1e-14);
  }
}

}  // namespace
}  // namespace straightedge
