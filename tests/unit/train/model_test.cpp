// The gradients that are written out by hand, against central differences in fp64.
#include <model/affine.hpp>
#include <model/mlp.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <data/random.hpp>

#include <cmath>

#include "loss_gradient.hpp"

namespace straightedge::train {
namespace {

void expect_gradient(const Model& model, const at::Tensor& parameters, const Problem& of) {
  const at::Tensor gradient = gradient_of(model, parameters, of);
  const double size = gradient.abs().max().item<double>();
  for (std::int64_t i = 0; i < parameters.numel(); ++i) {
    at::Tensor direction = at::zeros_like(parameters);
    direction[i] = 1.0;
    EXPECT_NEAR(gradient[i].item<double>(), difference_quotient(model, parameters, direction, of), 1e-8 * size)
        << "parameter " << i;
  }
}

class MlpGradient : public testing::TestWithParam<std::int64_t> {};

TEST_P(MlpGradient, IsTheLimitOfDifferences) {
  ModelRecipe recipe;
  recipe.width = 5;
  recipe.depth = GetParam();
  recipe.time_features = 4;
  const Mlp model(recipe, 3);
  expect_gradient(model, model.initial(1).to(at::kDouble), problem(6, 3));
}

INSTANTIATE_TEST_SUITE_P(OfDepth, MlpGradient, testing::Values(1, 2, 4));

TEST(Mlp, GivesTheSameBitsAfterBatchesOfOtherSizes) {
  const Mlp model(ModelRecipe{.width = 16, .depth = 2, .time_features = 8}, 2);
  const at::Tensor parameters = model.initial(1);
  const auto gradient = [&](std::int64_t batch) {
    return gradient_of(model, parameters, problem(batch, 2).to(at::kFloat));
  };
  const at::Tensor first = gradient(9);
  (void)gradient(4);
  EXPECT_TRUE(first.equal(gradient(9)));
}

// bf16 has a unit roundoff of 2^-8: each of three layers rounds its parameters, its sums and its silu, and so does the
// way back. A dozen roundings of values of one size leave less than 12/256 of the whole gradient; what is not rounded
// at all would be exact.
TEST(Mlp, ComputesLayersInTheTypeOfItsParameters) {
  const Mlp model(ModelRecipe{.width = 64, .depth = 2, .time_features = 16}, 2);
  const at::Tensor parameters = model.initial(1);
  const Problem of = problem(64, 2).to(at::kFloat);
  const auto gradient_in = [&](at::ScalarType type) {
    const at::Tensor gradient = gradient_of(model, parameters.to(type), of);
    EXPECT_EQ(gradient.scalar_type(), type);
    return gradient.to(at::kDouble);
  };
  const at::Tensor exact = gradient_in(at::kFloat);
  const double error = ((gradient_in(at::kBFloat16) - exact).norm() / exact.norm()).item<double>();
  EXPECT_LT(error, 12.0 / 256.0);
  EXPECT_GT(error, 1e-4);
}

TEST(Mlp, GradientsOfSharesOfABatchAddUp) {
  const Mlp model(ModelRecipe{.width = 12, .depth = 3, .time_features = 8}, 3);
  expect_sum_of_shares(model, model.initial(5).to(at::kDouble), problem(8, 3), Way::written_out);
}

TEST(AffineModel, GradientsOfSharesOfABatchAddUp) {
  const AffineModel model(3);
  const at::Tensor parameters = 0.2 * normals(3, 4, {0, 1}, model.size(), at::kDouble).flatten();
  expect_sum_of_shares(model, parameters, problem(8, 3), Way::written_out);
}

TEST(Mlp, BeginsAsPyTorchsLinearLayersDo) {
  const Mlp model(ModelRecipe{.width = 64, .depth = 2, .time_features = 16}, 3);
  const std::map<std::string, at::Tensor> parts = model.views(model.initial(5));
  EXPECT_EQ(parts.size(), 6U);
  for (const auto& [name, in] : {std::pair{"layers.0.weight", 19}, std::pair{"layers.1.weight", 64}}) {
    const at::Tensor& weight = parts.at(name);
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    EXPECT_LE(weight.abs().max().item<double>(), bound) << name;
    // Uniform in [-bound, bound] has the variance bound^2 / 3; four standard errors of some thousand draws.
    const auto n = static_cast<double>(weight.numel());
    EXPECT_NEAR(weight.square().mean().item<double>(), bound * bound / 3, 4 * bound * bound / std::sqrt(n)) << name;
  }
}

TEST(AffineModel, ItsGradientIsTheLimitOfDifferences) {
  const AffineModel model(3);
  const at::Tensor parameters = 0.2 * normals(3, 4, {0, 1}, model.size(), at::kDouble).flatten();
  expect_gradient(model, parameters, problem(7, 3));
}

// x_t = (1 - t) x0 + t (x0 + th + Th x0) moves with th + Th x0.
TEST(AffineModel, IsTheFieldOfItsPairs) {
  const AffineModel model(3);
  const at::Tensor parameters = 0.2 * normals(3, 4, {0, 1}, model.size(), at::kDouble).flatten();
  const std::map<std::string, at::Tensor> parts = model.views(parameters);
  const at::Tensor x0 = normals(9, 0, {0, 8}, 3, at::kDouble);
  const at::Tensor displacement = parts.at("th") + at::matmul(x0, parts.at("Th").t());
  const at::Tensor t = uniform(9, 1, {0, 8}, at::kDouble);
  const at::Tensor velocity = model.velocity(parameters, x0 + t.unsqueeze(1) * displacement, t);
  EXPECT_LE((velocity - displacement).abs().max().item<double>(), 1e-13);
}

}  // namespace
}  // namespace straightedge::train
