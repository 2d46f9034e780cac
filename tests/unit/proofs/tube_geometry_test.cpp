// The exact geometry of the tube bound against brute force, and the bound against 100 digits.
#include <tube_geometry.hpp>

#include <gtest/gtest.h>
#include <finite_generators.hpp>
#include <tube_bound_proof.hpp>

#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

FiniteSet<double> random_set(std::int64_t d, std::int64_t size, std::int64_t seed) {
  return gaussian_set_of({{"d", {d}}, {"size", {size}}, {"seed", {seed}}});
}

FiniteSet<double> planar(std::initializer_list<std::array<double, 4>> pairs) {
  FiniteSet<double> set{Matrix<double>(2, pairs.size()), Matrix<double>(2, pairs.size())};
  Eigen::Index i = 0;
  for (const auto& [x0, y0, x1, y1] : pairs) {
    set.sources.col(i) << x0, y0;
    set.targets.col(i) << x1, y1;
    ++i;
  }
  return set;
}

/// |x_t^i - x_t^j|^2, in rationals from the coordinates.
Rational squared_distance(const FiniteSet<double>& pairs, Eigen::Index i, Eigen::Index j, const Rational& t) {
  Rational sum = 0;
  for (Eigen::Index k = 0; k < pairs.dimension(); ++k) {
    const auto at = [&](Eigen::Index line) {
      return Rational((1 - t) * exact_rational(pairs.sources(k, line)) + t * exact_rational(pairs.targets(k, line)));
    };
    const Rational difference = at(i) - at(j);
    sum += difference * difference;
  }
  return sum;
}

TEST(TubeGeometry, HasTheLeastDistanceOverARationalGridOfTimes) {
  constexpr int kTimes = 256;
  for (const auto& [d, size, seed] : {std::tuple{2, 4, 1}, {2, 6, 7}, {3, 5, 2}, {8, 4, 3}}) {
    const FiniteSet<double> pairs = random_set(d, size, seed);
    const TubeGeometry geometry = tube_geometry(LatticePairs(pairs));
    Rational least = squared_distance(pairs, 0, 1, 0);
    Rational spread = 0;
    for (Eigen::Index i = 0; i < pairs.size(); ++i) {
      for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
        for (int n = 0; n <= kTimes; ++n) {
          least = std::min(least, squared_distance(pairs, i, j, Rational(n, kTimes)));
        }
        const Matrix<double> v = pairs.targets - pairs.sources;
        spread = std::max(spread, exact_rational((v.col(i) - v.col(j)).squaredNorm()));
      }
    }
    EXPECT_EQ(squared_distance(pairs, geometry.first, geometry.second, geometry.time), geometry.separation_squared)
        << "it is attained";
    EXPECT_LE(geometry.separation_squared, least);
    // Half a step of the grid away from the least distance it is not much larger.
    EXPECT_LE(least, geometry.separation_squared + spread / (4 * kTimes * kTimes));
    EXPECT_EQ(geometry.spread_squared, spread);
  }
}

TEST(TubeGeometry, FindsTheClosestApproachInsideAndAtEitherEnd) {
  // At right angles, at distance 1/2 in the plane: x_t = (2t-1, 0) and (0, 2t-1/2) are closest at t = 3/8.
  const TubeGeometry inside = tube_geometry(LatticePairs(planar({{-1, 0, 1, 0}, {0, -0.5, 0, 1.5}})));
  EXPECT_EQ(inside.time, Rational(3, 8));
  EXPECT_EQ(inside.separation_squared, Rational(1, 8));
  EXPECT_EQ(inside.spread_squared, 8);
  EXPECT_EQ(inside.size_squared, Rational(13, 8));
  const TubeGeometry start = tube_geometry(LatticePairs(planar({{0, 0, 4, 0}, {0, 1, 4, 2}})));
  EXPECT_EQ(start.time, 0);
  EXPECT_EQ(start.separation_squared, 1);
  const TubeGeometry end = tube_geometry(LatticePairs(planar({{0, 0, 4, 0}, {0, 2, 4, 1}})));
  EXPECT_EQ(end.time, 1);
  EXPECT_EQ(end.separation_squared, 1);
  const TubeGeometry parallel = tube_geometry(LatticePairs(planar({{0, 0, 4, 0}, {0, 2, 4, 2}})));
  EXPECT_EQ(parallel.separation_squared, 4);
  EXPECT_EQ(parallel.spread_squared, 0);
}

TEST(TubeGeometry, SeesLinesThatMeet) {
  EXPECT_EQ(tube_geometry(LatticePairs(planar({{0, 0, 3, 3}, {1, 0, 0, 3}, {9, 9, 9, 8}}))).separation_squared, 0)
      << "at t = 1/4";
}

