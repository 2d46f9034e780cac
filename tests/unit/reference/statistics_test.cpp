#include <straightedge/statistics.hpp>

#include <straightedge/error.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace straightedge {
namespace {

// A simulation is judged by a Clopper-Pearson interval of this confidence: one false alarm in 10,000 seeds.
constexpr double simulation_confidence = 0.9999;

double binomial_probability(int k, int n, double p) {
  const double log_choose = std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0);
  return std::exp(log_choose + k * std::log(p) + (n - k) * std::log1p(-p));
}

std::vector<double> draw(std::size_t n, const std::function<double()>& sample) {
  std::vector<double> values(n);
  for (double& value : values) {
    value = sample();
  }
  return values;
}

// How often, in `replicates`, an interval for the mean of `n` draws contains `mean`.
std::uint64_t covered(int replicates, std::size_t n, double mean, const std::function<double()>& sample,
                      const std::function<ConfidenceInterval(std::span<const double>)>& interval) {
  std::uint64_t count = 0;
  for (int replicate = 0; replicate < replicates; ++replicate) {
    const ConfidenceInterval estimate = interval(draw(n, sample));
    count += estimate.lower <= mean && mean <= estimate.upper ? 1U : 0U;
  }
  return count;
}

TEST(ClopperPearson, AgreesWithTheTabulatedIntervalOfFiveInTen) {
  const ConfidenceInterval interval = clopper_pearson(5, 10, 0.95);
  EXPECT_NEAR(interval.lower, 0.1870860, 1e-7);
  EXPECT_NEAR(interval.upper, 0.8129140, 1e-7);
}

TEST(ClopperPearson, HasTailsOfHalfTheErrorProbabilityAtItsEnds) {
  const int n = 23;
  const int k = 7;
  const ConfidenceInterval interval = clopper_pearson(k, n, 0.99);
  double at_most_k = 0.0;
  double at_least_k = 0.0;
  for (int j = 0; j <= n; ++j) {
    at_most_k += j <= k ? binomial_probability(j, n, interval.upper) : 0.0;
    at_least_k += j >= k ? binomial_probability(j, n, interval.lower) : 0.0;
  }
  EXPECT_NEAR(at_most_k, 0.005, 1e-12);
  EXPECT_NEAR(at_least_k, 0.005, 1e-12);
}

TEST(ClopperPearson, WithoutASuccessLeadsFromZeroToTheRuleOfThree) {
  const ConfidenceInterval none = clopper_pearson(0, 10, 0.95);
  EXPECT_EQ(none.lower, 0.0);
  EXPECT_NEAR(none.upper, 1.0 - std::pow(0.025, 0.1), 1e-14);
  const ConfidenceInterval all = clopper_pearson(10, 10, 0.95);
  EXPECT_NEAR(all.lower, std::pow(0.025, 0.1), 1e-14);
  EXPECT_EQ(all.upper, 1.0);
}

TEST(ClopperPearson, CoversEveryProportionByExactEnumeration) {
  const double confidence = 0.9;
  for (const int n : {1, 2, 9, 40}) {
    double smallest = 1.0;
    for (int step = 1; step < 200; ++step) {
      const double p = step / 200.0;
      double coverage = 0.0;
      for (int k = 0; k <= n; ++k) {
        const auto interval = clopper_pearson(static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(n), confidence);
        coverage += interval.lower <= p && p <= interval.upper ? binomial_probability(k, n, p) : 0.0;
      }
      smallest = std::min(smallest, coverage);
    }
    EXPECT_GE(smallest, confidence - 1e-12) << "n = " << n;
  }
}

TEST(ClopperPearson, RefusesWhatIsNoProportion) {
  EXPECT_THROW(static_cast<void>(clopper_pearson(1, 0, 0.95)), InputError);
  EXPECT_THROW(static_cast<void>(clopper_pearson(3, 2, 0.95)), InputError);
  EXPECT_THROW(static_cast<void>(clopper_pearson(1, 2, 1.0)), InputError);
  EXPECT_THROW(static_cast<void>(clopper_pearson(1, 2, std::nan(""))), InputError);
}

