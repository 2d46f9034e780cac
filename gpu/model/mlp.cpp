#include <model/mlp.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <data/random.hpp>

#include <cmath>

namespace straightedge::train {
namespace {

constexpr double highest_frequency = 256.0;

std::vector<ParameterPart> parts_of(const ModelRecipe& recipe, std::int64_t dimension) {
  std::vector<ParameterPart> parts;
  std::int64_t in = dimension + recipe.time_features;
  for (std::int64_t layer = 0; layer <= recipe.depth; ++layer) {
    const std::int64_t out = layer == recipe.depth ? dimension : recipe.width;
    const std::string name = "layers." + std::to_string(layer);
    parts.push_back({name + ".weight", {out, in}});
    parts.push_back({name + ".bias", {out}});
    in = out;
  }
  return parts;
}

}  // namespace

Mlp::Mlp(const ModelRecipe& recipe, std::int64_t dimension)
    : Model(parts_of(recipe, dimension)),
      dimension_(dimension),
      width_(recipe.width),
      depth_(recipe.depth),
      time_features_(recipe.time_features) {}

at::Tensor Mlp::initial(std::int64_t seed) const {
  at::Tensor flat = 2.0 * uniform(seed, offset_of(0, Stream::parameters), {0, size()}, at::kFloat) - 1.0;
  for (const Layer& layer : layers(flat)) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(layer.weight.size(1)));
    layer.weight.mul_(bound);
    layer.bias.mul_(bound);
  }
  return flat;
}

std::vector<Mlp::Layer> Mlp::layers(const at::Tensor& flat) const {
  std::vector<Layer> result;
  std::int64_t begin = 0;
  for (std::size_t part = 0; part < parts().size(); part += 2) {
    const std::vector<std::int64_t>& shape = parts()[part].shape;
    const std::int64_t weights = shape[0] * shape[1];
    result.push_back({flat.narrow(0, begin, weights).view(shape), flat.narrow(0, begin + weights, shape[0])});
    begin += weights + shape[0];
  }
  return result;
}

Mlp::Buffers Mlp::make_buffers(const at::TensorOptions& layers, const at::Tensor& x, const at::Tensor& t) const {
  const std::int64_t batch = x.size(0);
  Buffers made;
  made.input = at::empty({batch, dimension_ + time_features_}, layers);
  made.residual = at::empty_like(x);
  made.frequencies = frequencies(t.options());
  for (std::int64_t layer = 0; layer <= depth_; ++layer) {
    const std::int64_t out = layer == depth_ ? dimension_ : width_;
    made.linear.push_back(at::empty({batch, out}, layers));
    made.slope.push_back(at::empty({batch, out}, layers));
    if (layer < depth_) {
      made.hidden.push_back(at::empty({batch, out}, layers));
    }
  }
  return made;
}

bool Mlp::Buffers::serve(const at::TensorOptions& layers, const at::Tensor& x) const {
  return residual.defined() && residual.sizes() == x.sizes() && residual.device() == x.device() &&
         input.scalar_type() == layers.dtype().toScalarType();
}

at::Tensor Mlp::frequencies(const at::TensorOptions& options) const {
  const std::int64_t n = time_features_ / 2;
  return at::pow(highest_frequency, at::arange(n, options) / static_cast<double>(std::max<std::int64_t>(n - 1, 1)));
}

void Mlp::embed(const at::Tensor& x, const at::Tensor& t, Buffers& pass) const {
  const std::int64_t n = time_features_ / 2;
  const at::Tensor angles = t.unsqueeze(1) * pass.frequencies;
  pass.input.narrow(1, 0, dimension_).copy_(x);
  at::Tensor sines = pass.input.narrow(1, dimension_, n);
  at::Tensor cosines = pass.input.narrow(1, dimension_ + n, n);
  at::sin_out(sines, angles);
  at::cos_out(cosines, angles);
}

void Mlp::forward(const std::vector<Layer>& layers, Buffers& pass) const {
  const at::Tensor* in = &pass.input;
  for (std::size_t l = 0; l < layers.size(); ++l) {
    at::addmm_out(pass.linear[l], layers[l].bias, *in, layers[l].weight.t());
    if (l + 1 < layers.size()) {
      at::silu_out(pass.hidden[l], pass.linear[l]);
      in = &pass.hidden[l];
    }
  }
}

at::Tensor Mlp::velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const {
  Buffers own = make_buffers(flat.options(), x, t);
  embed(x, t, own);
  forward(layers(flat), own);
  return own.linear.back();
}

at::Tensor Mlp::gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                         const GradientPass& of, at::Tensor& gradient) const {
  if (!buffers_.serve(flat.options(), x)) {
    buffers_ = make_buffers(flat.options(), x, t);
  }
  Buffers& pass = buffers_;
  const std::vector<Layer> parameters = layers(flat);
  std::vector<Layer> slopes = layers(gradient);
  embed(x, t, pass);
  forward(parameters, pass);

  const double per_sample = 1.0 / static_cast<double>(of.batch);
  at::sub_out(pass.residual, pass.linear.back(), target);
  at::mul_out(pass.slope.back(), pass.residual, at::scalar_tensor(2.0 * per_sample, x.options()));
  for (std::size_t l = parameters.size(); l-- > 0;) {
    const at::Tensor& in = l == 0 ? pass.input : pass.hidden[l - 1];
    at::mm_out(slopes[l].weight, pass.slope[l].t(), in);
    at::sum_out(slopes[l].bias, pass.slope[l], 0);
    if (of.listener != nullptr) {
      of.listener->written(2 * l, 2);
    }
    if (l > 0) {
      // The layer's input is not needed any more: its place takes the derivative by it.
      at::mm_out(pass.hidden[l - 1], pass.slope[l], parameters[l].weight);
      at::silu_backward_out(pass.slope[l - 1], pass.hidden[l - 1], pass.linear[l - 1]);
    }
  }
  return pass.residual.square().sum(at::kDouble) * per_sample;
}

}  // namespace straightedge::train
