#include <straightedge/statistics.hpp>

#include <straightedge/error.hpp>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <string>

namespace straightedge {
namespace {

void require_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0)) {
    throw InputError("confidence " + std::to_string(confidence) + " is not in (0, 1)");
  }
}

void require_two_samples(std::size_t n) {
  if (n < 2) {
    throw InputError("an estimate of a variance needs at least two samples, not " + std::to_string(n));
  }
}

// The half-width of one side, at error probability `delta`, of Maurer and Pontil's theorem 4.
double bernstein_half_width(double variance, double range, double n, double delta) {
  const double log_term = std::log(2.0 / delta);
  return std::sqrt(2.0 * variance * log_term / n) + 7.0 * range * log_term / (3.0 * (n - 1.0));
}

}  // namespace

ConfidenceInterval clopper_pearson(std::uint64_t successes, std::uint64_t trials, double confidence) {
  require_confidence(confidence);
  if (trials == 0 || successes > trials) {
    throw InputError(std::to_string(successes) + " successes in " + std::to_string(trials) +
                     " trials: at least one trial and no more successes than trials are needed");
  }
  using boost::math::binomial_distribution;
  const double tail = (1.0 - confidence) / 2.0;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(successes);
  return {binomial_distribution<>::find_lower_bound_on_p(n, k, tail),
          binomial_distribution<>::find_upper_bound_on_p(n, k, tail)};
}

SampleMoments sample_moments(std::span<const double> samples) {
  require_two_samples(samples.size());
  // Welford's recursion: no difference of large sums.
  double mean = 0.0;
  double sum_of_squares = 0.0;
  double count = 0.0;
  for (const double sample : samples) {
    if (!std::isfinite(sample)) {
      throw InputError("sample " + std::to_string(static_cast<std::size_t>(count)) + " is not finite");
    }
    count += 1.0;
    const double before = sample - mean;
    mean += before / count;
    sum_of_squares += before * (sample - mean);
  }
  return {mean, sum_of_squares / (count - 1.0)};
}

ConfidenceInterval student_interval(std::span<const double> samples, double confidence) {
  require_confidence(confidence);
  const SampleMoments moments = sample_moments(samples);
  const auto n = static_cast<double>(samples.size());
  const boost::math::students_t distribution(n - 1.0);
  const double quantile = boost::math::quantile(boost::math::complement(distribution, (1.0 - confidence) / 2.0));
  const double half_width = quantile * std::sqrt(moments.variance / n);
  return {moments.mean - half_width, moments.mean + half_width};
}

ConfidenceInterval empirical_bernstein(std::span<const double> samples, double low, double high, double confidence) {
  require_confidence(confidence);
  if (!(low < high)) {
    throw InputError("the bounds of the samples must satisfy low < high");
  }
  const SampleMoments moments = sample_moments(samples);
  for (const double sample : samples) {
    if (sample < low || sample > high) {
      throw InputError("sample " + std::to_string(sample) + " lies outside of [" + std::to_string(low) + ", " +
                       std::to_string(high) + "]");
    }
  }
  const double half_width =
      bernstein_half_width(moments.variance, high - low, static_cast<double>(samples.size()), (1.0 - confidence) / 2.0);
  return {std::max(low, moments.mean - half_width), std::min(high, moments.mean + half_width)};
}

WelchTest welch_test(std::span<const double> a, std::span<const double> b) {
  const SampleMoments moments_a = sample_moments(a);
  const SampleMoments moments_b = sample_moments(b);
  const auto n_a = static_cast<double>(a.size());
  const auto n_b = static_cast<double>(b.size());
  const double share_a = moments_a.variance / n_a;
  const double share_b = moments_b.variance / n_b;
  const double squared_error = share_a + share_b;
  if (squared_error == 0.0) {
    throw DoesNotExist("Welch's statistic: neither sample varies");
  }
  // Shares relative to their sum, whose squares cannot underflow together.
  const double part_a = share_a / squared_error;
  const double part_b = share_b / squared_error;
  const double degrees = 1.0 / (part_a * part_a / (n_a - 1.0) + part_b * part_b / (n_b - 1.0));
  const double statistic = (moments_a.mean - moments_b.mean) / std::sqrt(squared_error);
  const boost::math::students_t distribution(degrees);
  const double upper_tail = boost::math::cdf(boost::math::complement(distribution, std::fabs(statistic)));
  return {statistic, degrees, 2.0 * upper_tail, statistic < 0.0 ? upper_tail : 1.0 - upper_tail};
}

double excluded_failure_rate(std::uint64_t cases, double confidence) {
  require_confidence(confidence);
  if (cases == 0) {
    return 1.0;
  }
  return -std::expm1(std::log1p(-confidence) / static_cast<double>(cases));
}

}  // namespace straightedge
