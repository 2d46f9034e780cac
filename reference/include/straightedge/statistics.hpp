// Interval estimates and tests. All in double: the data are samples. The distributions are Boost.Math's.
#pragma once

#include <cstdint>
#include <span>

namespace straightedge {

struct ConfidenceInterval {
  double lower;
  double upper;
};

/// Clopper-Pearson for a proportion: exact coverage >= confidence. successes <= trials, trials >= 1, confidence in (0,
/// 1).
[[nodiscard]] ConfidenceInterval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence);

/// Student's t interval for the mean of at least two samples.
[[nodiscard]] ConfidenceInterval student_interval(std::span<const double> samples, double confidence);

/// Empirical Bernstein (Maurer and Pontil 2009, theorem 4) for the mean of samples bounded in [low, high]:
/// |mean - E| <= sqrt(2 V log(2/delta') / n) + 7 (high-low) log(2/delta') / (3 (n-1)), each side with delta' = (1 -
/// confidence)/2... valid for every n >= 2, no normality.
[[nodiscard]] ConfidenceInterval empirical_bernstein(std::span<const double> samples, double low, double high,
                                                     double confidence);

/// Welch's test of equal means.
struct WelchTest {
  double statistic;           ///< (mean a - mean b) / standard error
  double degrees_of_freedom;  ///< Welch-Satterthwaite
  double p_two_sided;
  double p_less;  ///< of the alternative mean a < mean b
};
[[nodiscard]] WelchTest welch_test(std::span<const double> a, std::span<const double> b);

/// The largest failure rate compatible with no failure in n independent cases: 1 - (1 - confidence)^{1/n}.
[[nodiscard]] double excluded_failure_rate(std::uint64_t cases, double confidence);

/// Mean and unbiased variance of at least two samples, in one pass.
struct SampleMoments {
  double mean;
  double variance;
};
[[nodiscard]] SampleMoments sample_moments(std::span<const double> samples);

}  // namespace straightedge