TEST(StudentInterval, UsesTheTabulatedQuantileOfNineDegrees) {
  const std::array<double, 10> samples{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const double standard_error = std::sqrt((82.5 / 9.0) / 10.0);
  const ConfidenceInterval interval = student_interval(samples, 0.95);
  EXPECT_NEAR((interval.upper - 5.5) / standard_error, 2.262157163, 1e-9);
  EXPECT_NEAR((5.5 - interval.lower) / standard_error, 2.262157163, 1e-9);
}

TEST(StudentInterval, CoversTheMeanOfNormalSamplesAsOftenAsItDeclares) {
  std::mt19937_64 engine(1);
  std::normal_distribution<double> normal(3.0, 2.0);
  const int replicates = 4000;
  for (const double confidence : {0.8, 0.95}) {
    const auto count = covered(
        replicates, 5, 3.0, [&] { return normal(engine); },
        [&](auto samples) { return student_interval(samples, confidence); });
    const ConfidenceInterval coverage = clopper_pearson(count, replicates, simulation_confidence);
    EXPECT_LE(coverage.lower, confidence);
    EXPECT_GE(coverage.upper, confidence);
  }
}

TEST(StudentInterval, OfConstantSamplesIsAPoint) {
  const std::array<double, 3> samples{0.1, 0.1, 0.1};
  const ConfidenceInterval interval = student_interval(samples, 0.99);
  EXPECT_EQ(interval.lower, 0.1);
  EXPECT_EQ(interval.upper, 0.1);
}

TEST(EmpiricalBernstein, IsTheFormulaOfItsHeader) {
  const std::array<double, 8> samples{0.5, 0.75, 0.25, 0.5, 0.5, 0.625, 0.375, 0.5};
  const double variance = (2.0 * 0.25 * 0.25 + 2.0 * 0.125 * 0.125) / 7.0;
  const double log_term = std::log(4.0 / 0.75);
  const double half_width = std::sqrt(2.0 * variance * log_term / 8.0) + 7.0 * 4.0 * log_term / (3.0 * 7.0);
  const ConfidenceInterval wide = empirical_bernstein(samples, -10.0, 10.0, 0.25);
  const ConfidenceInterval narrow = empirical_bernstein(samples, -2.0, 2.0, 0.25);
  EXPECT_NEAR(narrow.lower, std::max(-2.0, 0.5 - half_width), 1e-14);
  EXPECT_EQ(narrow.upper, 2.0);
  EXPECT_LT(wide.lower, narrow.lower);
}

TEST(EmpiricalBernstein, OfConstantSamplesKeepsTheRangeTerm) {
  const std::vector<double> samples(1001, 0.5);
  const ConfidenceInterval interval = empirical_bernstein(samples, 0.0, 1.0, 0.99);
  EXPECT_NEAR(interval.upper - 0.5, 7.0 * std::log(400.0) / 3000.0, 1e-15);
  EXPECT_NEAR(0.5 - interval.lower, 7.0 * std::log(400.0) / 3000.0, 1e-15);
}

TEST(EmpiricalBernstein, CoversTheMeanOfSkewedBoundedSamples) {
  std::mt19937_64 engine(2);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const auto fourth_power = [&] { return std::pow(uniform(engine), 4); };
  const auto rare_event = [&] { return uniform(engine) < 0.02 ? 1.0 : 0.0; };
  const int replicates = 2000;
  for (const std::size_t n : {std::size_t{2}, std::size_t{60}}) {
    const auto interval = [](auto samples) { return empirical_bernstein(samples, 0.0, 1.0, 0.8); };
    const auto powers = covered(replicates, n, 0.2, fourth_power, interval);
    const auto events = covered(replicates, n, 0.02, rare_event, interval);
    EXPECT_GE(clopper_pearson(powers, replicates, simulation_confidence).upper, 0.8);
    EXPECT_GE(clopper_pearson(events, replicates, simulation_confidence).upper, 0.8);
  }
  // The interval is not vacuous: it narrows with n at the rate of the standard error.
  const auto samples = draw(100000, fourth_power);
  const ConfidenceInterval interval = empirical_bernstein(samples, 0.0, 1.0, 0.8);
  EXPECT_LT(interval.upper - interval.lower, 0.005);
}

TEST(EmpiricalBernstein, RefusesASampleOutsideOfTheBounds) {
  const std::array<double, 3> samples{0.5, 1.5, 0.25};
  EXPECT_THROW(static_cast<void>(empirical_bernstein(samples, 0.0, 1.0, 0.9)), InputError);
  EXPECT_THROW(static_cast<void>(empirical_bernstein(samples, 2.0, 0.0, 0.9)), InputError);
  EXPECT_THROW(static_cast<void>(empirical_bernstein(std::span(samples).first(1), 0.0, 2.0, 0.9)), InputError);
}

// Student's sleep data, whose Welch test is the example of R's t.test: t = -1.8608, df = 17.776, p = 0.07939.
constexpr std::array<double, 10> sleep_first{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
constexpr std::array<double, 10> sleep_second{1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

TEST(WelchTest, AgreesWithThePublishedTestOfTheSleepData) {
  const WelchTest test = welch_test(sleep_first, sleep_second);
  EXPECT_NEAR(test.statistic, -1.8608, 5e-5);
  EXPECT_NEAR(test.degrees_of_freedom, 17.776, 5e-4);
  EXPECT_NEAR(test.p_two_sided, 0.07939, 5e-6);
  EXPECT_NEAR(test.p_less, test.p_two_sided / 2.0, 1e-15);
}

TEST(WelchTest, IsAntisymmetricInItsSamples) {
  const WelchTest forwards = welch_test(sleep_first, sleep_second);
  const WelchTest backwards = welch_test(sleep_second, sleep_first);
  EXPECT_DOUBLE_EQ(forwards.statistic, -backwards.statistic);
  EXPECT_DOUBLE_EQ(forwards.p_two_sided, backwards.p_two_sided);
  EXPECT_NEAR(forwards.p_less + backwards.p_less, 1.0, 1e-15);
}

TEST(WelchTest, RejectsEqualMeansOfUnequalVariancesAsRarelyAsItDeclares) {
  std::mt19937_64 engine(3);
  std::normal_distribution<double> narrow(1.0, 0.5);
  std::normal_distribution<double> wide(1.0, 4.0);
  const int replicates = 4000;
  std::uint64_t two_sided = 0;
  std::uint64_t less = 0;
  for (int replicate = 0; replicate < replicates; ++replicate) {
    const WelchTest test = welch_test(draw(20, [&] { return narrow(engine); }), draw(12, [&] { return wide(engine); }));
    two_sided += test.p_two_sided < 0.05 ? 1U : 0U;
    less += test.p_less < 0.05 ? 1U : 0U;
  }
  for (const std::uint64_t rejections : {two_sided, less}) {
    const ConfidenceInterval rate = clopper_pearson(rejections, replicates, simulation_confidence);
    EXPECT_LE(rate.lower, 0.05);
    EXPECT_GE(rate.upper, 0.05);
  }
}

TEST(WelchTest, OfOneConstantSampleHasTheDegreesOfTheOther) {
  const std::array<double, 4> constant{2.0, 2.0, 2.0, 2.0};
  EXPECT_NEAR(welch_test(constant, sleep_first).degrees_of_freedom, 9.0, 1e-13);
  EXPECT_THROW(static_cast<void>(welch_test(constant, constant)), DoesNotExist);
}

TEST(ExcludedFailureRate, IsTheRateAtWhichNoFailureHasTheErrorProbability) {
  for (const std::uint64_t cases : {std::uint64_t{1}, std::uint64_t{200}, std::uint64_t{100000}}) {
    const double rate = excluded_failure_rate(cases, 0.99);
    EXPECT_NEAR(std::pow(1.0 - rate, static_cast<double>(cases)), 0.01, 1e-11);
  }
  EXPECT_EQ(excluded_failure_rate(0, 0.99), 1.0);
}

TEST(SampleMoments, AreExactOnSmallIntegersFarFromTheOrigin) {
  const double offset = 1e9;
  const std::array<double, 5> samples{offset + 1, offset + 2, offset + 3, offset + 4, offset + 5};
  const SampleMoments moments = sample_moments(samples);
  EXPECT_EQ(moments.mean, offset + 3);
  EXPECT_DOUBLE_EQ(moments.variance, 2.5);
}

TEST(SampleMoments, RefuseASingleSampleAndNaN) {
  const std::array<double, 2> samples{1.0, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THROW(static_cast<void>(sample_moments(samples)), InputError);
  EXPECT_THROW(static_cast<void>(sample_moments(std::span(samples).first(1))), InputError);
}

}  // namespace
}  // namespace straightedge
