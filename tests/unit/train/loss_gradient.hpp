// The gradient of a model's loss, against central differences in fp64.
#pragma once

#include <model/model.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <gtest/gtest.h>
#include <data/random.hpp>

namespace straightedge::train {

struct Problem {
  at::Tensor x, t, target;

  [[nodiscard]] Problem to(at::ScalarType type) const { return {x.to(type), t.to(type), target.to(type)}; }
};

inline Problem problem(std::int64_t batch, std::int64_t d) {
  return {normals(7, 0, {0, batch}, d, at::kDouble), uniform(7, 1, {0, batch}, at::kDouble),
          normals(7, 2, {0, batch}, d, at::kDouble)};
}

inline double loss(const Model& model, const at::Tensor& parameters, const Problem& of) {
  return (model.velocity(parameters, of.x, of.t) - of.target).square().sum(1).mean().item<double>();
}

/// The gradient, after its loss is that of the velocity.
inline at::Tensor gradient_of(const Model& model, const at::Tensor& parameters, const Problem& of) {
  at::Tensor gradient = at::empty_like(parameters);
  const double value = model.gradient(parameters, of.x, of.t, of.target, gradient).item<double>();
  if (parameters.scalar_type() == at::kDouble) {
    EXPECT_NEAR(value, loss(model, parameters, of), 1e-12 * value);
  }
  return gradient;
}

/// (loss(p + h e) - loss(p - h e)) / 2h. With step h the quotient of a smooth function is off by O(h^2), and by
/// roundings of O(u/h): h = 1e-5 leaves some 1e-10 of each.
inline double difference_quotient(const Model& model, const at::Tensor& parameters, const at::Tensor& direction,
                                  const Problem& of) {
  constexpr double h = 1e-5;
  return (loss(model, parameters + h * direction, of) - loss(model, parameters - h * direction, of)) / (2 * h);
}

}  // namespace straightedge::train
