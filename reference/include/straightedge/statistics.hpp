// Interval estimates and tests. All in double: the data are samples. The distributions are Boost.Math's.
#pragma once

#include <cstdint>
#include <span>

namespace straightedge {
/// [lower, upper] holds the true value with the confidence that was asked for.
struct ConfidenceInterval {
  double lower;  ///< lower end
  double upper;  ///< upper end
};

/// Clopper-Pearson for a proportion: exact coverage >= confidence. Throws InputError unless successes <= trials,
/// trials >= 1 and confidence is in (0, 1).
[[nodiscard]] ConfidenceInterval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence);

/// Student's t interval for the mean of at least two finite samples, exact for normal ones. Else throws InputError.
[[nodiscard]] ConfidenceInterval student_interval(std::span<const double> samples, double confidence);

/// Empirical Bernstein for the mean of n >= 2 independent samples bounded in [low, high]; no normality. With V the
/// unbiased sample variance and a = 1 - confidence,
///   |mean - E| <= sqrt(2 V log(4/a) / n) + 7 (high - low) log(4/a) / (3 (n - 1))
/// with probability >= confidence: Maurer and Pontil (2009), theorem 4, whose one-sided log(2/delta) is applied to the
/// samples and to their reflection at delta = a/2 each, by a union bound. The interval is cut to [low, high]. Throws
/// InputError for fewer than two samples, a sample outside of [low, high] or low >= high.
[[nodiscard]] ConfidenceInterval empirical_bernstein(std::span<const double> samples, double low, double high,
                                                     double confidence);

/// Welch's (1947) test of equal means, of two samples of at least two finite values each: fewer, and values that are
/// not finite, are an InputError. Throws DoesNotExist when neither varies.
struct WelchTest {
  double statistic;           ///< (mean a - mean b) / standard error
  double degrees_of_freedom;  ///< Welch-Satterthwaite
  double p_two_sided;         ///< of the alternative of unequal means
  double p_less;              ///< of the alternative mean a < mean b
};
[[nodiscard]] WelchTest welch_test(std::span<const double> a, std::span<const double> b);

/// The largest failure rate compatible with no failure in n independent cases: 1 - (1 - confidence)^{1/n}; 1 for n = 0.
/// Throws InputError unless confidence is in (0, 1).
[[nodiscard]] double excluded_failure_rate(std::uint64_t cases, double confidence);

/// Mean and unbiased variance of at least two finite samples, in one pass (Welford 1962). Throws InputError for fewer,
/// and for a sample that is not finite.
struct SampleMoments {
  double mean;      ///< sum x_i / n
  double variance;  ///< divisor n - 1
};
[[nodiscard]] SampleMoments sample_moments(std::span<const double> samples);

}  // namespace straightedge
