// A perceptron with time embedding:
//
//   h_0 = (x, sin(w_1 t), ..., sin(w_n t), cos(w_1 t), ..., cos(w_n t)),   w_k = 256^{(k-1)/(n-1)},   2 n =
//   time_features h_l = silu(W_l h_{l-1} + b_l)  for l = 0, ..., depth - 1,   v = W_depth h + b_depth
//
// Parameters "layers.L.weight" [out, in] and "layers.L.bias" [out], L = 0, ..., depth, drawn uniformly from
// [-1/sqrt(in), 1/sqrt(in)], as PyTorch's Linear is. The backward pass is written out: a step is its matrix products
// and little else, into buffers that stay. Layers are computed in the type of the parameters that are passed: fp32, or
// bf16 with sums in fp32. The features of t and the residual keep the type of t and of the target.
#pragma once

#include <model/model.hpp>

namespace straightedge::train {

class Mlp final : public Model {
 public:
  Mlp(const ModelRecipe& recipe, std::int64_t dimension);

  [[nodiscard]] at::Tensor initial(std::int64_t seed) const override;
  [[nodiscard]] at::Tensor velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const override;
  at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                      const GradientPass& pass, at::Tensor& gradient) const override;
  using Model::gradient;

 private:
  struct Layer {
    at::Tensor weight, bias;
  };
  /// What a pass leaves for the way back; of one batch size on one device.
  struct Buffers {
    at::Tensor input;                ///< h_0
    std::vector<at::Tensor> linear;  ///< W h + b of each layer
    std::vector<at::Tensor> hidden;  ///< silu of it, of all but the last
    std::vector<at::Tensor> slope;   ///< the loss's derivatives by `linear`
    at::Tensor residual;
    at::Tensor frequencies;  ///< w_k

    [[nodiscard]] bool serve(const at::TensorOptions& layers, const at::Tensor& x) const;
  };
  [[nodiscard]] std::vector<Layer> layers(const at::Tensor& flat) const;
  [[nodiscard]] Buffers make_buffers(const at::TensorOptions& layers, const at::Tensor& x, const at::Tensor& t) const;
  [[nodiscard]] at::Tensor frequencies(const at::TensorOptions& options) const;
  void embed(const at::Tensor& x, const at::Tensor& t, Buffers& pass) const;
  void forward(const std::vector<Layer>& layers, Buffers& pass) const;

  std::int64_t dimension_;
  std::int64_t width_;
  std::int64_t depth_;
  std::int64_t time_features_;
  mutable Buffers buffers_;  ///< scratch memory: no result depends on what it held
};

}  // namespace straightedge::train
