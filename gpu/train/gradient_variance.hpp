// The gradient variance of a field under a pairing, measured from two batch sizes.
//
// With g_n the mean gradient of n independent samples, E|g_n|^2 = |E g|^2 + tr(Sigma) / n, hence
//   tr(Sigma) = (E|g_b|^2 - E|g_B|^2) / (1/b - 1/B),
// unbiased. `straightedge certify` makes its intervals from the squared norms themselves.
#pragma once

#include <data/pair_sampler.hpp>
#include <model/model.hpp>
#include <processes/processes.hpp>

#include <optional>
#include <vector>

namespace straightedge::train {

/// Times in [from, to], a part of [0, 1].
struct TimeBin {
  std::int64_t number;  ///< from 1
  double from;
  double to;
};
/// `count` bins of equal width.
[[nodiscard]] std::vector<TimeBin> time_bins(std::int64_t count);

/// What is measured: a field under a pairing, with noise.
struct MeasuredField {
  const Model& model;
  const at::Tensor& parameters;
  const PairSampler& sampler;
  const NoiseRecipe& noise;
  const Processes& processes;  ///< that share the batches
};

/// |g|^2 of `batches` batches of `batch` samples each, with draws of their own: of no step of a training, nor of
/// another size or bin. `bin`: t is uniform in it; none: in (0, 1).
[[nodiscard]] std::vector<double> squared_gradient_norms(const MeasuredField& field, std::int64_t seed,
                                                         std::int64_t batch, std::int64_t batches,
                                                         const std::optional<TimeBin>& bin = std::nullopt);

struct VarianceEstimate {
  double value;               ///< may be negative, as an unbiased estimate of a small variance must be
  double standard_error;      ///< from how the squared norms of each size vary
  double degrees_of_freedom;  ///< Welch-Satterthwaite's
  /// Half the width of Student's 99 % interval; nothing below 10 degrees of freedom, where its expansion is too coarse.
  [[nodiscard]] std::optional<double> half_width_99() const;
};

/// From squared norms of batches of b and of B > b samples, two or more of each.
[[nodiscard]] VarianceEstimate estimate_variance(const std::vector<double>& norms_b, std::int64_t b,
                                                 const std::vector<double>& norms_B, std::int64_t B);

}  // namespace straightedge::train
