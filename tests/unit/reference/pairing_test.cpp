#include <straightedge/pairing.hpp>

#include <straightedge/error.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <initializer_list>
#include <utility>

namespace straightedge {
namespace {

using Point = std::vector<Rational>;

// A finite set from its pairs (source, target).
FiniteSet<Rational> finite_set(std::initializer_list<std::pair<Point, Point>> pairs) {
  const auto d = static_cast<Eigen::Index>(pairs.begin()->first.size());
  const auto n = static_cast<Eigen::Index>(pairs.size());
  FiniteSet<Rational> result{Matrix<Rational>(d, n), Matrix<Rational>(d, n)};
  Eigen::Index i = 0;
  for (const auto& [source, target] : pairs) {
    for (Eigen::Index k = 0; k < d; ++k) {
      result.sources(k, i) = source[static_cast<std::size_t>(k)];
      result.targets(k, i) = target[static_cast<std::size_t>(k)];
    }
    ++i;
  }
  return result;
}

Rational fraction(int numerator, int denominator) {
  return Rational(numerator, denominator);
}

std::vector<Rational> uniform_grid(int steps) {
  std::vector<Rational> grid;
  for (int n = 0; n <= steps; ++n) {
    grid.push_back(fraction(n, steps));
  }
  return grid;
}

// The corners of a square, each sent to the opposite one: all lines meet in the centre at t = 1/2.
FiniteSet<Rational> opposite_corners() {
  return finite_set({{{1, 1}, {-1, -1}}, {{-1, 1}, {1, -1}}, {{-1, -1}, {1, 1}}, {{1, -1}, {-1, 1}}});
}

TEST(FiniteSetValidity, RefusesASourceWithTwoTargets) {
  EXPECT_THROW(require_valid(finite_set({{{0, 1}, {2, 2}}, {{5, 5}, {0, 0}}, {{0, 1}, {2, 3}}})), InputError);
}

TEST(FiniteSetValidity, AllowsASharedTargetAndARepeatedPair) {
  EXPECT_NO_THROW(require_valid(finite_set({{{0, 1}, {2, 2}}, {{5, 5}, {2, 2}}, {{0, 1}, {2, 2}}})));
}

TEST(FiniteSetValidity, RefusesShapesThatDifferEmptySetsAndNaN) {
  EXPECT_THROW(require_valid(FiniteSet<double>{Matrix<double>::Zero(2, 3), Matrix<double>::Zero(3, 2)}), InputError);
  EXPECT_THROW(require_valid(FiniteSet<double>{Matrix<double>(2, 0), Matrix<double>(2, 0)}), InputError);
  FiniteSet<double> pairs{Matrix<double>::Zero(2, 3), Matrix<double>::Zero(2, 3)};
  pairs.targets(1, 2) = std::nan("");
  EXPECT_THROW(require_valid(pairs), InputError);
}

TEST(Interpolants, AreTheSourcesAtZeroTheTargetsAtOneAndTheirMixtureBetween) {
  const FiniteSet<Rational> pairs = finite_set({{{0, 1}, {2, 2}}, {{5, 5}, {-2, 3}}});
  EXPECT_EQ(interpolants(pairs, Rational(0)), pairs.sources);
  EXPECT_EQ(interpolants(pairs, Rational(1)), pairs.targets);
  EXPECT_EQ(interpolants(pairs, fraction(1, 3))(0, 1), fraction(8, 3));
}

TEST(Crossings, OfOppositeCornersAreAllPairsAtOneHalf) {
  const auto found = crossings(opposite_corners());
  ASSERT_EQ(found.size(), 6U);
  for (const Crossing& crossing : found) {
    EXPECT_EQ(crossing.time, fraction(1, 2));
    EXPECT_LT(crossing.first, crossing.second);
  }
  EXPECT_EQ(crossing_times(opposite_corners()), std::vector<Rational>{fraction(1, 2)});
}

TEST(Crossings, AreSolvedExactly) {
  // In d = 1 lines of velocities 7 and -3 from 0 and 1 meet where 7 t = 1 - 3 t.
  const auto found = crossings(finite_set({{{0}, {7}}, {{1}, {-2}}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().time, fraction(1, 10));
}

TEST(Crossings, ThatMissByAnyAmountAreNone) {
  const Rational tiny(Integer(1), Integer(1) << 400);
  EXPECT_TRUE(crossings(finite_set({{{0, 0}, {1, 1}}, {{0, 1}, {1, tiny}}, {{9, 9}, {9, 9}}})).size() == 1);
  EXPECT_TRUE(crossings(finite_set({{{0, 0, 0}, {1, 1, 0}}, {{0, 1, 0}, {1, 0, tiny}}})).empty());
}

TEST(Crossings, AtTheTargetCountAndBeyondTheTargetDoNot) {
  EXPECT_EQ(crossing_times(finite_set({{{0}, {3}}, {{1}, {3}}})), std::vector<Rational>{1});
  EXPECT_TRUE(crossings(finite_set({{{0}, {3}}, {{2}, {4}}})).empty());
  EXPECT_TRUE(crossings(finite_set({{{0}, {3}}, {{2}, {9}}})).empty());
}

TEST(Crossings, OfEqualOrParallelLinesAreNone) {
  EXPECT_TRUE(crossings(finite_set({{{0, 1}, {3, 2}}, {{0, 1}, {3, 2}}, {{1, 1}, {4, 2}}})).empty());
}

TEST(Crossings, NeedEveryCoordinateToMeet) {
  // The second coordinates meet at t = 1/2; the first keep their distance.
  EXPECT_TRUE(crossings(finite_set({{{0, 0}, {1, 1}}, {{1, 1}, {2, 0}}})).empty());
  EXPECT_TRUE(crossings(finite_set({{{0, 0}, {1, 1}}, {{1, 1}, {0, 2}}})).empty());
}

TEST(Crossings, AreOrderedByTimeThenPair) {
  const auto found = crossings(finite_set({{{0}, {4}}, {{3}, {1}}, {{1}, {3}}, {{0}, {4}}}));
  ASSERT_EQ(found.size(), 5U);
  for (std::size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(found[n].time, fraction(1, 2));
  }
  EXPECT_EQ(found[0].second, 1);
  EXPECT_EQ(found[1].second, 2);
  EXPECT_EQ(found[2].first, 1);
  EXPECT_EQ(found[4].first, 2);
}

TEST(MemorisingVelocity, IsThePairsOwnOffCrossingsAndTheAverageAtThem) {
  const auto pairs = finite_set({{{0}, {4}}, {{3}, {1}}, {{1}, {3}}});
  EXPECT_EQ((*memorising_velocity(pairs, Vector<Rational>::Constant(1, fraction(9, 5)), fraction(2, 5)))(0),
            Rational(2));
  EXPECT_EQ((*memorising_velocity(pairs, Vector<Rational>::Constant(1, 2), fraction(1, 2)))(0), fraction(4, 3));
  EXPECT_FALSE(memorising_velocity(pairs, Vector<Rational>::Constant(1, fraction(19, 10)), fraction(1, 2)));
}

TEST(MemorisingLoss, IsZeroExactlyOffTheCrossingTimes) {
  const auto pairs = finite_set({{{0}, {4}}, {{3}, {1}}, {{1}, {3}}});
  for (int n = 0; n <= 12; ++n) {
    EXPECT_EQ(memorising_loss(pairs, fraction(n, 12)) == 0, n != 6) << n;
  }
  // Velocities 4, -2, 2 about their mean 4/3: the variance (64 + 100 + 4)/27.
  EXPECT_EQ(memorising_loss(pairs, fraction(1, 2)), fraction(168, 27));
}

TEST(MemorisingLoss, StaysZeroWhereEqualTargetsAreReachedByEqualVelocitiesOnly) {
  const auto repeated = finite_set({{{0, 2}, {4, 1}}, {{0, 2}, {4, 1}}});
  EXPECT_EQ(memorising_loss(repeated, Rational(1)), 0);
  const auto shared = finite_set({{{0}, {4}}, {{1}, {4}}});
  EXPECT_NE(memorising_loss(shared, Rational(1)), 0);
}

TEST(MemorisingEuler, ReturnsThePartnerOffCrossingTimesWhateverTheGrid) {
  const auto pairs = opposite_corners();
  const std::vector<Rational> uneven{0, fraction(1, 7), fraction(499, 1000), fraction(501, 1000), 1};
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    EXPECT_EQ(*memorising_euler(pairs, i, uneven), Vector<Rational>(pairs.targets.col(i)));
    EXPECT_EQ(*memorising_euler(pairs, i, uniform_grid(1)), Vector<Rational>(pairs.targets.col(i)));
    EXPECT_EQ(*memorising_euler(pairs, i, uniform_grid(5)), Vector<Rational>(pairs.targets.col(i)));
  }
}

TEST(MemorisingEuler, DoesNotReturnThePartnerThroughACrossingOfDifferentVelocities) {
  const auto pairs = opposite_corners();
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    // At the crossing the average velocity is 0: the centre is a fixed point of the last step.
    EXPECT_EQ(*memorising_euler(pairs, i, uniform_grid(2)), Vector<Rational>::Zero(2));
  }
  // Here the next grid point is off every line.
  EXPECT_FALSE(memorising_euler(finite_set({{{0}, {4}}, {{3}, {1}}, {{1}, {3}}}), 0, uniform_grid(4)));
}

TEST(MemorisingEuler, PassesThroughTheCrossingTimesOfOtherLines) {
  const auto pairs = finite_set({{{0, 0}, {1, 1}}, {{0, 1}, {1, 0}}, {{7, 7}, {8, 9}}});
  EXPECT_EQ(*memorising_euler(pairs, 2, uniform_grid(2)), Vector<Rational>(pairs.targets.col(2)));
}

TEST(MemorisingEuler, RefusesAGridThatDoesNotAscendFromZeroToOne) {
  const auto pairs = opposite_corners();
  EXPECT_THROW(static_cast<void>(memorising_euler(pairs, 0, {0, fraction(1, 2)})), InputError);
  EXPECT_THROW(static_cast<void>(memorising_euler(pairs, 0, {0, fraction(1, 2), fraction(1, 2), 1})), InputError);
  EXPECT_THROW(static_cast<void>(memorising_euler(pairs, 4, {0, 1})), InputError);
}

}  // namespace
}  // namespace straightedge
