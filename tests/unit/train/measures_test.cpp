#include <train/measures.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <data/pairs.hpp>
#include <data/random.hpp>
#include <model/affine.hpp>
#include <train/gradient_variance.hpp>

#include <cmath>
#include <numeric>

namespace straightedge::train {
namespace {

TEST(FlowByEuler, IsExactWhereTheVelocityIsConstant) {
  const at::Tensor x0 = normals(1, 0, 5, 3, at::kDouble);
  const auto velocity = [](const at::Tensor& x, const at::Tensor&) { return at::zeros_like(x) + 2.0; };
  EXPECT_LE((flow_by_euler(velocity, x0, 7) - x0 - 2.0).abs().max().item<double>(), 1e-14);
}

// dx/dt = x: after n steps the factor is (1 + 1/n)^n.
TEST(FlowByEuler, TakesTheStepsOfItsDefinition) {
  const at::Tensor x0 = normals(1, 0, 5, 3, at::kDouble);
  const at::Tensor x1 = flow_by_euler([](const at::Tensor& x, const at::Tensor&) { return x; }, x0, 10);
  EXPECT_LE((x1 - std::pow(1.1, 10) * x0).abs().max().item<double>(), 1e-13);
}

TEST(NearestTwo, FindsBoth) {
  const at::Tensor bank = at::tensor({0.0, 3.0, 10.0}).view({3, 1});
  const NearestTwo found = nearest_two(at::tensor({1.0, 9.0}).view({2, 1}), bank);
  EXPECT_TRUE(found.first.equal(at::tensor({1.0, 1.0}).to(at::kDouble)));
  EXPECT_TRUE(found.second.equal(at::tensor({2.0, 6.0}).to(at::kDouble)));
}

// In one dimension every direction is +-1: the squared distance of the sorted points.
TEST(SlicedWasserstein, IsTheDistanceOfSortedPointsOnALine) {
  const at::Tensor x = at::tensor({3.0, 1.0, 2.0}).view({3, 1});
  const at::Tensor y = at::tensor({5.0, 7.0, 6.0}).view({3, 1});
  EXPECT_NEAR(sliced_wasserstein_squared(x, y, 8, 0), 16.0, 1e-12);
}

// E|g_b|^2 falls as 1/b towards |E g|^2: the estimate does not depend on the sizes it is made from.
TEST(SquaredGradientNorms, GiveTheSameVarianceFromOtherSizes) {
  Recipe recipe = parse_recipe("[pairs]\nkind = \"gaussian-rotated\"\ndegrees = 60\nmode = \"resampled\"\n", "test");
  const AffineModel model(2);
  const at::Tensor parameters = model.initial(0);
  const PairSampler sampler(recipe, make_pairs(recipe), at::kCPU);
  const auto mean_norm = [&](std::int64_t batch) {
    const std::vector<double> norms = squared_gradient_norms(model, parameters, sampler, recipe.noise, 1, batch, 4000);
    return std::accumulate(norms.begin(), norms.end(), 0.0) / static_cast<double>(norms.size());
  };
  const double one = mean_norm(1);
  const double four = mean_norm(4);
  const double sixteen = mean_norm(16);
  const double coarse = (one - four) / (1.0 - 0.25);
  const double fine = (four - sixteen) / (0.25 - 0.0625);
  // Some ten standard errors of 4000 norms with relative deviations of about one.
  EXPECT_NEAR(coarse, fine, 0.25 * coarse);
  EXPECT_GT(coarse, 0.0);
}

}  // namespace
}  // namespace straightedge::train
