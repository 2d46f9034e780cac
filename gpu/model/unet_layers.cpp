#include <model/unet_layers.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/alias.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <model/recomputation.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace straightedge::train {
namespace {

constexpr double eps = 1e-5;

InitialRange range_of(Beginning beginning, std::int64_t fan_in) {
  return {0.0, beginning == Beginning::zero ? 0.0 : 1.0 / std::sqrt(static_cast<double>(fan_in))};
}

}  // namespace

std::size_t UnetParts::add(const std::string& name, std::vector<std::int64_t> shape, InitialRange initial) {
  parts_.push_back({name, std::move(shape)});
  initial_.push_back(initial);
  return parts_.size() - 1;
}

LinearLayer::LinearLayer(UnetParts& parts, const std::string& name, std::int64_t in, std::int64_t out)
    : weight_(parts.add(name + ".weight", {out, in}, range_of(Beginning::random, in))),
      bias_(parts.add(name + ".bias", {out}, range_of(Beginning::random, in))) {}

at::Tensor LinearLayer::operator()(const UnetParameters& parameters, const at::Tensor& x) const {
  return at::linear(x, parameters[weight_], parameters[bias_]);
}

Convolution::Convolution(UnetParts& parts, const std::string& name, const ConvolutionShape& shape, Beginning beginning)
    : weight_(parts.add(name + ".weight", {shape.out, shape.in, shape.kernel, shape.kernel},
                        range_of(beginning, shape.in * shape.kernel * shape.kernel))),
      bias_(parts.add(name + ".bias", {shape.out}, range_of(beginning, shape.in * shape.kernel * shape.kernel))),
      stride_(shape.stride),
      padding_(shape.kernel / 2) {}

at::Tensor Convolution::operator()(const UnetParameters& parameters, const at::Tensor& x) const {
  return at::conv2d(x, parameters[weight_], parameters[bias_], stride_, padding_);
}

at::Tensor Upsampling::operator()(const UnetParameters& parameters, const at::Tensor& x) const {
  return convolution_(parameters, at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}));
}

GroupNorm::GroupNorm(UnetParts& parts, const std::string& name, std::int64_t channels, std::int64_t groups)
    : weight_(parts.add(name + ".weight", {channels}, {1.0, 0.0})),
      bias_(parts.add(name + ".bias", {channels}, {0.0, 0.0})),
      groups_(groups) {}

at::Tensor GroupNorm::operator()(const UnetParameters& parameters, const at::Tensor& x) const {
  return at::group_norm(x, groups_, parameters[weight_], parameters[bias_], eps);
}

at::Tensor GroupNorm::with_silu(const UnetParameters& parameters, const at::Tensor& x) const {
  using Signature = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, std::int64_t, double);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::group_norm_silu", "").typed<Signature>();
  return op.call(x.permute({0, 2, 3, 1}), parameters[weight_], parameters[bias_], groups_, eps).permute({0, 3, 1, 2});
}

ResidualBlock::ResidualBlock(UnetParts& parts, const std::string& name, const ResidualShape& shape)
    : first_part_(parts.parts().size()),
      first_norm_(parts, name + ".in_layers.0", shape.in, shape.groups),
      first_(parts, name + ".in_layers.2", {shape.in, shape.out}),
      of_time_(parts, name + ".emb_layers.1", shape.embedding, shape.out),
      second_norm_(parts, name + ".out_layers.0", shape.out, shape.groups),
      second_(parts, name + ".out_layers.3", {shape.out, shape.out}, Beginning::zero) {
  if (shape.in != shape.out) {
    skip_.emplace(parts, name + ".skip_connection", ConvolutionShape{shape.in, shape.out, 1});
  }
  end_of_parts_ = parts.parts().size();
}

at::Tensor ResidualBlock::operator()(const UnetParameters& parameters, const at::Tensor& input, const at::Tensor& time,
                                     const Dropout& dropout) const {
  // Gradients by the input meet here, before that of another stage joins them: with recomputation as without.
  const at::Tensor x = at::alias(input);
  const at::Tensor shift = of_time_(parameters, time).unsqueeze(2).unsqueeze(3);
  const at::Tensor h = first_(parameters, first_norm_.with_silu(parameters, x)) + shift;
  // Its first part tells a block from the others.
  const at::Tensor inner =
      dropped(second_norm_.with_silu(parameters, h), dropout, static_cast<std::int64_t>(first_part_));
  const at::Tensor change = second_(parameters, inner);
  return (skip_ ? (*skip_)(parameters, x) : x) + change;
}

at::Tensor ResidualBlock::recompute(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& time,
                                    const Dropout& dropout) const {
  std::vector<at::Tensor> inputs{x, time};
  inputs.insert(inputs.end(), parameters.begin() + static_cast<std::ptrdiff_t>(first_part_),
                parameters.begin() + static_cast<std::ptrdiff_t>(end_of_parts_));
  return recomputed(
      [block = *this, dropout](at::TensorList given) {
        UnetParameters own(block.end_of_parts_);
        std::copy(given.begin() + 2, given.end(), own.begin() + static_cast<std::ptrdiff_t>(block.first_part_));
        return block(own, given[0], given[1], dropout);
      },
      inputs);
}

// The shape [out, in, 1] of the weights is that of 1-d convolutions over all pixels.
Attention::Attention(UnetParts& parts, const std::string& name, std::int64_t channels, std::int64_t head_width,
                     std::int64_t groups)
    : norm_(parts, name + ".norm", channels, groups),
      qkv_weight_(parts.add(name + ".qkv.weight", {3 * channels, channels, 1}, range_of(Beginning::random, channels))),
      qkv_bias_(parts.add(name + ".qkv.bias", {3 * channels}, range_of(Beginning::random, channels))),
      out_weight_(parts.add(name + ".proj_out.weight", {channels, channels, 1}, range_of(Beginning::zero, channels))),
      out_bias_(parts.add(name + ".proj_out.bias", {channels}, range_of(Beginning::zero, channels))),
      head_width_(head_width) {}

at::Tensor Attention::operator()(const UnetParameters& parameters, const at::Tensor& x) const {
  const std::int64_t batch = x.size(0);
  const std::int64_t channels = x.size(1);
  const std::int64_t pixels = x.size(2) * x.size(3);
  const at::Tensor rows = norm_(parameters, x).permute({0, 2, 3, 1}).reshape({batch, pixels, channels});
  // Each head has its q, k and v side by side. By products and a softmax, whose bits are the same at each run.
  const at::Tensor qkv = at::linear(rows, parameters[qkv_weight_].squeeze(2), parameters[qkv_bias_])
                             .view({batch, pixels, channels / head_width_, 3, head_width_})
                             .permute({3, 0, 2, 1, 4});
  const at::Tensor q = qkv[0] * (1.0 / std::sqrt(static_cast<double>(head_width_)));
  const at::Tensor weights = at::softmax(at::matmul(q, qkv[1].transpose(2, 3)), 3);
  const at::Tensor heads = at::matmul(weights, qkv[2]).transpose(1, 2).reshape({batch, pixels, channels});
  const at::Tensor change = at::linear(heads, parameters[out_weight_].squeeze(2), parameters[out_bias_]);
  return x + change.view({batch, x.size(2), x.size(3), channels}).permute({0, 3, 1, 2});
}

}  // namespace straightedge::train
