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

/// Told, on the way back through a model, which parts of its gradient will not change any more.
class GradientListener {
 public:
  virtual ~GradientListener() = default;
  /// The parameters as leaves of autograd, whose gradients are the parts of the flat one: by themselves they tell when
  /// autograd has added to them.
  [[nodiscard]] virtual const std::vector<at::Tensor>& leaves() const = 0;
  /// By a model that writes its gradient without autograd: these parts are written.
  virtual void written(std::size_t first, std::size_t count) = 0;
};

/// What there is to a gradient beside parameters and rows.
struct GradientPass {
  std::int64_t batch;               ///< rows of the whole batch, that the loss is the mean over
  std::int64_t first_row = 0;       ///< which of them the first row here is
  std::int64_t seed = 0;            ///< of dropout's draws
  at::Tensor offset = {};           ///< int64 []: of dropout's draws in a step of training; undefined: no dropout
  GradientListener* listener = {};  ///< null: nobody waits for parts
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
  /// Writes the gradient of the loss (1/B) sum_b |v(x_b, t_b) - target_b|^2, the sum over the rows that are given, into
  /// `gradient`, flat; returns the loss, a scalar on the same device.
  virtual at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t,
                              const at::Tensor& target, const GradientPass& pass, at::Tensor& gradient) const = 0;
  /// Of a batch that is given whole, without dropout.
  at::Tensor gradient(const at::Tensor& flat, const at::Tensor& x, const at::Tensor& t, const at::Tensor& target,
                      at::Tensor& gradient) const {
    return this->gradient(flat, x, t, target, {.batch = x.size(0)}, gradient);
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
