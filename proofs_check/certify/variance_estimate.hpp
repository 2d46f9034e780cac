// The gradient variance tr Sigma = E|g|^2 - |E g|^2 of single samples, from mean gradients over batches of two sizes.
//
// A mean gradient over n independent samples has E|g_n|^2 = |E g|^2 + tr Sigma / n. So for sizes b < B
//   tr Sigma = (E|g_b|^2 - E|g_B|^2) / (1/b - 1/B),
// and means over independent batches in place of the expectations give an unbiased estimate. Its standard error is
//   sqrt(s_b^2 / n_b + s_B^2 / n_B) / (1/b - 1/B),
// s^2 the unbiased variances of the n_b and n_B squared norms; its degrees of freedom are Welch-Satterthwaite's.
#pragma once

#include <cstdint>
#include <span>
#include <straightedge/statistics.hpp>

namespace straightedge::certify {

struct VarianceEstimate {
  double value;  ///< may be negative, as an unbiased estimate of a small variance must be
  double standard_error;
  double degrees_of_freedom;  ///< infinite where neither set of squared norms varies

  /// Student's interval around the value; the value alone where the standard error is 0.
  [[nodiscard]] ConfidenceInterval interval(double confidence) const;
  /// Two-sided p of the hypothesis that the variance is `hypothesis`.
  [[nodiscard]] double p_two_sided(double hypothesis) const;
};

/// From the squared norms of the mean gradients over batches of `b` and over batches of `big` samples. Throws
/// InputError unless 1 <= b < big and both have at least two finite values.
[[nodiscard]] VarianceEstimate estimate_variance(std::span<const double> norms_b, std::uint64_t b,
                                                 std::span<const double> norms_big, std::uint64_t big);

}  // namespace straightedge::certify
