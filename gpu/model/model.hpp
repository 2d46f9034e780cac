// A velocity field v(x, t) with parameters, as one flat tensor: what the trainer, the sampler and the measurements
// need of it. A model holds no parameters of its own, so that the same one serves those of training and their average.
#pragma once

#include <ATen/core/Tensor.h>
#include <train/recipe.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace straightedge::train {

/// A named part of the flat parameters, row-major; parts follow one another without gaps.
struct ParameterPart {
  std::string name;
  std::vector<std::int64_t> shape;

  [[nodiscard]] std::int64_t numbers() const;
};

class Model {
 public:
  virtual ~Model() = default;

  [[nodiscard]] const std::vector<ParameterPart>& parts() const { return parts_; }
  /// Numbers in all parts.
  [[nodiscard]] std::int64_t size() const;
  /// Views of a flat tensor, by part.
  [[nodiscard]] std::map<std::string, at::Tensor> views(const at::Tensor& flat) const;

  /// Parameters to begin with, on the CPU.
  [[nodiscard]] virtual at::Tensor initial(std::int64_t seed) const = 0;
  /// v [B, d] of x [B, d], t [B].
  [[nodiscard]] virtual at::Tensor velocity(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t) const = 0;
  /// Writes the gradient of the loss (1/B) sum_b |v(x_b, t_b) - target_b|^2 into `gradient`, flat; returns the loss, a
  /// scalar on the same device.
  virtual at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t,
                              const at::Tensor& target, at::Tensor& gradient) const = 0;
  /// The same of a step of training: with the dropout of the model, if it has any, by the draws of (seed, offset).
  /// offset: int64 [].
  virtual at::Tensor training_gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t,
                                       const at::Tensor& target, std::int64_t /*seed*/, const at::Tensor& /*offset*/,
                                       at::Tensor& gradient) const {
    return this->gradient(flat, x, t, target, gradient);
  }
  /// Whether `gradient`, after its first calls with the same shapes, never makes the host wait for a GPU and needs no
  /// new memory that outlives it: a CUDA graph can hold it.
  [[nodiscard]] virtual bool can_be_captured() const { return true; }

 protected:
  explicit Model(std::vector<ParameterPart> parts) : parts_(std::move(parts)) {}

 private:
  std::vector<ParameterPart> parts_;
};

[[nodiscard]] std::unique_ptr<Model> make_model(const Recipe& recipe);

}  // namespace straightedge::train