TEST(LatticePairs, RefusesCoordinatesThatAreNotOnTheLattice) {
  EXPECT_NO_THROW((void)LatticePairs(planar({{0, 0, 1, 1}, {0x1p-16, 0, 1, -15.5}})));
  EXPECT_THROW((void)LatticePairs(planar({{0, 0, 1, 1}, {0x1p-17, 0, 1, 1}})), InputError);
  EXPECT_THROW((void)LatticePairs(planar({{0, 0, 1, 1}, {16, 0, 1, 1}})), InputError);
  EXPECT_THROW((void)LatticePairs(planar({{0, 0, 1, 1}, {std::nan(""), 0, 1, 1}})), InputError);
  EXPECT_THROW((void)LatticePairs(planar({{0, 0, 1, 1}})), InputError);
}

TEST(TubeRadius, EnclosesTheBoundAtHundredDigits) {
  for (const auto& [d, size] : {std::pair{2, 8}, {8, 16}, {32, 64}}) {
    const FiniteSet<double> pairs = random_set(d, size, 5);
    const TubeGeometry geometry = tube_geometry(LatticePairs(pairs));
    const FiniteSet<Real100> precise{pairs.sources.cast<Real100>(), pairs.targets.cast<Real100>()};
    for (const Rational& f : {Rational(1, 8), Rational(1, 3), Rational(7, 5)}) {
      for (const int exponent : {4, 2}) {
        const Real100 value = tube_bound<Real100>(precise, from_rational<Real100>(f * f), Real100(exponent)).radius;
        const Interval enclosure = tube_radius(geometry, size, f, exponent);
        EXPECT_LE(Real100(lower(enclosure)), value);
        EXPECT_GE(Real100(upper(enclosure)), value);
        EXPECT_LT(Real100(width(enclosure)), value * Real100("1e-44"));
      }
    }
  }
}

TEST(DepartureNextTo, EnclosesTheFieldAtHundredDigits) {
  for (const auto& [d, size] : {std::pair{2, 2}, {3, 8}, {8, 16}}) {
    const FiniteSet<double> pairs = random_set(d, size, 2);
    const FiniteSet<Real100> precise{pairs.sources.cast<Real100>(), pairs.targets.cast<Real100>()};
    const NoiseSchedule<Real100> noise{NoiseKind::constant, Real100(1) / Real100(4), RegressionTarget::displacement};
    const Rational t(1, 3);
    const Matrix<Real100> at_t = interpolants(precise, from_rational<Real100>(t));
    const Vector<Real100> x = Real100(0.75) * at_t.col(1) + Real100(0.25) * at_t.col(0);
    const Vector<Real100> own = precise.targets.col(1) - precise.sources.col(1);
    const Vector<Real100> field = frozen_minimiser_velocity(precise, noise, x, from_rational<Real100>(t));
    const Real100 value = Vector<Real100>(field - own).norm();
    const Interval enclosure = departure_next_to(LatticePairs(pairs), 1, 0, t, Rational(1, 4));
    EXPECT_LE(Real100(lower(enclosure)), value);
    EXPECT_GE(Real100(upper(enclosure)), value);
    EXPECT_LT(Real100(width(enclosure)), value * Real100("1e-40"));
  }
}

TEST(LargestNoise, IsKeptAndTheNextOneIsNot) {
  for (const auto& [d, size] : {std::pair{2, 8}, {8, 16}, {32, 64}}) {
    const FiniteSet<double> pairs = random_set(d, size, 5);
    const TubeGeometry geometry = tube_geometry(LatticePairs(pairs));
    const FiniteSet<Real100> precise{pairs.sources.cast<Real100>(), pairs.targets.cast<Real100>()};
    for (const Rational& share : {Rational(1, 20), Rational(1, 1000000)}) {
      const auto kept = [&](const Rational& f) {
        const TubeBound<Real100> bound = tube_bound<Real100>(precise, from_rational<Real100>(f * f));
        return bound.applies &&
               bound.radius <= from_rational<Real100>(share) * root_mean_square_size<Real100>(precise.targets);
      };
      const Rational f = largest_noise(geometry, size, 4, share);
      EXPECT_TRUE(kept(f));
      EXPECT_FALSE(kept(f * Rational(1 + 512, 512))) << "at most one step above";
      const Rational half = f / 2;
      EXPECT_TRUE(certainly_kept(geometry, size, half, 4, share));
      EXPECT_FALSE(certainly_kept(geometry, size, 2 * f, 4, share));
    }
  }
}

TEST(LargestNoise, DoesNotExistWhereLinesMeetOrAllVelocitiesAreEqual) {
  const TubeGeometry meeting = tube_geometry(LatticePairs(planar({{0, 0, 3, 3}, {1, 0, 0, 3}})));
  const TubeGeometry parallel = tube_geometry(LatticePairs(planar({{0, 0, 4, 0}, {0, 2, 4, 2}})));
  EXPECT_THROW((void)largest_noise(meeting, 2, 4, Rational(1, 20)), DoesNotExist);
  EXPECT_THROW((void)largest_noise(parallel, 2, 4, Rational(1, 20)), DoesNotExist);
}

}  // namespace
}  // namespace straightedge::proofs
