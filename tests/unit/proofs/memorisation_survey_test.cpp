// The memorisation rate as a table.
#include <memorisation_survey.hpp>

#include <gtest/gtest.h>
#include <claim.hpp>

#include <set>
#include <stdexcept>
#include <tuple>

namespace straightedge::proofs {
namespace {

constexpr std::uint64_t kSeed = 251018118;

struct Rate {
  std::int64_t trials, memorised;
  double rate, lower, upper;
};

Rate rate_of(const MemorisationCell& cell, std::uint64_t seed = kSeed) {
  const SurveyRow row = measure_memorisation(cell, seed);
  EXPECT_EQ(row.size(), MemorisationSurvey().columns().size());
  EXPECT_EQ(std::get<std::int64_t>(row[9]), 0) << "undecided";
  return {std::get<std::int64_t>(row[4]), std::get<std::int64_t>(row[5]), std::get<double>(row[6]),
          std::get<double>(row[7]), std::get<double>(row[8])};
}

MemorisationCell cell_of(bool frozen, int d, int size, double f, std::int64_t trials) {
  return {.frozen = frozen, .d = d, .size = size, .f = f, .trials = trials};
}

// N = 256: 1.6 % at d = 2, f = .05; 100 % and 19.5 % at d = 8, f = .2 and .5; 100 % for d >= 32 up to f = 1.
TEST(MemorisationRate, OfFrozenPairsIsTheKnownOne) {
  const Rate plane = rate_of(cell_of(true, 2, 256, 0.05, 100));
  EXPECT_LE(plane.lower, 0.016);
  EXPECT_GE(plane.upper, 0.016);
  EXPECT_EQ(rate_of(cell_of(true, 8, 256, 0.2, 40)).rate, 1.0);
  const Rate eight = rate_of(cell_of(true, 8, 256, 0.5, 100));
  EXPECT_LE(eight.lower, 0.195);
  EXPECT_GE(eight.upper, 0.195);
  EXPECT_LT(eight.upper, 0.4);
  EXPECT_EQ(rate_of(cell_of(true, 32, 256, 1.0, 20)).rate, 1.0);
  EXPECT_EQ(rate_of(cell_of(true, 128, 256, 1.0, 10)).rate, 1.0);
}

TEST(MemorisationRate, OfResampledSourcesFallsEarlier) {
  EXPECT_EQ(rate_of(cell_of(false, 32, 64, 0.05, 40)).rate, 1.0);
  EXPECT_EQ(rate_of(cell_of(false, 32, 64, 1.0, 40)).rate, 0.0);
  EXPECT_EQ(rate_of(cell_of(true, 32, 64, 1.0, 40)).rate, 1.0);
}

// Nearer than a third of the second nearest: the nearest is uniform in the ball of the second.
TEST(MemorisationRate, OfResampledSourcesFallsToThatOfAPointThatKnowsNothing) {
  const Rate plane = rate_of(cell_of(false, 2, 256, 2.0, 300));
  EXPECT_LE(plane.lower, 1.0 / 9);
  EXPECT_GE(plane.upper, 1.0 / 9);
  EXPECT_LT(plane.upper, 0.2);
  EXPECT_EQ(rate_of(cell_of(false, 8, 256, 2.0, 100)).memorised, 0) << "3^-8 of them";
}

TEST(MemorisationRate, HasBoundsAroundIt) {
  const Rate some = rate_of(cell_of(true, 8, 64, 0.5, 32));
  EXPECT_GT(some.memorised, 0);
  EXPECT_LT(some.memorised, some.trials);
  EXPECT_LT(some.lower, some.rate);
  EXPECT_GT(some.upper, some.rate);
  const Rate all = rate_of(cell_of(true, 32, 64, 0.1, 32));
  EXPECT_EQ(all.upper, 1.0);
  EXPECT_NEAR(all.lower, std::pow(0.005, 1.0 / 32), 1e-6);  // half of 1 % on either side
}

TEST(MemorisationRate, IsAFunctionOfTheSeed) {
  const MemorisationCell cell = cell_of(true, 8, 64, 0.5, 64);
  EXPECT_EQ(measure_memorisation(cell, kSeed), measure_memorisation(cell, kSeed));
  std::set<std::int64_t> counts;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    counts.insert(rate_of(cell, seed).memorised);
  }
  EXPECT_GT(counts.size(), 1U);
}

TEST(MemorisationSurvey, GrowsWithTheEffort) {
  const MemorisationSurvey survey;
  const std::vector<std::pair<std::int64_t, std::int64_t>> rows{{1, 18},     {200, 18},     {1999, 18},    {2000, 72},
                                                                {99999, 72}, {100000, 256}, {1 << 30, 256}};
  for (const auto& [cases, expected] : rows) {
    EXPECT_EQ(survey.rows(cases), expected) << cases;
  }
}

TEST(MemorisationSurvey, HasEachCellOnce) {
  const MemorisationSurvey survey;
  for (const std::int64_t cases : {200, 2000, 100000}) {
    std::set<std::tuple<bool, int, int, double>> cells;
    for (std::int64_t row = 0; row < survey.rows(cases); ++row) {
      const MemorisationCell cell = memorisation_cell(row, cases);
      EXPECT_TRUE(cells.insert({cell.frozen, cell.d, cell.size, cell.f}).second) << row;
      EXPECT_GT(survey.weight(row, cases), 0);
    }
    EXPECT_THROW((void)memorisation_cell(survey.rows(cases), cases), std::out_of_range);
    EXPECT_THROW((void)memorisation_cell(-1, cases), std::out_of_range);
  }
}

TEST(MemorisationSurvey, IsThatOfItsClaim) {
  const Survey* survey = find_claim("noise-alone-memorises")->survey();
  ASSERT_NE(survey, nullptr);
  const SurveyPlan plan{.seed = kSeed, .cases = 200};
  EXPECT_EQ(survey->measure(4, plan), measure_memorisation(memorisation_cell(4, 200), kSeed));
  EXPECT_EQ(to_string(survey->measure(4, plan)[0]), "frozen");
  for (const SurveyColumn& column : survey->columns()) {
    EXPECT_FALSE(column.name.empty());
    EXPECT_FALSE(column.meaning.empty());
  }
}

}  // namespace
}  // namespace straightedge::proofs
