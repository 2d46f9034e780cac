// A UNet as a velocity field on images; unet_network.hpp has its formulas.
//
// A row of x is an image in the order height, width, colour: as images lie channels last. Layers are computed in the
// type of the parameters that are passed: fp32, or bf16 with sums and statistics in fp32; the features of t, v and the
// residual stay in the types of t and x. The gradient is LibTorch's autograd, which adds to views of the flat gradient.
#pragma once

#include <model/model.hpp>
#include <model/unet_network.hpp>

namespace straightedge::train {

class Unet final : public Model {
 public:
  Unet(const ModelRecipe& recipe, const ImageSize& size);

  /// Uniform in +-1/sqrt(fan in), as PyTorch's Conv2d and Linear are; 0 in the last convolution of the network, of each
  /// residual block and of each attention; norms are the identity.
  [[nodiscard]] at::Tensor initial(std::int64_t seed) const override;
  [[nodiscard]] at::Tensor velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const override;
  at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                      const GradientPass& pass, at::Tensor& gradient) const override;
  using Model::gradient;

 private:
  Unet(const ModelRecipe& recipe, const ImageSize& size, UnetNetwork network);
  /// v [B, d] of x [B, d].
  [[nodiscard]] at::Tensor through(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& t,
                                   const Dropout& dropout) const;

  double dropout_;
  ImageSize size_;
  UnetNetwork network_;
};

}  // namespace straightedge::train
