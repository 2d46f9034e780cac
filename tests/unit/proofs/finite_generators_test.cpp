#include <finite_generators.hpp>

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <straightedge/error.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace straightedge::proofs {
namespace {

Case drawn(const FiniteCaseOptions& options, std::uint64_t index) {
  return finite_case(options)(rc::Random(rc::Random::Key{{index, 1, 2, 3}}), rc::kNominalSize).value();
}

TEST(FiniteSetOfCase, ReadsSixteenthsPairAfterPair) {
  const Case value{{"d", {2}}, {"size", {2}}, {"sources", {16, 8, -4, 1}}, {"targets", {32, 0, 3}}};
  const FiniteSet<Rational> pairs = finite_set_of(value);
  EXPECT_EQ(pairs.sources(0, 0), 1);
  EXPECT_EQ(pairs.sources(1, 0), Rational(1, 2));
  EXPECT_EQ(pairs.sources(1, 1), Rational(1, 16));
  EXPECT_EQ(pairs.targets(0, 1), Rational(3, 16));
  EXPECT_EQ(pairs.targets(1, 1), 0) << "missing entries are zero";
}

TEST(FiniteSetOfCase, PlantsCrossingsExactlyWhereItSays) {
  const Case value{{"d", {2}},
                   {"size", {4}},
                   {"sources", {1, 2, 30, 4, -5, 60, 7, -8}},
                   {"targets", {9, 10}},
                   {"meet", {2, 1, 5, 1, 0, 17, 3, 0, 64}}};
  const auto found = crossings(finite_set_of(value));
  const auto has = [&](const Rational& t, Eigen::Index i, Eigen::Index j) {
    return std::any_of(found.begin(), found.end(),
                       [&](const Crossing& c) { return c.time == t && c.first == i && c.second == j; });
  };
  EXPECT_TRUE(has(Rational(17, 64), 0, 1));
  EXPECT_TRUE(has(Rational(5, 64), 1, 2)) << "a later line is moved after the earlier one that it meets";
  EXPECT_TRUE(has(Rational(1), 0, 3));
  EXPECT_EQ(planted_times_of(value), (std::vector<Rational>{Rational(17, 64), Rational(5, 64), 1}));
}

TEST(FiniteSetOfCase, IgnoresTriplesThatNameNoTwoLinesOrNoTime) {
  Case value{{"d", {1}}, {"size", {2}}, {"sources", {0, 16}}, {"targets", {0, 16}}};
  const FiniteSet<Rational> plain = finite_set_of(value);
  value.set("meet", {0, 1, 32, 1, 1, 32, 1, 0, 0, 1, 0, 65, 2, 0, 32, 1, -1, 32, 1, 0});
  EXPECT_EQ(finite_set_of(value).targets, plain.targets);
  EXPECT_TRUE(planted_times_of(value).empty());
}

TEST(FiniteSetOfCase, WithTwinHasASourceWithTwoTargets) {
  Case value{{"d", {1}}, {"size", {3}}, {"sources", {1, 2, 3}}, {"targets", {4, 5, 6}}};
  EXPECT_FALSE(has_source_with_two_targets(finite_set_of(value)));
  value.set("twin", 1);
  EXPECT_TRUE(has_source_with_two_targets(finite_set_of(value)));
  EXPECT_EQ(finite_classes(value).back(), "source with two targets");
  EXPECT_FALSE(has_source_with_two_targets(finite_set_of(value.set("targets", {4, 5, 4}))));
}

TEST(FiniteSetOfCase, RefusesNoDimensionAndNoPair) {
  EXPECT_THROW(static_cast<void>(finite_set_of({{"d", {0}}, {"size", {2}}})), InputError);
  EXPECT_THROW(static_cast<void>(finite_set_of({{"d", {2}}, {"size", {0}}})), InputError);
}

TEST(GridOfCase, AscendsFromZeroToOneWithoutRepetition) {
  const Case value{{"d", {1}}, {"size", {1}}, {"grid", {32, 0, 64, 7, 32, -3, 100}}};
  EXPECT_EQ(grid_of(value), (std::vector<Rational>{0, Rational(7, 64), Rational(1, 2), 1}));
  EXPECT_EQ(grid_of({{"d", {1}}, {"size", {1}}}), (std::vector<Rational>{0, 1}));
}

TEST(FiniteCase, StaysWithinItsOptions) {
  const FiniteCaseOptions options{
      .smallest_d = 2, .largest_d = 3, .smallest_size = 2, .largest_size = 4, .largest_grid = 3};
  for (std::uint64_t index = 0; index < 200; ++index) {
    const Case value = drawn(options, index);
    EXPECT_GE(value.integer("d"), 2);
    EXPECT_LE(value.integer("d"), 3);
    EXPECT_GE(value.integer("size"), 2);
    EXPECT_LE(value.integer("size"), 4);
    EXPECT_LE(value.list("grid").size(), 3U);
    EXPECT_FALSE(value.has("twin"));
  }
}

TEST(FiniteCase, CoversItsClassesOnPurpose) {
  const FiniteCaseOptions options{.twin = true, .largest_grid = 4};
  std::map<std::string, int> counts;
  for (std::uint64_t index = 0; index < 400; ++index) {
    for (const std::string& label : finite_classes(drawn(options, index))) {
      ++counts[label];
    }
  }
  for (const char* label : {"d=1", "d=3", "N=1", "N=5", "no crossing", "one crossing time", "several crossing times",
                            "three lines through a point", "shared target", "equal pairs", "source with two targets",
                            "grid through a crossing"}) {
    EXPECT_GE(counts[label], 8) << label;
  }
}

TEST(FiniteCase, IsAFunctionOfItsKeyAndShrinksToTheSimplest) {
  const FiniteCaseOptions options{.largest_grid = 4};
  EXPECT_EQ(drawn(options, 5), drawn(options, 5));
  auto tree = finite_case(options)(rc::Random(rc::Random::Key{{5, 1, 2, 3}}), rc::kNominalSize);
  for (int step = 0; step < 2000; ++step) {
    auto shrinks = tree.shrinks();
    auto simpler = shrinks.next();
    if (!simpler) {
      break;
    }
    tree = *simpler;
  }
  const Case simplest = tree.value();
  EXPECT_EQ(simplest.integer("d"), 1);
  EXPECT_EQ(simplest.integer("size"), 1);
  EXPECT_EQ(simplest.list("sources"), Case::List{0});
  EXPECT_EQ(simplest.list("targets"), Case::List{0});
}

TEST(GaussianSetOfCase, HasTheMomentsOfItsDistribution) {
  const FiniteSet<double> pairs = gaussian_set_of({{"d", {40}}, {"size", {500}}, {"seed", {7}}, {"stretch", {8}}});
  const double n = 20000.0;
  // Six standard errors of a mean and of a second moment of n standard normal numbers.
  EXPECT_LT(std::abs(pairs.sources.mean()), 6.0 / std::sqrt(n));
  EXPECT_LT(std::abs(pairs.sources.squaredNorm() / n - 1.0), 6.0 * std::sqrt(2.0 / n));
  EXPECT_LT(std::abs(pairs.targets.squaredNorm() / n - 4.0), 4.0 * 6.0 * std::sqrt(2.0 / n));
  EXPECT_LT(std::abs((pairs.sources.array() * pairs.targets.array()).mean()), 2.0 * 6.0 / std::sqrt(n));
  EXPECT_LT(std::abs((pairs.sources.array().abs() < 1.0).cast<double>().mean() - 0.682689492),
            6.0 * 0.466 / std::sqrt(n));
}

TEST(GaussianSetOfCase, FollowsFromItsSeedAndIsAMultipleOfTwoToTheMinusNineteen) {
  const Case value{{"d", {3}}, {"size", {5}}, {"seed", {11}}, {"stretch", {3}}};
  const FiniteSet<double> pairs = gaussian_set_of(value);
  EXPECT_EQ(pairs.sources, gaussian_set_of(value).sources);
  EXPECT_NE(pairs.sources, gaussian_set_of(Case(value).set("seed", 12)).sources);
  for (const Matrix<double>* points : {&pairs.sources, &pairs.targets}) {
    const Matrix<double> scaled = std::ldexp(1.0, 19) * *points;
    EXPECT_EQ(scaled, Matrix<double>(scaled.array().round()));
  }
}

}  // namespace
}  // namespace straightedge::proofs
