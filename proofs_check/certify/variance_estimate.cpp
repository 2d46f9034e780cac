#include <certify/variance_estimate.hpp>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::certify {

ConfidenceInterval VarianceEstimate::interval(double confidence) const {
  if (standard_error == 0.0) {
    return {value, value};
  }
  const boost::math::students_t distribution(degrees_of_freedom);
  const double half_width =
      standard_error * boost::math::quantile(boost::math::complement(distribution, (1.0 - confidence) / 2.0));
  return {value - half_width, value + half_width};
}

double VarianceEstimate::p_two_sided(double hypothesis) const {
  if (standard_error == 0.0) {
    return hypothesis == value ? 1.0 : 0.0;
  }
  const boost::math::students_t distribution(degrees_of_freedom);
  const double distance = std::fabs(hypothesis - value) / standard_error;
  return 2.0 * boost::math::cdf(boost::math::complement(distribution, distance));
}

VarianceEstimate estimate_variance(std::span<const double> norms_b, std::uint64_t b, std::span<const double> norms_big,
                                   std::uint64_t big) {
  if (b < 1 || b >= big) {
    throw InputError("a gradient variance from batches of " + std::to_string(b) + " and " + std::to_string(big) +
                     ": sizes 1 <= b < B are needed");
  }
  const SampleMoments small = sample_moments(norms_b);
  const SampleMoments large = sample_moments(norms_big);
  const double factor = 1.0 / (1.0 / static_cast<double>(b) - 1.0 / static_cast<double>(big));
  const auto n_b = static_cast<double>(norms_b.size());
  const auto n_big = static_cast<double>(norms_big.size());
  const double squared_error = small.variance / n_b + large.variance / n_big;
  double degrees = std::numeric_limits<double>::infinity();
  if (squared_error > 0.0) {
    // Shares relative to their sum, whose squares cannot underflow together.
    const double part_b = small.variance / n_b / squared_error;
    const double part_big = large.variance / n_big / squared_error;
    degrees = 1.0 / (part_b * part_b / (n_b - 1.0) + part_big * part_big / (n_big - 1.0));
  }
  return {factor * (small.mean - large.mean), factor * std::sqrt(squared_error), degrees};
}

}  // namespace straightedge::certify
