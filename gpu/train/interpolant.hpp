// x_t and the target of a batch, by the operator `interpolate`.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pair_sampler.hpp>
#include <train/recipe.hpp>

#include <numeric>

namespace straightedge::train {

/// Times t of those rows of a step, uniform in (0, 1).
[[nodiscard]] at::Tensor times_of(std::int64_t seed, std::int64_t step, const Range& rows, const at::Device& device);

/// What first_row below must be a multiple of: normals are drawn in fours.
[[nodiscard]] constexpr std::int64_t unit_of_rows(std::int64_t dimension) {
  return 4 / std::gcd(std::int64_t{4}, dimension);
}

/// Writes x_t = (1-t) x0 + t x1 + f(t) z and the target, with the noise z of the step.
void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 std::int64_t step, at::Tensor& xt, at::Tensor& target);
/// The same, with the noise's offset in memory where the batch is, int64 [], which begins with `first_row` of the
/// step's. A GPU is not waited for.
void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 const at::Tensor& offset, std::int64_t first_row, at::Tensor& xt, at::Tensor& target);

}  // namespace straightedge::train
