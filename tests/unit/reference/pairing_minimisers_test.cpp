#include <straightedge/pairing.hpp>

#include <straightedge/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace straightedge {
namespace {

// Random pairs with entries in [-2, 2].
template <class T>
FiniteSet<T> random_pairs(int d, int n, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_int_distribution<int> numerators(-512, 512);
  FiniteSet<T> pairs{Matrix<T>(d, n), Matrix<T>(d, n)};
  for (Matrix<T>* points : {&pairs.sources, &pairs.targets}) {
    for (Eigen::Index i = 0; i < n; ++i) {
      for (Eigen::Index k = 0; k < d; ++k) {
        (*points)(k, i) = T(numerators(engine)) / T(256);
      }
    }
  }
  return pairs;
}

template <class T>
NoiseSchedule<T> schedule(NoiseKind kind, RegressionTarget target, int sigma_in_256ths) {
  return {kind, T(sigma_in_256ths) / T(256), target};
}

// E[target | X_t = x] by the definition: densities of x given each pair, at 100 digits, up to the common factor that
// makes the largest of them 1 (far from the data all are below the smallest number even of this tier).
Vector<Real100> posterior_target(const FiniteSet<Real100>& pairs, const NoiseSchedule<Real100>& noise,
                                 const Vector<Real100>& x, const Real100& t) {
  const Real100 f = noise.kind == NoiseKind::bridge ? Real100(noise.sigma * sqrt(Real100(t * (1 - t)))) : noise.sigma;
  const Real100 slope =
      noise.adds_noise_to_target() ? Real100(noise.sigma * (1 - 2 * t) / (2 * sqrt(Real100(t * (1 - t))))) : Real100(0);
  const Matrix<Real100> z = (x.replicate(1, pairs.size()) - interpolants(pairs, t)) / f;
  const Real100 smallest = z.colwise().squaredNorm().minCoeff();
  Vector<Real100> sum = Vector<Real100>::Zero(x.size());
  Real100 evidence = 0;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    const Real100 density = exp(Real100((smallest - z.col(i).squaredNorm()) / 2));
    sum += density * (pairs.targets.col(i) - pairs.sources.col(i) + slope * z.col(i));
    evidence += density;
  }
  return sum / evidence;
}

TEST(FrozenMinimiser, IsThePosteriorExpectationOfTheTarget) {
  const auto pairs = random_pairs<Real50>(3, 7, 1);
  const FiniteSet<Real100> exact{convert<Real100>(pairs.sources), convert<Real100>(pairs.targets)};
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    for (const RegressionTarget target : {RegressionTarget::displacement, RegressionTarget::interpolant}) {
      for (const int numerator : {1, 5, 12}) {
        const Vector<Real50> x = random_pairs<Real50>(3, 1, static_cast<unsigned>(numerator)).sources.col(0);
        const Vector<Real50> field =
            frozen_minimiser_velocity(pairs, schedule<Real50>(kind, target, 80), x, Real50(Real50(numerator) / 16));
        const Vector<Real100> expected =
            posterior_target(exact, schedule<Real100>(kind, target, 80), convert<Real100>(Matrix<Real50>(x)).col(0),
                             Real100(Real100(numerator) / 16));
        EXPECT_LT((convert<Real100>(Matrix<Real50>(field)).col(0) - expected).norm(), Real100("1e-47"));
      }
    }
  }
}

TEST(FrozenMinimiser, InDoubleKeepsItsDigitsFarFromTheData) {
  const auto pairs = random_pairs<double>(4, 9, 2);
  const FiniteSet<Real100> exact{convert<Real100>(pairs.sources), convert<Real100>(pairs.targets)};
  const auto target = RegressionTarget::displacement;
  const Vector<double> direction = Vector<double>::Constant(4, 1.0);
  for (const double distance : {0.0, 30.0, 1e4, 1e8}) {
    // So small a noise that every unnormalised density underflows in double.
    const Vector<double> x = distance * direction;
    const Vector<double> field =
        frozen_minimiser_velocity(pairs, schedule<double>(NoiseKind::constant, target, 4), x, 0.375);
    const Vector<Real100> expected = posterior_target(exact, schedule<Real100>(NoiseKind::constant, target, 4),
                                                      convert<Real100>(Matrix<double>(x)).col(0), Real100(0.375));
    EXPECT_LT((convert<Real100>(Matrix<double>(field)).col(0) - expected).norm(), 1e-10) << distance;
  }
  const Vector<double> beyond = frozen_minimiser_velocity(pairs, schedule<double>(NoiseKind::constant, target, 4),
                                                          Vector<double>(1e300 * direction), 0.375);
  EXPECT_TRUE(beyond.allFinite());
}

