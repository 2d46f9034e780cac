#include <model/unet.hpp>

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>

#include "loss_gradient.hpp"

namespace straightedge::train {
namespace {

// Small images gain nothing from a second thread, and lose by it where others keep the cores busy.
class UnetModel : public testing::Test {
 protected:
  UnetModel() { at::set_num_threads(1); }
};

constexpr ImageSize small_size{8, 4, 3};

// Two levels, attention at the second, a residual block that changes its channels at each way.
ModelRecipe small_recipe() {
  ModelRecipe recipe;
  recipe.kind = "unet";
  recipe.channels = 8;
  recipe.multipliers = {1, 2};
  recipe.blocks = 1;
  recipe.attention = 4;
  recipe.head_width = 8;
  recipe.groups = 4;
  return recipe;
}

Problem small_problem(std::int64_t batch) {
  return problem(batch, small_size.numbers());
}

// The layers that begin with 0 would hide the others.
at::Tensor all_moved(const Model& model) {
  return model.initial(1).to(at::kDouble) + 0.1 * normals(3, 5, {0, 1}, model.size(), at::kDouble).flatten();
}

TEST_F(UnetModel, HasTheParametersOfThePapersNetwork) {
  ModelRecipe recipe;
  recipe.kind = "unet";
  EXPECT_EQ(Unet(recipe, {64, 64, 3}).size(), 35746307);
}

TEST_F(UnetModel, GradientsOfSharesOfABatchAddUp) {
  const Unet model(small_recipe(), small_size);
  expect_sum_of_shares(model, all_moved(model), small_problem(8), Way::by_autograd);
}

// A direction in each part by itself: a wrong number anywhere in it would show.
TEST_F(UnetModel, ItsGradientIsTheLimitOfDifferences) {
  const Unet model(small_recipe(), small_size);
  const at::Tensor parameters = all_moved(model);
  const Problem of = small_problem(3);
  const at::Tensor gradient = gradient_of(model, parameters, of);
  const double size = gradient.norm().item<double>();
  const std::map<std::string, at::Tensor> parts = model.views(gradient);
  for (const auto& [name, part] : parts) {
    EXPECT_GT(part.abs().max().item<double>(), 1e-5 * size) << name;
    at::Tensor direction = at::zeros_like(parameters);
    const at::Tensor own = model.views(direction).at(name);
    own.copy_(normals(11, 0, {0, 1}, own.numel(), at::kDouble).view(own.sizes()));
    const double length = own.norm().item<double>();
    EXPECT_NEAR((part * own).sum().item<double>(), difference_quotient(model, parameters, direction, of),
                1e-8 * size * length)
        << name;
  }
}

TEST_F(UnetModel, GivesTheSameBitsAfterBatchesOfOtherSizes) {
  const Unet model(small_recipe(), small_size);
  const at::Tensor parameters = all_moved(model).to(at::kFloat);
  const auto gradient = [&](std::int64_t batch) {
    return gradient_of(model, parameters, small_problem(batch).to(at::kFloat));
  };
  const at::Tensor first = gradient(5);
  (void)gradient(2);
  EXPECT_TRUE(first.equal(gradient(5)));
}

TEST_F(UnetModel, GivesTheSameBitsWhenBlocksAreRecomputed) {
  ModelRecipe recipe = small_recipe();
  const Unet model(recipe, small_size);
  recipe.checkpointing = "blocks";
  const Unet recomputing(recipe, small_size);
  const at::Tensor parameters = all_moved(model);
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    const Problem of = small_problem(4).to(type);
    EXPECT_TRUE(gradient_of(model, parameters.to(type), of).equal(gradient_of(recomputing, parameters.to(type), of)))
        << type;
  }
}

// More rows than are computed at once.
TEST_F(UnetModel, MovesEachImageByItself) {
  const Unet model(small_recipe(), small_size);
  const at::Tensor parameters = all_moved(model);
  const Problem of = small_problem(300);
  const at::Tensor order = (7 * at::arange(300, at::TensorOptions().dtype(at::kLong)) + 3).remainder(300);
  const at::Tensor v = model.velocity(parameters, of.x, of.t);
  const at::Tensor moved = model.velocity(parameters, of.x.index_select(0, order), of.t.index_select(0, order));
  EXPECT_GT(v.std().item<double>(), 0.1);
  EXPECT_LE((moved - v.index_select(0, order)).abs().max().item<double>(), 1e-13 * v.abs().max().item<double>());
}

TEST_F(UnetModel, BeginsAsPyTorchsLayersDo) {
  const Unet model(small_recipe(), small_size);
  const std::map<std::string, at::Tensor> parts = model.views(model.initial(5));
  for (const char* name : {"out.2.weight", "out.2.bias", "input_blocks.1.0.out_layers.3.weight",
                           "middle_block.1.proj_out.weight", "output_blocks.3.0.out_layers.3.bias"}) {
    EXPECT_EQ(parts.at(name).abs().max().item<double>(), 0.0) << name;
  }
  EXPECT_TRUE(parts.at("out.0.weight").eq(1.0).all().item<bool>());
  for (const auto& [name, in] :
       {std::pair{"input_blocks.1.0.in_layers.2.weight", 8 * 9},
        std::pair{"input_blocks.3.0.skip_connection.weight", 8}, std::pair{"time_embed.2.weight", 32}}) {
    const at::Tensor& weight = parts.at(name);
    const double bound = 1.0 / std::sqrt(static_cast<double>(in));
    EXPECT_LE(weight.abs().max().item<double>(), bound) << name;
    // Uniform in [-bound, bound] has the variance bound^2 / 3; four standard errors.
    const auto n = static_cast<double>(weight.numel());
    EXPECT_NEAR(weight.square().mean().item<double>(), bound * bound / 3, 4 * 0.3 * bound * bound / std::sqrt(n))
        << name;
  }
}

}  // namespace
}  // namespace straightedge::train
