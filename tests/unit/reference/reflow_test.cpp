#include <straightedge/error.hpp>
#include <straightedge/reflow.hpp>

#include "flow_problems.hpp"

namespace straightedge::test {
namespace {

const Real50 kTight = ten_to<Real50>(-45);

TEST(Rectify, IsIdempotentOnAStraightCoupling) {
  const Coupling<Real50> coupling =
      rotated_coupling<Real50>(plane_target<Real50>(), plane_rotation<Real50>(2, 0, 1, degrees<Real50>(120)));
  const Coupling<Real50> rectified = rectify(coupling, no_noise<Real50>());
  EXPECT_TRUE(rectified.is_deterministic());
  EXPECT_TRUE(near<Real50>(rectified.cross, coupling.cross, 0));
  EXPECT_TRUE(near<Real50>(rectified.target.covariance, coupling.target.covariance, kTight));
}

TEST(Rectify, OfANoisyRoundIsTheAffineCouplingOfTheFlow) {
  const Coupling<Real50> coupling = general_coupling<Real50>(3);
  const NoiseSchedule<Real50> noise = constant_noise<Real50>(Real50(1) / 2);
  const Coupling<Real50> rectified = rectify(coupling, noise);
  EXPECT_TRUE(near<Real50>(rectified.target.mean, coupling.target.mean, 0));
  EXPECT_TRUE(near<Real50>(rectified.cross, minimiser_flow(coupling, noise).map, 0));
  const Real50 f_squared = noise.sigma * noise.sigma;
  EXPECT_TRUE(near<Real50>(rectified.target.covariance,
                           noisy_reflow_covariance<Real50>(coupling.target.covariance, f_squared), kTight));
}

TEST(Rectify, LowersTheTransportCost) {
  const Coupling<Real50> coupling = general_coupling<Real50>(3);
  EXPECT_LT(transport_cost(rectify(coupling, no_noise<Real50>())), transport_cost(coupling) - Real50(1) / 100);
}

TEST(NoisyReflowAngle, IsThatOfTheMinimisersFlow) {
  for (const int d : {2, 4}) {
    for (const char* value : {"1", "60", "120", "179"}) {
      for (const char* sigma : {"0.05", "1"}) {
        const Real50 angle = degrees<Real50>(Real50(value));
        const Real50 s(sigma);
        const Matrix<Real50> map = minimiser_flow(isotropic_rotation<Real50>(d, angle), constant_noise(s)).map;
        const Real50 expected = noisy_reflow_angle<Real50>(angle, s * s);
        EXPECT_TRUE(near<Real50>(map, rotation_in_every_plane<Real50>(d, expected), kTight)) << value << ' ' << sigma;
      }
    }
  }
}

TEST(NoisyReflowAngle, OneEightyGoesToZeroForAnyNoise) {
  for (const char* f_squared : {"1e-8", "0.0025", "1"}) {
    EXPECT_LT(noisy_reflow_angle<Real50>(pi<Real50>(), Real50(f_squared)), kTight);
  }
}

TEST(NoisyReflowAngle, SmallAnglesShrinkByOnePlusF) {
  const Real50 angle = ten_to<Real50>(-30);
  const Real50 f_squared = Real50(1) / 4;
  const Real50 ratio = noisy_reflow_angle<Real50>(angle, f_squared) / angle;
  EXPECT_TRUE(near<Real50>(ratio, 1 / (1 + f_squared), kTight));
  EXPECT_EQ(noisy_reflow_angle<Real50>(0, f_squared), 0);
}

TEST(NoisyReflowAngle, WithoutNoiseStaysUnlessAllLinesMeet) {
  EXPECT_EQ(noisy_reflow_angle<double>(2.0, 0.0), 2.0);
  EXPECT_THROW(static_cast<void>(noisy_reflow_angle<double>(pi<double>(), 0.0)), DoesNotExist);
  EXPECT_THROW(static_cast<void>(noisy_reflow_angle<double>(-0.1, 1.0)), InputError);
  EXPECT_THROW(static_cast<void>(noisy_reflow_angle<double>(0.1, -1.0)), InputError);
}

// beta = k^2 - s^2/4 is above, at and below 0.
TEST(BridgeReflowAngle, IsThatOfTheMinimisersFlow) {
  for (const char* value : {"5", "60", "90", "150", "179"}) {
    const Real50 angle = degrees<Real50>(Real50(value));
    const Real50 k = sin(angle / 2);
    for (const Real50& s : {Real50(1) / 10, Real50(k * Real50("1.9999999999")), Real50(2 * k), Real50(k * 3)}) {
      const Matrix<Real50> map = minimiser_flow(isotropic_rotation<Real50>(2, angle), bridge_noise(s)).map;
      EXPECT_TRUE(near<Real50>(map, plane_rotation<Real50>(2, 0, 1, bridge_reflow_angle<Real50>(angle, s * s)), kTight))
          << value << ' ' << s;
    }
  }
}

TEST(BridgeReflowAngle, IsContinuousWhereTheRootChangesSign) {
  const Real50 angle = degrees<Real50>(100);
  const Real50 k = sin(angle / 2);
  const Real50 critical = 4 * k * k;
  const Real50 at = sin(angle) / (cos(angle / 2) * cos(angle / 2) + k * k);
  for (const Real50& shift : {Real50(0), ten_to<Real50>(-40), Real50(-ten_to<Real50>(-40))}) {
    EXPECT_TRUE(near<Real50>(bridge_reflow_angle<Real50>(angle, critical + shift), at, ten_to<Real50>(-39)));
  }
}

TEST(BridgeReflowAngle, HugeNoiseKeepsItsDigits) {
  const Real50 angle = degrees<Real50>(70);
  const Real50 s_squared = ten_to<Real50>(20);
  EXPECT_TRUE(near<Real50>(bridge_reflow_angle<Real50>(angle, s_squared) / angle,
                           Real50(bridge_reflow_angle<Real150>(Real150(angle), Real150(s_squared)) / Real150(angle)),
                           ten_to<Real50>(-45)));
}

TEST(RoundsUntil, CountsThoseOfTheTable) {
  const Real50 start = degrees<Real50>(120);
  const Real50 target = degrees<Real50>(1);
  const auto rounds = [&](const char* f) {
    const Real50 sigma(f);
    return rounds_until<Real50>(start, target, sigma * sigma, 5000);
  };
  EXPECT_EQ(rounds("0.05"), 1779);
  EXPECT_EQ(rounds("0.1"), 446);
  EXPECT_EQ(rounds("0.2"), 113);
}

TEST(RoundsUntil, IsAboutALogarithmOverThatOfOnePlusF) {
  const double start = degrees<double>(120);
  const double target = degrees<double>(1);
  for (const double f : {0.02, 0.05, 0.1}) {
    const double estimate = std::log((start + std::sin(start)) / (target + std::sin(target))) / std::log1p(f * f);
    EXPECT_NEAR(rounds_until<double>(start, target, f * f, 100000) / estimate, 1.0, 0.01);
  }
}

TEST(RoundsUntil, NeedsNoneBelowTheTargetAndRefusesBeyondTheLimit) {
  EXPECT_EQ(rounds_until<double>(0.5, 0.6, 0.1, 0), 0);
  EXPECT_EQ(rounds_until<double>(0.5, 0.5, 0.1, 10), 1);
  EXPECT_THROW(static_cast<void>(rounds_until<double>(2.0, 0.01, 0.01, 10)), DoesNotExist);
  EXPECT_THROW(static_cast<void>(rounds_until<double>(2.0, 0.01, 0.0, 10)), DoesNotExist);
  EXPECT_THROW(static_cast<void>(rounds_until<double>(-1.0, 0.01, 0.1, 10)), InputError);
}

TEST(NoisyReflowCovariance, ExcessOverTheIdentityShrinksGeometrically) {
  Matrix<Rational> covariance(2, 2);
  covariance << Rational(5), Rational(1, 2), Rational(1, 2), Rational(1, 3);
  const Rational f_squared(1, 7);
  const Matrix<Rational> identity = Matrix<Rational>::Identity(2, 2);
  Matrix<Rational> current = covariance;
  Rational factor = 1;
  for (int n = 1; n <= 5; ++n) {
    current = noisy_reflow_covariance<Rational>(current, f_squared);
    factor /= 1 + f_squared;
    EXPECT_EQ(Matrix<Rational>(current - identity), Matrix<Rational>(factor * (covariance - identity)));
  }
}

}  // namespace
}  // namespace straightedge::test
