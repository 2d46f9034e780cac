#include <train/measures.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <data/pair_sampler.hpp>
#include <data/random.hpp>
#include <model/affine.hpp>
#include <train/gradient_variance.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace straightedge::train {
namespace {

const Processes alone;

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
    const std::vector<double> norms =
        squared_gradient_norms({model, parameters, sampler, recipe.noise, alone}, 1, batch, 4000);
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

// The gradient over all times is the mean over bins, so their means and variances make up the whole:
//   E|g|^2 of one sample is the mean of E|g|^2 over bins.
TEST(SquaredGradientNorms, OfSingleSamplesAreTheMeanOverBinsOfTime) {
  Recipe recipe = parse_recipe("[pairs]\nkind = \"gaussian-rotated\"\ndegrees = 60\nmode = \"resampled\"\n", "test");
  const AffineModel model(2);
  const at::Tensor parameters = model.initial(0) + 0.1;
  const PairSampler sampler(recipe, make_pairs(recipe), at::kCPU);
  const MeasuredField field{model, parameters, sampler, recipe.noise, alone};
  const auto mean = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  };
  std::vector<double> of_bins;
  for (const TimeBin& bin : time_bins(4)) {
    of_bins.push_back(mean(squared_gradient_norms(field, 1, 1, 1000, bin)));
  }
  const double whole = mean(squared_gradient_norms(field, 1, 1, 4000));
  EXPECT_NEAR(mean(of_bins), whole, 0.15 * whole);
  const auto [least, most] = std::minmax_element(of_bins.begin(), of_bins.end());
  EXPECT_GT(*most, 1.2 * *least);  // else this would hold with bins that are ignored
}

TEST(VarianceEstimate, IsThatOfItsDefinition) {
  const VarianceEstimate estimate = estimate_variance({1.0, 3.0}, 1, {1.0, 1.0, 1.0}, 2);
  EXPECT_DOUBLE_EQ(estimate.value, 2.0);
  EXPECT_DOUBLE_EQ(estimate.standard_error, 2.0);
  EXPECT_DOUBLE_EQ(estimate.degrees_of_freedom, 1.0);
  EXPECT_FALSE(estimate.half_width_99());
}

// Student's quantile of 0.995 from tables.
TEST(VarianceEstimate, HasStudentsInterval) {
  for (const auto& [degrees, quantile] : {std::pair{10.0, 3.169273}, {30.0, 2.749996}, {100.0, 2.625891}}) {
    EXPECT_NEAR((VarianceEstimate{0.0, 1.0, degrees}.half_width_99().value()), quantile, 1e-4) << degrees;
  }
  EXPECT_DOUBLE_EQ((VarianceEstimate{0.0, 0.0, 1.0}.half_width_99().value()), 0.0);
}

Mixture two_on_a_line() {
  return {at::tensor({0.25, 0.75}).to(at::kDouble), at::tensor({-1.0, 2.0}).to(at::kDouble).view({2, 1}),
          at::tensor({0.5, 0.2}).to(at::kDouble).view({2, 1, 1})};
}

// Against midpoints of the densities on a grid, whose error falls faster than any power of its width.
TEST(SquaredMmdToMixture, IsTheIntegralOfItsDefinitionOnALine) {
  const Mixture mixture = two_on_a_line();
  const double h = 0.7;
  const auto kernel = [h](double a, double b) { return std::exp(-(a - b) * (a - b) / (2 * h * h)); };
  const auto density = [](double y) {
    const auto normal = [y](double m, double c) {
      return std::exp(-(y - m) * (y - m) / (2 * c)) / std::sqrt(2 * std::numbers::pi * c);
    };
    return 0.25 * normal(-1.0, 0.5) + 0.75 * normal(2.0, 0.2);
  };
  const std::vector<double> x{-0.3, 0.4, 2.5};
  double value = 0.0;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      value += i == j ? 0.0 : kernel(x[i], x[j]) / 6.0;
    }
  }
  constexpr double width = 0.02;
  for (double y = -8.0; y < 8.0; y += width) {
    for (const double point : x) {
      value -= 2.0 / 3.0 * width * density(y) * kernel(point, y);
    }
    for (double z = -8.0; z < 8.0; z += width) {
      value += width * width * density(y) * density(z) * kernel(y, z);
    }
  }
  EXPECT_NEAR(squared_mmd_to_mixture(at::tensor(x).view({3, 1}), mixture, {h})[0], value, 1e-12);
}

// With samples of the mixture for its expectations it is the MMD of two samples, which is unbiased for it.
TEST(SquaredMmdToMixture, IsZeroOnAverageFromTheMixtureItself) {
  DataRecipe data;
  data.kind = "mixture";
  data.dimension = 3;
  Recipe recipe;
  recipe.data = data;
  recipe.pairs.kind = "independent";
  const std::vector<double> bandwidths{1.0, 4.0};
  constexpr int samples = 20;
  std::vector<std::vector<double>> values;
  for (int sample = 0; sample < samples; ++sample) {
    values.push_back(squared_mmd_to_mixture(fresh_targets(recipe, 200, sample + 1), mixture_of(data), bandwidths));
  }
  const std::vector<double> moved =
      squared_mmd_to_mixture(fresh_targets(recipe, 200, 1) + 1.0, mixture_of(data), bandwidths);
  for (std::size_t k = 0; k < bandwidths.size(); ++k) {
    double sum = 0.0;
    double squares = 0.0;
    for (const std::vector<double>& of : values) {
      sum += of[k];
      squares += of[k] * of[k];
    }
    const double mean = sum / samples;
    const double error = std::sqrt((squares / samples - mean * mean) / (samples - 1));
    EXPECT_LE(std::abs(mean), 4.0 * error) << bandwidths[k];
    EXPECT_GT(moved[k], 20.0 * error) << bandwidths[k];
  }
}

}  // namespace
}  // namespace straightedge::train
