// Holm's correction, the unbiased estimate of a gradient variance, comparisons of two arms.
#include <certify/comparison.hpp>
#include <certify/holm.hpp>
#include <certify/variance_estimate.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::certify {
namespace {

TEST(Holm, AdjustsTheTextbookExample) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005};
  const std::vector<double> wanted = {0.03, 0.06, 0.06, 0.02};
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(adjusted[i], wanted[i], 1e-15) << i;
  }
}

TEST(Holm, CountsHypothesesThatNobodyTested) {
  std::vector<double> p(9, 1.0);
  p[4] = 0.001;
  EXPECT_DOUBLE_EQ(holm_adjusted(p)[4], 0.009);
  EXPECT_EQ(holm_adjusted(p)[0], 1.0);
}

TEST(Holm, NeverAdjustsDownwardsNorBeyondOne) {
  const std::vector<double> p = {0.2, 0.5, 0.9, 0.0};
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_GE(adjusted[i], p[i]);
    EXPECT_LE(adjusted[i], 1.0);
  }
  EXPECT_EQ(adjusted[3], 0.0);
}

TEST(Holm, RefusesWhatIsNoP) {
  EXPECT_THROW((void)holm_adjusted(std::vector<double>{0.5, 1.5}), InputError);
  EXPECT_THROW((void)holm_adjusted(std::vector<double>{std::nan("")}), InputError);
  EXPECT_TRUE(holm_adjusted(std::vector<double>{}).empty());
}

TEST(VarianceEstimate, IsTheFormulaOfTwoMeans) {
  // (10 - 4) / (1/2 - 1/8) = 16; standard error sqrt(8/2 + 2/2) / (3/8).
  const std::vector<double> small = {8.0, 12.0};
  const std::vector<double> large = {3.0, 5.0};
  const VarianceEstimate estimate = estimate_variance(small, 2, large, 8);
  EXPECT_DOUBLE_EQ(estimate.value, 16.0);
  EXPECT_DOUBLE_EQ(estimate.standard_error, std::sqrt(5.0) * 8.0 / 3.0);
  // Welch-Satterthwaite: (4 + 1)^2 / (4^2/1 + 1^2/1).
  EXPECT_DOUBLE_EQ(estimate.degrees_of_freedom, 25.0 / 17.0);
}

// Gradients m + sqrt(v) N(0, 1) in one dimension: |g_n|^2 = (m + sqrt(v/n) Z)^2, tr Sigma = v.
std::vector<double> squared_norms(double m, double v, int n, int batches, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  std::vector<double> norms;
  for (int i = 0; i < batches; ++i) {
    norms.push_back(std::pow(m + std::sqrt(v / n) * normal(random), 2));
  }
  return norms;
}

TEST(VarianceEstimate, IsUnbiasedAndCoversWithItsInterval) {
  std::mt19937_64 random(20);
  const int replicates = 2000;
  double sum = 0.0;
  double squares = 0.0;
  std::uint64_t covered = 0;
  for (int k = 0; k < replicates; ++k) {
    const VarianceEstimate estimate =
        estimate_variance(squared_norms(1.5, 4.0, 1, 200, random), 1, squared_norms(1.5, 4.0, 16, 200, random), 16);
    sum += estimate.value;
    squares += estimate.value * estimate.value;
    const ConfidenceInterval interval = estimate.interval(0.99);
    covered += interval.lower <= 4.0 && 4.0 <= interval.upper ? 1U : 0U;
  }
  const double mean = sum / replicates;
  const double error = std::sqrt((squares / replicates - mean * mean) / replicates);
  EXPECT_NEAR(mean, 4.0, 4.0 * error) << "four standard errors: one false alarm in 16,000 seeds";
  // Squared norms are skewed, so that the coverage is a little less than stated.
  EXPECT_GT(clopper_pearson(covered, replicates, 0.9999).upper, 0.98);
}

TEST(VarianceEstimate, TestsAValueAsItsIntervalDoes) {
  std::mt19937_64 random(21);
  const VarianceEstimate estimate =
      estimate_variance(squared_norms(0.0, 4.0, 1, 500, random), 1, squared_norms(0.0, 4.0, 8, 500, random), 8);
  const ConfidenceInterval interval = estimate.interval(0.99);
  EXPECT_NEAR(estimate.p_two_sided(interval.lower), 0.01, 1e-9);
  EXPECT_NEAR(estimate.p_two_sided(interval.upper), 0.01, 1e-9);
  EXPECT_DOUBLE_EQ(estimate.p_two_sided(estimate.value), 1.0);
}

TEST(VarianceEstimate, OfGradientsThatDoNotVaryIsAPoint) {
  const std::vector<double> zeros = {0.0, 0.0, 0.0};
  const VarianceEstimate estimate = estimate_variance(zeros, 1, zeros, 4);
  EXPECT_EQ(estimate.value, 0.0);
  EXPECT_EQ(estimate.interval(0.99).upper, 0.0);
  EXPECT_EQ(estimate.p_two_sided(0.0), 1.0);
  EXPECT_EQ(estimate.p_two_sided(1.0), 0.0);
}

TEST(VarianceEstimate, RefusesEqualSizesAndSingleBatches) {
  const std::vector<double> two = {1.0, 2.0};
  EXPECT_THROW((void)estimate_variance(two, 4, two, 4), InputError);
  EXPECT_THROW((void)estimate_variance(two, 0, two, 4), InputError);
  EXPECT_THROW((void)estimate_variance(std::vector<double>{1.0}, 1, two, 4), InputError);
}

Arm seeds_only(std::vector<double> seeds) {
  return {.name = "arm", .seeds = std::move(seeds), .samples = {}, .sources = {}};
}

