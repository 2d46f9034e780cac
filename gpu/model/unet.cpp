#include <model/unet.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <data/random.hpp>

#include <algorithm>
#include <utility>

namespace straightedge::train {
namespace {

// Of a velocity alone: all rows of a data set at once would need more memory than there is.
constexpr std::int64_t rows_at_a_time = 128;

/// Views of a flat tensor, in the order of the parts.
UnetParameters split(const at::Tensor& flat, const std::vector<ParameterPart>& parts) {
  UnetParameters views;
  std::int64_t begin = 0;
  for (const ParameterPart& part : parts) {
    const std::int64_t numbers = part.numbers();
    views.push_back(flat.narrow(0, begin, numbers).view(part.shape));
    begin += numbers;
  }
  return views;
}

/// The same as leaves of autograd, which adds their gradients to views of the flat one.
UnetParameters leaves(const at::Tensor& flat, const at::Tensor& gradient, const std::vector<ParameterPart>& parts) {
  UnetParameters views = split(flat, parts);
  const UnetParameters slopes = split(gradient, parts);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    views[part] = views[part].detach().requires_grad_();
    views[part].mutable_grad() = slopes[part];
  }
  return views;
}

}  // namespace

Unet::Unet(const ModelRecipe& recipe, const ImageSize& size) : Unet(recipe, size, UnetNetwork(recipe, size)) {}

Unet::Unet(const ModelRecipe& recipe, const ImageSize& size, UnetNetwork network)
    : Model(network.parts().parts()), dropout_(recipe.dropout), size_(size), network_(std::move(network)) {}

at::Tensor Unet::initial(std::int64_t seed) const {
  at::Tensor flat = 2.0 * uniform(seed, offset_of(0, Stream::parameters), {0, size()}, at::kFloat) - 1.0;
  const UnetParameters views = split(flat, parts());
  for (std::size_t part = 0; part < parts().size(); ++part) {
    const InitialRange& range = network_.parts().initial()[part];
    views[part].mul_(range.half_width).add_(range.centre);
  }
  return flat;
}

at::Tensor Unet::through(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& t,
                         const Dropout& dropout) const {
  const at::Tensor images = x.reshape({x.size(0), size_.height, size_.width, size_.colours}).permute({0, 3, 1, 2});
  const at::Tensor v = network_(parameters, images.to(parameters.front().scalar_type()), t, dropout);
  return v.permute({0, 2, 3, 1}).reshape(x.sizes()).to(x.scalar_type());
}

at::Tensor Unet::velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const {
  const UnetParameters parameters = split(flat, parts());
  std::vector<at::Tensor> blocks;
  for (std::int64_t first = 0; first < x.size(0); first += rows_at_a_time) {
    const std::int64_t rows = std::min(rows_at_a_time, x.size(0) - first);
    blocks.push_back(through(parameters, x.narrow(0, first, rows), t.narrow(0, first, rows), {}));
  }
  return at::cat(blocks);
}

at::Tensor Unet::gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                          const GradientPass& pass, at::Tensor& gradient) const {
  gradient.zero_();
  const double per_sample = 1.0 / static_cast<double>(pass.batch);
  const Dropout dropout{dropout_, pass.seed, pass.offset, pass.first_row};
  const at::Tensor v = [&] {
    const c10::AutoGradMode recorded(true);
    return through(pass.listener != nullptr ? pass.listener->leaves() : leaves(flat, gradient, parts()), x, t, dropout);
  }();
  const at::Tensor residual = v.detach() - target;
  torch::autograd::backward({v}, {residual * (2.0 * per_sample)});
  return residual.square().sum(at::kDouble) * per_sample;
}

}  // namespace straightedge::train
