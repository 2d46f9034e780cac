// x_t and the target of a batch, by the operator `interpolate`.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pair_sampler.hpp>
#include <train/recipe.hpp>

namespace straightedge::train {

/// Times t of a step, uniform in (0, 1).
[[nodiscard]] at::Tensor times_of(std::int64_t seed, std::int64_t step, std::int64_t batch, const at::Device& device);

/// Writes x_t = (1-t) x0 + t x1 + f(t) z and the target, with the noise z of the step.
void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 std::int64_t step, at::Tensor& xt, at::Tensor& target);
/// The same, with the noise's offset in memory where the batch is, int64 []. A GPU is not waited for.
void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 const at::Tensor& offset, at::Tensor& xt, at::Tensor& target);

}  // namespace straightedge::train