TEST(FrozenMinimiser, MinimisesTheEmpiricalLossAtItsPoint) {
  const auto pairs = random_pairs<Real50>(2, 5, 3);
  const auto noise = schedule<Real50>(NoiseKind::constant, RegressionTarget::displacement, 200);
  const Real50 t = Real50(5) / 16;
  const Vector<Real50> x = Vector<Real50>::Constant(2, Real50(1) / 4);
  const Matrix<Real50> at_t = interpolants(pairs, t);
  // The integrand of the empirical loss at (x, t), up to a factor: sum_i p(x | i) |v - v_i|^2.
  const auto loss = [&](const Vector<Real50>& v) {
    Real50 sum = 0;
    for (Eigen::Index i = 0; i < pairs.size(); ++i) {
      const Real50 distance = Vector<Real50>(x - at_t.col(i)).squaredNorm();
      const Real50 residual = Vector<Real50>(v - (pairs.targets.col(i) - pairs.sources.col(i))).squaredNorm();
      sum += exp(Real50(-distance / (2 * noise.squared(t)))) * residual;
    }
    return sum;
  };
  // Coordinate descent: each step is exact for a quadratic, found from three values of the loss.
  Vector<Real50> v = Vector<Real50>::Zero(2);
  for (int sweep = 0; sweep < 3; ++sweep) {
    for (Eigen::Index k = 0; k < 2; ++k) {
      const Vector<Real50> e = Vector<Real50>::Unit(2, k);
      const Real50 up = loss(v + e);
      const Real50 down = loss(v - e);
      const Real50 step = (down - up) / (2 * (up + down - 2 * loss(v)));
      v += step * e;
    }
  }
  EXPECT_LT((v - frozen_minimiser_velocity(pairs, noise, x, t)).norm(), Real50("1e-47"));
}

TEST(FrozenMinimiser, NeedsNoise) {
  const auto pairs = random_pairs<double>(2, 3, 4);
  const Vector<double> x = Vector<double>::Zero(2);
  const auto bridge = schedule<double>(NoiseKind::bridge, RegressionTarget::displacement, 64);
  EXPECT_THROW(static_cast<void>(frozen_minimiser_velocity(pairs, NoiseSchedule<double>{}, x, 0.5)), DoesNotExist);
  EXPECT_THROW(static_cast<void>(frozen_minimiser_velocity(pairs, bridge, x, 1.0)), DoesNotExist);
  EXPECT_THROW(static_cast<void>(frozen_minimiser_velocity(pairs, bridge, Vector<double>(Vector<double>::Zero(3)), .5)),
               InputError);
}

// E[target | X_t = x] in d = 1 with X0 ~ N(0, 1) drawn anew: the definition, by the trapezoidal rule over x0, which
// converges geometrically for Gaussian integrands.
double resampled_posterior_target(const Matrix<double>& targets, const NoiseSchedule<double>& noise, double x,
                                  double t) {
  const double f = std::sqrt(noise.squared(t));
  const double slope = noise.adds_noise_to_target() ? noise.sigma * (1 - 2 * t) / (2 * std::sqrt(t * (1 - t))) : 0.0;
  double sum = 0.0;
  double evidence = 0.0;
  for (Eigen::Index i = 0; i < targets.cols(); ++i) {
    for (int node = -40000; node <= 40000; ++node) {
      const double x0 = node / 4000.0;
      const double z = (x - (1 - t) * x0 - t * targets(0, i)) / f;
      const double density = std::exp(-(x0 * x0 + z * z) / 2);
      sum += density * (targets(0, i) - x0 + slope * z);
      evidence += density;
    }
  }
  return sum / evidence;
}

TEST(ResampledMinimiser, IsThePosteriorExpectationOfTheTarget) {
  const Matrix<double> targets = random_pairs<double>(1, 4, 5).targets;
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    for (const RegressionTarget target : {RegressionTarget::displacement, RegressionTarget::interpolant}) {
      for (const double t : {0.125, 0.5, 0.875}) {
        const auto noise = schedule<double>(kind, target, 48);
        const Vector<double> x = Vector<double>::Constant(1, 0.625);
        EXPECT_NEAR(resampled_minimiser_velocity(targets, noise, x, t)(0),
                    resampled_posterior_target(targets, noise, 0.625, t), 1e-12);
      }
    }
  }
}

TEST(ResampledMinimiser, AtTheStartIsTheMeanTargetMinusTheShrunkPoint) {
  const Matrix<double> targets = random_pairs<double>(3, 6, 6).targets;
  const Vector<double> x = Vector<double>::Constant(3, 2.0);
  const auto noise = schedule<double>(NoiseKind::constant, RegressionTarget::displacement, 256);
  const Vector<double> expected = targets.rowwise().mean() - x / 2.0;
  EXPECT_LT((resampled_minimiser_velocity(targets, noise, x, 0.0) - expected).norm(), 1e-14);
}

