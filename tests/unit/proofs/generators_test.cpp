// The generators cover the classes that they promise, shrink inside what they draw, and build what the keys say.
#include <campaign_evaluate.hpp>
#include <drawn_cases.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <straightedge/error.hpp>
#include <straightedge/field.hpp>
#include <thread>

namespace straightedge::proofs {
namespace {

// Whether the lists have the lengths and ranges that `options` can draw.
bool could_have_been_drawn(const Case& value, const GaussianCaseOptions& options) {
  const std::int64_t d = value.integer("d");
  const auto length = [&](const char* key) { return static_cast<std::int64_t>(value.list(key).size()); };
  bool valid = d >= options.smallest_d && d <= options.largest_d && (!options.even_d || d % 2 == 0);
  valid = valid && length("root") == d && length("mean") == d && length("frame") == d * (d - 1) / 2;
  valid = valid && condition_of(value) <= (options.isotropic ? 1.0 : options.largest_condition);
  if (options.rotation) {
    valid = valid && length("angles") == d / 2 && length("planes") == d * (d - 1) / 2;
    for (const auto angle : value.list("angles")) {
      valid = valid && std::abs(static_cast<double>(angle)) <= 16 * options.largest_angle;
      valid = valid && (!options.one_angle || angle == value.list("angles").front());
    }
  }
  if (options.sigma || options.positive_sigma) {
    valid = valid && value.integer("sigma") >= (options.positive_sigma ? 1 : 0);
  }
  if (options.time) {
    valid = valid && value.integer("time") >= 0 && value.integer("time") <= 4096;
  }
  return valid;
}

// Follows the first shrink that still satisfies `fails`, as a search for the simplest counterexample does.
Case shrunk(const rc::Gen<Case>& generator, std::uint64_t key, const std::function<bool(const Case&)>& fails) {
  auto current = generator(rc::Random(key), kSize);
  for (bool found = true; found;) {
    found = false;
    auto candidates = current.shrinks();
    for (auto next = candidates.next(); next; next = candidates.next()) {
      if (fails(next->value())) {
        current = *next;
        found = true;
        break;
      }
    }
  }
  return current.value();
}

TEST(GaussianCase, CoversEveryClassOnPurpose) {
  constexpr int kDraws = 4000;
  std::map<std::string, int> counts;
  for (const auto& value : drawn(everything(), kDraws)) {
    for (const auto& name : gaussian_classes(value)) {
      ++counts[name];
    }
  }
  for (const char* name : {"d=1",
                           "d=2",
                           "d=3",
                           "d=4",
                           "d=5",
                           "d=6",
                           "d=7",
                           "d=8",
                           "condition=1",
                           "condition<=10",
                           "condition<=1e6",
                           "condition>1e6",
                           "mean zero",
                           "mean moderate",
                           "mean large",
                           "angle<5",
                           "angle generic",
                           "angle>175",
                           "nearly singular",
                           "singular"}) {
    EXPECT_GE(counts[name], kDraws * 3 / 100) << name;
    RecordProperty(name, counts[name]);
  }
}

TEST(GaussianCase, DrawsTheEndsOfNoiseAndTimeAndTheHardestConditions) {
  double largest_condition = 0;
  std::set<std::int64_t> times;
  int silent = 0;
  const auto cases = drawn(everything(), 2000);
  for (const auto& value : cases) {
    largest_condition = std::max(largest_condition, condition_of(value));
    times.insert(value.integer("time"));
    silent += value.integer("sigma") == 0 ? 1 : 0;
  }
  EXPECT_GT(largest_condition, 1e11);
  EXPECT_TRUE(times.contains(0));
  EXPECT_TRUE(times.contains(4096));
  EXPECT_GT(silent, 100);
}

TEST(GaussianCase, HasDimensionsUpTo32AtTheLargeSizeAlone) {
  auto options = everything();
  std::set<std::int64_t> dimensions;
  for (std::uint64_t key = 0; key < 300; ++key) {
    const Case value = gaussian_case(options)(rc::Random(key), kLargeSize).value();
    dimensions.insert(value.integer("d"));
    EXPECT_EQ(rotated_of<double>(value).dimension(), value.integer("d"));
  }
  EXPECT_EQ(*dimensions.begin(), 9);
  EXPECT_EQ(*dimensions.rbegin(), 32);
  // A claim that asks for fewer than the usual dimensions has its reasons.
  options.largest_d = 6;
  for (std::uint64_t key = 0; key < 100; ++key) {
    EXPECT_LE(gaussian_case(options)(rc::Random(key), kLargeSize).value().integer("d"), 6);
  }
}

TEST(SizeOf, IsLargeFromTheCasesOnThatDeepAloneHasAndAsOftenInEveryShard) {
  constexpr int kShards = 50;
  std::vector<int> large(kShards, 0);
  for (std::int64_t index = 0; index < 100'000; ++index) {
    if (size_of(index) == kLargeSize) {
      EXPECT_GE(index, 2000);
      ++large[static_cast<std::size_t>(index % kShards)];
    }
  }
  for (const int in_shard : large) {
    EXPECT_GE(in_shard, 41);  // 98,000 / 47 / 50 = 41.7
    EXPECT_LE(in_shard, 42);
  }
}

TEST(GaussianCase, StaysInsideItsOptions) {
  auto options = everything();
  options.smallest_d = 2;
  options.largest_d = 6;
  options.even_d = true;
  options.one_angle = true;
  options.positive_sigma = true;
  options.largest_condition = 1e4;
  options.largest_angle = 120;
  for (const auto& value : drawn(options, 500)) {
    EXPECT_TRUE(could_have_been_drawn(value, options));
  }
  options.isotropic = true;
  for (const auto& value : drawn(options, 200)) {
    EXPECT_TRUE(could_have_been_drawn(value, options));
    EXPECT_EQ(root_of<double>(value), Matrix<double>::Identity(value.integer("d"), value.integer("d")));
  }
}

TEST(GaussianCase, SameKeySameCaseAndOtherKeyOtherCase) {
  const auto cases = drawn(everything(), 200);
  const auto again = gaussian_case(everything());
  std::set<std::map<std::string, Case::List>> different;
  for (std::uint64_t key = 0; key < cases.size(); ++key) {
    EXPECT_EQ(draw(again, key), cases[key]);
    different.insert(cases[key].values());
  }
  EXPECT_GT(different.size(), 190U);
}

TEST(GaussianCase, DoesNotDependOnTheSizeOfTheRun) {
  const auto generator = gaussian_case(everything());
  for (std::uint64_t key = 0; key < 50; ++key) {
    EXPECT_EQ(generator(rc::Random(key), 3).value(), generator(rc::Random(key), 100).value());
  }
}

TEST(GaussianCase, TwoThreadsDrawTheSameCases) {
  const auto generator = gaussian_case(everything());
  std::vector<Case> first(500);
  std::vector<Case> second(500);
  const auto fill = [&generator](std::vector<Case>& into) {
    for (std::uint64_t key = 0; key < into.size(); ++key) {
      into[key] = draw(generator, key);
      auto shrinks = generator(rc::Random(key), kSize).shrinks();
      (void)shrinks.next();
    }
  };
  std::thread one(fill, std::ref(first));
  std::thread two(fill, std::ref(second));
  one.join();
  two.join();
  EXPECT_EQ(first, second);
  EXPECT_EQ(first, drawn(everything(), 500));
}

TEST(GaussianCase, ShrinksToTheStandardProblem) {
  const auto generator = gaussian_case(everything());
  const Case simplest{{"d", {1}},     {"root", {0}},  {"frame", {}},  {"mean", {0}},
                      {"angles", {}}, {"planes", {}}, {"sigma", {0}}, {"time", {0}}};
  for (std::uint64_t key = 0; key < 30; ++key) {
    EXPECT_EQ(shrunk(generator, key, [](const Case&) { return true; }), simplest);
  }
}

TEST(GaussianCase, ShrinksToTheBoundaryOfAFailure) {
  auto options = everything();
  options.positive_sigma = true;
  const auto fails = [](const Case& value) {
    return value.integer("d") >= 3 && value.list("mean")[0] > 100 && value.list("angles")[0] < -37;
  };
  const Case expected{{"d", {3}},        {"root", {0, 0, 0}},   {"frame", {0, 0, 0}}, {"mean", {101, 0, 0}},
                      {"angles", {-38}}, {"planes", {0, 0, 0}}, {"sigma", {1}},       {"time", {0}}};
  int found = 0;
  for (std::uint64_t key = 0; key < 200 && found < 5; ++key) {
    const auto generator = gaussian_case(options);
    if (fails(draw(generator, key))) {
      EXPECT_EQ(shrunk(generator, key, fails), expected);
      ++found;
    }
  }
  EXPECT_EQ(found, 5);
}

TEST(GaussianCase, EveryShrunkCaseCouldHaveBeenDrawn) {
  auto options = everything();
  options.smallest_d = 2;
  options.even_d = true;
  options.one_angle = true;
  options.positive_sigma = true;
  options.largest_condition = 1e4;
  options.largest_angle = 120;
  const auto generator = gaussian_case(options);
  int seen = 0;
  for (std::uint64_t key = 0; key < 20; ++key) {
    auto level = generator(rc::Random(key), kSize);
    for (int depth = 0; depth < 6; ++depth) {
      auto candidates = level.shrinks();
      int index = 0;
      for (auto next = candidates.next(); next; next = candidates.next(), ++index) {
        ASSERT_TRUE(could_have_been_drawn(next->value(), options));
        ASSERT_FALSE(next->value() == level.value());
        ++seen;
        if (index == 3 * depth) {
          level = *next;
          break;
        }
      }
    }
  }
  EXPECT_GT(seen, 500);
}

TEST(IntegerIn, IsUniformAndShrinksTowardsTheLeastMagnitude) {
  std::map<std::int64_t, int> counts;
  const auto generator = integer_in(-2, 2);
  for (std::uint64_t key = 0; key < 5000; ++key) {
    ++counts[generator(rc::Random(key), 10).value()];
  }
  ASSERT_EQ(counts.size(), 5U);
  for (const auto& [unused, count] : counts) {
    EXPECT_NEAR(count, 1000, 150);  // more than five standard deviations
  }
  for (const auto& [low, high, simplest] :
       std::vector<std::array<std::int64_t, 3>>{{3, 90, 3}, {-90, -4, -4}, {-9, 9, 0}}) {
    for (std::uint64_t key = 0; key < 50; ++key) {
      auto value = integer_in(low, high)(rc::Random(key), kSize);
      auto first = value.shrinks().next();
      EXPECT_EQ(first ? first->value() : value.value(), simplest);
    }
  }
}

TEST(WithList, AddsAListAndShrinksBoth) {
  const auto generator = with_list(gaussian_case({}), "grid", integers_in(3, 0, 9));
  const auto value = draw(generator, 4);
  EXPECT_EQ(value.list("grid").size(), 3U);
  const auto simplest = shrunk(generator, 4, [](const Case&) { return true; });
  EXPECT_EQ(simplest.list("grid"), (Case::List{0, 0, 0}));
  EXPECT_EQ(simplest.integer("d"), 1);
}

TEST(WithSource, AddsAPointOfTheCasesDimensionAndShrinksWithIt) {
  const auto generator = with_source(gaussian_case({}));
  for (std::uint64_t key = 0; key < 50; ++key) {
    const auto value = draw(generator, key);
    EXPECT_EQ(source_of<double>(value).size(), value.integer("d"));
  }
  const auto simplest = shrunk(generator, 7, [](const Case&) { return true; });
  EXPECT_EQ(simplest.list("source"), Case::List{0});
  EXPECT_EQ(source_of<double>({{"d", {2}}, {"source", {8, -16}}})(1), -1);
}

}  // namespace
}  // namespace straightedge::proofs
