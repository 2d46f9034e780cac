// The gradient of a model's loss, against central differences in fp64.
#pragma once

#include <model/model.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>
#include <gtest/gtest.h>
#include <data/random.hpp>

#include <algorithm>
#include <vector>

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

/// Leaves of autograd over a flat gradient, and what each part was when the model said that it is written.
class WrittenParts final : public GradientListener {
 public:
  WrittenParts(const Model& model, const at::Tensor& flat, const at::Tensor& gradient)
      : gradients_(parts_of(model, gradient)), written_(gradients_.size()) {
    for (const at::Tensor& part : parts_of(model, flat)) {
      leaves_.push_back(part.detach().requires_grad_());
      leaves_.back().mutable_grad() = gradients_[leaves_.size() - 1];
    }
  }

  [[nodiscard]] const std::vector<at::Tensor>& leaves() const override { return leaves_; }
  void written(std::size_t first, std::size_t count) override {
    for (std::size_t part = first; part < first + count; ++part) {
      EXPECT_FALSE(written_.at(part).defined()) << part;
      written_.at(part) = gradients_[part].clone();
    }
  }

  /// After a gradient that the model writes itself.
  void expect_all_written() const {
    for (std::size_t part = 0; part < written_.size(); ++part) {
      ASSERT_TRUE(written_[part].defined()) << part;
      EXPECT_TRUE(written_[part].equal(gradients_[part])) << part;
    }
  }

 private:
  static std::vector<at::Tensor> parts_of(const Model& model, const at::Tensor& flat) {
    std::vector<at::Tensor> parts;
    std::int64_t begin = 0;
    for (const ParameterPart& part : model.parts()) {
      parts.push_back(flat.narrow(0, begin, part.numbers()).view(part.shape));
      begin += part.numbers();
    }
    return parts;
  }

  std::vector<at::Tensor> gradients_, written_, leaves_;
};

enum class Way { written_out, by_autograd };

/// What several processes make of their rows adds up to the gradient and the loss of the batch. fp64.
inline void expect_sum_of_shares(const Model& model, const at::Tensor& parameters, const Problem& of, Way way) {
  at::Tensor whole = at::empty_like(parameters);
  const double loss = model.gradient(parameters, of.x, of.t, of.target, whole).item<double>();
  const std::int64_t rows = of.x.size(0);
  at::Tensor sum = 0.0 * parameters;
  double losses = 0.0;
  for (std::int64_t first = 0; first < rows; first += 3) {
    const std::int64_t count = std::min<std::int64_t>(3, rows - first);
    at::Tensor share = at::empty_like(parameters);
    WrittenParts parts(model, parameters, share);
    const GradientPass pass{.batch = rows, .first_row = first, .listener = &parts};
    losses += model
                  .gradient(parameters, of.x.narrow(0, first, count), of.t.narrow(0, first, count),
                            of.target.narrow(0, first, count), pass, share)
                  .item<double>();
    if (way == Way::written_out) {
      parts.expect_all_written();
    }
    sum += share;
  }
  EXPECT_NEAR(losses, loss, 1e-12 * loss);
  EXPECT_LE((sum - whole).norm().item<double>(), 1e-12 * whole.norm().item<double>());
}

}  // namespace straightedge::train
