#include <train/interpolant.hpp>

#include <ATen/core/dispatch/Dispatcher.h>
#include <data/random.hpp>

#include <tuple>

namespace straightedge::train {

at::Tensor times_of(std::int64_t seed, std::int64_t step, const Range& rows, const at::Device& device) {
  return uniform(seed, offset_of(step, Stream::time), rows, at::kFloat).to(device);
}

void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 std::int64_t step, at::Tensor& xt, at::Tensor& target) {
  using Signature = std::tuple<at::Tensor&, at::Tensor&>(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                                         c10::string_view, double, c10::string_view, std::int64_t,
                                                         std::int64_t, std::int64_t, at::Tensor&, at::Tensor&);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::interpolate", "out").typed<Signature>();
  op.call(batch.x0, batch.x1, t, noise.kind, noise.sigma, noise.target, seed, offset_of(step, Stream::noise), 0, xt,
          target);
}

void interpolate(const PairSampler::Batch& batch, const at::Tensor& t, const NoiseRecipe& noise, std::int64_t seed,
                 const at::Tensor& offset, std::int64_t first_row, at::Tensor& xt, at::Tensor& target) {
  using Signature = std::tuple<at::Tensor&, at::Tensor&>(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                                                         c10::string_view, double, c10::string_view, std::int64_t,
                                                         const at::Tensor&, std::int64_t, at::Tensor&, at::Tensor&);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::interpolate", "Tensor_out").typed<Signature>();
  op.call(batch.x0, batch.x1, t, noise.kind, noise.sigma, noise.target, seed, offset, first_row, xt, target);
}

}  // namespace straightedge::train
