// The gradient variance of a field under a pairing, measured from two batch sizes.
//
// With g_n the mean gradient of n independent samples, E|g_n|^2 = |E g|^2 + tr(Sigma) / n, hence
//   tr(Sigma) = (E|g_b|^2 - E|g_B|^2) / (1/b - 1/B),
// unbiased. Confidence intervals are made by who reads the squared norms: `straightedge certify`.
#pragma once

#include <data/pairs.hpp>
#include <model/model.hpp>

#include <vector>

namespace straightedge::train {

/// |g|^2 of `batches` batches of `batch` samples each, with draws of their own: of no step of a training.
[[nodiscard]] std::vector<double> squared_gradient_norms(const Model& model, const at::Tensor& parameters,
                                                         const PairSampler& sampler, const NoiseRecipe& noise,
                                                         std::int64_t seed, std::int64_t batch, std::int64_t batches);

}  // namespace straightedge::train
