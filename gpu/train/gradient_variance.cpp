#include <train/gradient_variance.hpp>

#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <train/interpolant.hpp>

namespace straightedge::train {
namespace {

// Beyond every training's steps, which are at most 10^9; the sizes are kept apart too.
constexpr std::int64_t first_step = std::int64_t{1} << 40U;

}  // namespace

std::vector<double> squared_gradient_norms(const Model& model, const at::Tensor& parameters, const PairSampler& sampler,
                                           const NoiseRecipe& noise, std::int64_t seed, std::int64_t batch,
                                           std::int64_t batches) {
  std::vector<double> norms;
  at::Tensor gradient = at::empty_like(parameters);
  for (std::int64_t k = 0; k < batches; ++k) {
    const std::int64_t step = first_step + (batch << 32U) + k;
    const PairSampler::Batch drawn = sampler.draw(seed, step, batch);
    const at::Tensor t = times_of(seed, step, batch, parameters.device());
    at::Tensor xt = at::empty_like(drawn.x0);
    at::Tensor target = at::empty_like(drawn.x0);
    interpolate(drawn, t, noise, seed, step, xt, target);
    (void)model.gradient(parameters, xt, t, target, gradient);
    norms.push_back(at::linalg_vector_norm(gradient.to(at::kDouble)).square().item<double>());
  }
  return norms;
}

}  // namespace straightedge::train