TEST(ResampledMinimiser, OfOneTargetWithoutNoisePointsAtIt) {
  const Matrix<double> target = random_pairs<double>(3, 1, 7).targets;
  const Vector<double> x = Vector<double>::Constant(3, 0.5);
  const Vector<double> expected = (target.col(0) - x) / 0.25;
  EXPECT_LT((resampled_minimiser_velocity(target, NoiseSchedule<double>{}, x, 0.75) - expected).norm(), 1e-13);
  EXPECT_THROW(static_cast<void>(resampled_minimiser_velocity(target, NoiseSchedule<double>{}, x, 1.0)), DoesNotExist);
}

TEST(ResampledMinimiser, FarFromTheDataIsFinite) {
  const Matrix<double> targets = random_pairs<double>(2, 5, 8).targets;
  const auto noise = schedule<double>(NoiseKind::constant, RegressionTarget::displacement, 1);
  for (const double distance : {1e3, 1e150}) {
    const Vector<double> x = Vector<double>::Constant(2, distance);
    EXPECT_TRUE(resampled_minimiser_velocity(targets, noise, x, 0.9).allFinite());
  }
}

TEST(TubeBound, SeparationIsTheSmallestDistanceOverAFineGridOfTimes) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto pairs = random_pairs<double>(3, 6, 100 + seed);
    const TubeBound<double> bound = tube_bound(pairs, 0.01);
    double smallest = std::numeric_limits<double>::infinity();
    const int steps = 2000;
    for (int n = 0; n <= steps; ++n) {
      const Matrix<double> at_t = interpolants(pairs, static_cast<double>(n) / steps);
      for (Eigen::Index i = 0; i < 6; ++i) {
        for (Eigen::Index j = i + 1; j < 6; ++j) {
          smallest = std::min(smallest, (at_t.col(i) - at_t.col(j)).norm());
        }
      }
    }
    EXPECT_LE(bound.separation, smallest * (1 + 1e-14));
    // Between two grid points a distance falls by at most V / (2 steps).
    EXPECT_GE(bound.separation, smallest - bound.velocity_spread / (2 * steps));
  }
}

TEST(TubeBound, SeparationOfApproachingAndOfPartingLinesIsAtAnEnd) {
  FiniteSet<double> pairs{Matrix<double>::Zero(1, 2), Matrix<double>::Zero(1, 2)};
  pairs.sources(0, 1) = 5;
  pairs.targets(0, 1) = 2;
  EXPECT_EQ(tube_bound(pairs, 1.0).separation, 2.0);
  std::swap(pairs.sources, pairs.targets);
  EXPECT_EQ(tube_bound(pairs, 1.0).separation, 2.0);
}

TEST(TubeBound, OfTwoParallelLinesIsKnown) {
  // Distance 3 at all times, so V = 0; then one target moved by (0, 4): V = 4, delta = 3.
  FiniteSet<Real50> pairs{Matrix<Real50>::Zero(2, 2), Matrix<Real50>::Zero(2, 2)};
  pairs.sources(0, 1) = 3;
  pairs.targets(0, 1) = 3;
  EXPECT_EQ(tube_bound(pairs, Real50(1)).radius, 0);
  EXPECT_TRUE(tube_bound(pairs, Real50(1)).applies);
  pairs.targets(1, 1) = 4;
  const TubeBound<Real50> bound = tube_bound(pairs, Real50(1));
  EXPECT_EQ(bound.separation, 3);
  EXPECT_EQ(bound.velocity_spread, 4);
  EXPECT_LT(abs(Real50(bound.radius - 4 * exp(Real50(-2.25)))), Real50("1e-48"));
  EXPECT_TRUE(bound.applies);
  EXPECT_FALSE(tube_bound(pairs, Real50(1.5)).applies);
  EXPECT_LT(abs(Real50(tube_bound(pairs, Real50(1), Real50(2)).radius - 4 * exp(Real50(-4.5)))), Real50("1e-48"));
}

TEST(TubeBound, DoesNotApplyToLinesThatMeetAndAppliesToASinglePair) {
  FiniteSet<double> pairs{Matrix<double>(1, 2), Matrix<double>(1, 2)};
  pairs.sources << 1.0, -1.0;
  pairs.targets << -1.0, 1.0;
  EXPECT_EQ(tube_bound(pairs, 0.01).separation, 0.0);
  EXPECT_FALSE(tube_bound(pairs, 0.01).applies);
  const auto single = random_pairs<double>(2, 1, 9);
  EXPECT_EQ(tube_bound(single, 0.01).radius, 0.0);
  EXPECT_TRUE(tube_bound(single, 0.01).applies);
  EXPECT_THROW(static_cast<void>(tube_bound(single, 0.0)), InputError);
}

TEST(RootMeanSquareSize, OfUnitVectorsIsOne) {
  EXPECT_EQ(root_mean_square_size(Matrix<double>(Matrix<double>::Identity(5, 5))), 1.0);
  Matrix<double> points(2, 2);
  points << 3.0, 0.0, 4.0, 0.0;
  EXPECT_DOUBLE_EQ(root_mean_square_size(points), std::sqrt(12.5));
}

}  // namespace
}  // namespace straightedge