TEST(Comparison, HasWelchsTestInBothDirections) {
  const Arm low = seeds_only({1.0, 1.1, 0.9});
  const Arm high = seeds_only({2.0, 2.2, 1.8});
  const Comparison right = compare(low, high, 0.001);
  const Comparison wrong = compare(high, low, 0.001);
  EXPECT_DOUBLE_EQ(right.estimate, 1.0);
  EXPECT_DOUBLE_EQ(wrong.estimate, -1.0);
  EXPECT_NEAR(right.p_for, welch_test(low.seeds, high.seeds).p_less, 1e-15);
  EXPECT_DOUBLE_EQ(right.p_for, wrong.p_against);
  EXPECT_NEAR(right.p_for + right.p_against, 1.0, 1e-12);
  EXPECT_FALSE(right.p_bootstrap.has_value());
  EXPECT_FALSE(wrong.seeds_that_suffice.has_value()) << "no number of seeds turns a difference round";
  // Half the 99 % interval is where the one-sided p is 0.005.
  EXPECT_GT(right.interval.lower, 0.0);
  EXPECT_LT(right.p_for, 0.005);
}

TEST(Comparison, FindsNothingWhereNothingIsMoreOftenThanItSays) {
  std::mt19937_64 random(23);
  std::normal_distribution<double> normal;
  const std::uint64_t replicates = 4000;
  std::uint64_t found = 0;
  for (std::uint64_t k = 0; k < replicates; ++k) {
    const auto draw = [&] { return seeds_only({normal(random), normal(random), 3.0 * normal(random)}); };
    found += compare(draw(), draw(), 0.001).p_for < 0.05 ? 1U : 0U;
  }
  EXPECT_LT(clopper_pearson(found, replicates, 0.9999).lower, 0.05);
}

TEST(Comparison, SaysHowManySeedsWouldDo) {
  const Arm low = seeds_only({1.0, 1.4, 0.6});
  const Arm high = seeds_only({2.0, 2.4, 1.6});
  const Comparison few = compare(low, high, 0.001);
  EXPECT_GT(few.p_for, 0.001);
  ASSERT_TRUE(few.seeds_that_suffice.has_value());
  EXPECT_GT(*few.seeds_that_suffice, 3);
  EXPECT_LT(*few.seeds_that_suffice, 20);
}

TEST(Comparison, OfSeedsThatDoNotVaryIsLeftToTheirSamples) {
  Arm low = seeds_only({0.0, 0.0, 0.0});
  Arm high = seeds_only({1.0, 1.0, 1.0});
  EXPECT_EQ(compare(low, high, 0.001).p_for, 1.0) << "without samples nothing shows that these are three runs";
  low.samples.assign(50, 0.0);
  high.samples.assign(50, 1.0);
  low.sources = high.sources = "the same";
  const Comparison found = compare(low, high, 0.001);
  EXPECT_TRUE(found.paired);
  EXPECT_DOUBLE_EQ(found.p_for, 1e-4) << "one of 9,999 resamples and the data";
  EXPECT_EQ(found.p_against, 1.0);
}

TEST(Comparison, TakesTheLargerOfBothTests) {
  Arm low = seeds_only({1.0, 1.01, 0.99});
  Arm high = seeds_only({2.0, 2.01, 1.99});
  low.samples = {0.0, 3.0, 0.0, 3.0};
  high.samples = {3.0, 0.0, 3.0, 0.5};
  const Comparison found = compare(low, high, 0.001);
  EXPECT_LT(found.p_welch, 1e-4);
  ASSERT_TRUE(found.p_bootstrap.has_value());
  EXPECT_GT(*found.p_bootstrap, 0.05);
  EXPECT_EQ(found.p_for, *found.p_bootstrap);
}

TEST(Bootstrap, DrawsTheSameEachTimeAndAgreesWithANormalTail) {
  std::mt19937_64 random(22);
  std::normal_distribution<double> normal(0.1, 1.0);
  std::vector<double> differences(400);
  for (double& difference : differences) {
    difference = normal(random);
  }
  const std::vector<double> zeros(differences.size(), 0.0);
  const BootstrapTails tails = bootstrap(zeros, differences, true);
  EXPECT_EQ(tails.p_for, bootstrap(zeros, differences, true).p_for);
  const SampleMoments moments = sample_moments(differences);
  const double z = moments.mean / std::sqrt(moments.variance / static_cast<double>(differences.size()));
  const double wanted = 0.5 * std::erfc(z / std::sqrt(2.0));
  const double error = std::sqrt(wanted * (1.0 - wanted) / static_cast<double>(kResamples));
  EXPECT_NEAR(tails.p_for, wanted, 4.0 * error + 0.2 * wanted) << "simulation, and the sample's own skewness";
  EXPECT_NEAR(tails.p_for + tails.p_against, 1.0, 1e-3);
}

TEST(Bootstrap, SeesMoreWherePairsGoTogether) {
  std::vector<double> low;
  std::vector<double> high;
  for (int i = 0; i < 200; ++i) {
    low.push_back(i);
    high.push_back(i + 1.0 + 0.1 * (i % 3));
  }
  EXPECT_LT(bootstrap(low, high, true).p_for, 1e-3);
  EXPECT_GT(bootstrap(low, high, false).p_for, 0.1);
}

TEST(Bootstrap, RefusesArmsThatCannotBePaired) {
  const std::vector<double> two = {1.0, 2.0};
  EXPECT_THROW((void)bootstrap(two, std::vector<double>{1.0}, true), InputError);
  EXPECT_THROW((void)bootstrap(two, std::vector<double>{}, false), InputError);
}

}  // namespace
}  // namespace straightedge::certify
