#include <train/image_features.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/diag.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <unistd.h>
#include <data/random.hpp>

#include <cmath>
#include <digest.hpp>
#include <filesystem>
#include <fstream>
#include <limits>
#include <straightedge/error.hpp>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

at::Tensor gaussian(std::int64_t seed, std::int64_t n, std::int64_t f) {
  return normals(seed, 0, {0, n}, f, at::kDouble);
}

at::Tensor covariance(const at::Tensor& x) {
  const at::Tensor centred = x - x.mean(0);
  return at::matmul(centred.t(), centred) / static_cast<double>(x.size(0) - 1);
}

at::Tensor root(const at::Tensor& c) {
  const auto [values, vectors] = at::linalg_eigh(c);
  return at::matmul(vectors * values.clamp_min(0.0).sqrt(), vectors.t());
}

// As the definition says it, roots and all.
double by_definition(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor half = root(covariance(x));
  const at::Tensor common = root(at::matmul(half, at::matmul(covariance(y), half)));
  const at::Tensor traces = (covariance(x) + covariance(y) - 2.0 * common).trace();
  return ((x.mean(0) - y.mean(0)).square().sum() + traces).item<double>();
}

// Rows with exactly the mean m and the covariance diag(s^2): +-e_i a_i around m, of which the covariance is
// 2 a_i^2 / (2 f - 1).
at::Tensor cross_of(const at::Tensor& mean, const at::Tensor& deviations) {
  const double widen = std::sqrt((2.0 * static_cast<double>(mean.size(0)) - 1.0) / 2.0);
  const at::Tensor arms = at::diag(deviations * widen);
  return at::cat({arms, -arms}) + mean;
}

// Where covariances commute the roots are of numbers: |m - m'|^2 + sum (s_i - s'_i)^2.
TEST(FrechetDistance, OfDiagonalCovariancesIsItsClosedForm) {
  const at::Tensor m = at::tensor({1.0, -2.0, 0.5}, at::kDouble);
  const at::Tensor s = at::tensor({1.0, 2.0, 0.25}, at::kDouble);
  const at::Tensor other_m = at::tensor({0.0, 1.0, 0.5}, at::kDouble);
  const at::Tensor other_s = at::tensor({3.0, 0.5, 0.25}, at::kDouble);
  EXPECT_NEAR(frechet_distance(cross_of(m, s), cross_of(other_m, other_s)), 10.0 + 4.0 + 2.25, 1e-13);
}

// Of samples it is off by the deviations' standard errors, s / sqrt(2 n) each, and the means', s / sqrt(n).
TEST(FrechetDistance, OfGaussianSamplesIsNearTheClosedForm) {
  const at::Tensor s = at::tensor({1.0, 2.0, 0.5, 0.1}, at::kDouble);
  const at::Tensor other_s = at::tensor({2.0, 1.0, 0.5, 0.4}, at::kDouble);
  constexpr std::int64_t n = 20000;
  const at::Tensor x = gaussian(1, n, 4) * s;
  const at::Tensor y = gaussian(2, n, 4) * other_s + 1.0;
  EXPECT_NEAR(frechet_distance(x, y), 4.0 + 1.0 + 1.0 + 0.09, 0.15);
}

TEST(FrechetDistance, IsThatOfItsDefinition) {
  const at::Tensor mix = gaussian(3, 6, 6);
  const at::Tensor x = gaussian(1, 200, 6);
  const at::Tensor y = at::matmul(gaussian(2, 150, 6), mix) + 0.3;
  const double wanted = by_definition(x, y);
  EXPECT_NEAR(frechet_distance(x, y), wanted, 1e-11 * wanted);
  EXPECT_NEAR(frechet_distance(y, x), wanted, 1e-11 * wanted);
}

TEST(FrechetDistance, OfASetToItselfIsZero) {
  for (const std::int64_t n : {5, 100}) {
    const at::Tensor x = gaussian(1, n, 20);
    EXPECT_LE(frechet_distance(x, x), 1e-12) << n;
    EXPECT_NEAR(frechet_distance(x, x + 0.5), 5.0, 1e-12) << n;
  }
}

TEST(FrechetDistance, DoesNotChangeUnderACommonRotation) {
  const at::Tensor x = gaussian(1, 60, 8) * at::arange(1, 9, at::kDouble);
  const at::Tensor y = gaussian(2, 70, 8) * at::arange(1, 9, at::kDouble);
  const at::Tensor rotation = std::get<0>(at::linalg_qr(gaussian(3, 8, 8)));
  const double wanted = frechet_distance(x, y);
  EXPECT_NEAR(frechet_distance(at::matmul(x, rotation), at::matmul(y, rotation)), wanted, 1e-11 * wanted);
  EXPECT_GT(std::abs(frechet_distance(at::matmul(x, rotation), y) - wanted), 0.1 * wanted);
}

// Two of fewer rows than features, in subspaces of their own: nothing is common, and the traces add up.
TEST(FrechetDistance, OfFewerRowsThanFeatures) {
  const at::Tensor x = at::cat({gaussian(1, 4, 3), at::zeros({4, 7}, at::kDouble)}, 1);
  const at::Tensor y = at::cat({at::zeros({6, 5}, at::kDouble), gaussian(2, 6, 5)}, 1);
  const double apart =
      ((x.mean(0) - y.mean(0)).square().sum() + covariance(x).trace() + covariance(y).trace()).item<double>();
  EXPECT_NEAR(frechet_distance(x, y), apart, 1e-12);
  const at::Tensor a = gaussian(3, 5, 30);
  const at::Tensor b = gaussian(4, 9, 30);
  EXPECT_NEAR(frechet_distance(a, b), by_definition(a, b), 1e-5);  // roots of eigenvalues that are 0 to 1e-16
}

TEST(KernelDistance, IsTheDoubleSumOfItsDefinition) {
  const at::Tensor x = gaussian(1, 7, 3);
  const at::Tensor y = gaussian(2, 5, 3) + 0.5;
  const auto mean_kernel = [](const at::Tensor& a, const at::Tensor& b, bool distinct) {
    double sum = 0.0;
    int pairs = 0;
    for (std::int64_t i = 0; i < a.size(0); ++i) {
      for (std::int64_t j = 0; j < b.size(0); ++j) {
        if (!distinct || i != j) {
          sum += std::pow((a[i] * b[j]).sum().item<double>() / 3.0 + 1.0, 3);
          ++pairs;
        }
      }
    }
    return sum / pairs;
  };
  const double wanted = mean_kernel(x, x, true) + mean_kernel(y, y, true) - 2.0 * mean_kernel(x, y, false);
  EXPECT_NEAR(kernel_distance(x, y), wanted, 1e-12);
  EXPECT_NEAR(kernel_distance(y, x), wanted, 1e-12);
}

// Between samples of one distribution its mean is 0: about half of the values are below.
TEST(KernelDistance, IsUnbiased) {
  constexpr int samples = 200;
  double sum = 0.0;
  double squares = 0.0;
  int below = 0;
  for (int sample = 0; sample < samples; ++sample) {
    const double value = kernel_distance(gaussian(2 * sample, 20, 4), gaussian(2 * sample + 1, 30, 4));
    sum += value;
    squares += value * value;
    below += value < 0.0 ? 1 : 0;
  }
  const double mean = sum / samples;
  const double error = std::sqrt((squares / samples - mean * mean) / (samples - 1));
  EXPECT_LE(std::abs(mean), 4.0 * error);
  EXPECT_GT(below, samples / 4);
  EXPECT_GT(kernel_distance(gaussian(0, 20, 4), gaussian(1, 30, 4) + 1.0), 20.0 * error);
}

// Of one feature, sum_ij (x_i y_j + 1)^3 is a sum of products of power sums. The products of 4100 rows are more than
// are made at once.
TEST(KernelDistance, OfNumbersFollowsFromTheirPowers) {
  const at::Tensor x = gaussian(1, 4100, 1) + 0.2;
  const at::Tensor y = gaussian(2, 30, 1);
  const auto power = [](const at::Tensor& a, int p) { return a.pow(p).sum().item<double>(); };
  const auto sum = [&](const at::Tensor& a, const at::Tensor& b) {
    return power(a, 3) * power(b, 3) + 3.0 * power(a, 2) * power(b, 2) + 3.0 * power(a, 1) * power(b, 1) +
           power(a, 0) * power(b, 0);
  };
  const auto mean_of_distinct = [&](const at::Tensor& a) {
    const auto n = static_cast<double>(a.size(0));
    return (sum(a, a) - power(a.square() + 1.0, 3)) / (n * (n - 1.0));
  };
  const double wanted = mean_of_distinct(x) + mean_of_distinct(y) - 2.0 * sum(x, y) / (4100.0 * 30.0);
  EXPECT_NEAR(kernel_distance(x, y), wanted, 1e-11);
}

TEST(FeatureDistances, NeedTwoImages) {
  const at::Tensor one = gaussian(1, 1, 3);
  const at::Tensor two = gaussian(1, 2, 3);
  EXPECT_THROW((void)frechet_distance(one, two), InputError);
  EXPECT_THROW((void)frechet_distance(two, one), InputError);
  EXPECT_THROW((void)kernel_distance(one, two), InputError);
  EXPECT_THROW((void)kernel_distance(two, one), InputError);
  EXPECT_NO_THROW((void)kernel_distance(two, two));
}

class Network : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  // Of a network with this body of forward(self, x).
  [[nodiscard]] FeatureNetwork network(const std::string& body) const {
    torch::jit::Module module("Network");
    module.define("def forward(self, x):\n  " + body + "\n");
    module.save(path_.string());
    return {path_, at::kCPU};
  }

  // What it says of 3 images of 2 x 4 pixels.
  [[nodiscard]] std::string refusal(const std::string& body) const {
    try {
      (void)network(body)(at::zeros({3, 24}), 2, 4, 3);
    } catch (const InputError& error) {
      return error.what();
    }
    return "is not refused";
  }

  void expect_refusal(const std::string& body, const std::string& why) const {
    const std::string line = refusal(body);
    EXPECT_EQ(line.find(path_.string() + ": "), 0) << line;
    EXPECT_NE(line.find(why), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }

  fs::path folder_ = fs::temp_directory_path() / ("image_features_test." + std::to_string(::getpid()));
  fs::path path_ = folder_ / "network.pt";
};

// Rows are in the order height, width, colour; the network gets colour, height, width in [0, 1].
TEST_F(Network, GetsTheImagesOfTheRows) {
  const FeatureNetwork all = network("return x.flatten(1)");
  const at::Tensor images = 2.0 * uniform(1, 0, {0, 150 * 24}, at::kFloat).view({150, 24}) - 1.0;  // of several blocks
  const at::Tensor wanted = ((images + 1.0) / 2.0).view({150, 2, 4, 3}).permute({0, 3, 1, 2}).reshape({150, 24});
  const at::Tensor features = all(images, 2, 4, 3);
  EXPECT_EQ(features.scalar_type(), at::kDouble);
  EXPECT_TRUE(features.equal(wanted.to(at::kDouble)));
}

TEST_F(Network, GetsOneColourThreeTimes) {
  const FeatureNetwork colours = network("return x.mean([2, 3], True)");  // [B, 3, 1, 1]
  const at::Tensor images = at::tensor({-1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0}).view({2, 4});
  EXPECT_TRUE(
      colours(images, 2, 2, 1).equal(at::tensor({0.625, 0.625, 0.625, 1.0, 1.0, 1.0}, at::kDouble).view({2, 3})));
}

TEST_F(Network, GetsValuesThatAreCutOff) {
  const FeatureNetwork all = network("return x.flatten(1)");
  const double infinity = std::numeric_limits<double>::infinity();
  const at::Tensor image = at::tensor({-infinity, -1.5, 1.0, 1.01, 99.0, infinity}).view({2, 3});
  EXPECT_TRUE(all(image, 1, 1, 3).equal(at::tensor({0.0, 0.0, 1.0, 1.0, 1.0, 1.0}, at::kDouble).view({2, 3})));
}

TEST_F(Network, IsNamedByTheDigestOfItsFile) {
  const FeatureNetwork all = network("return x.flatten(1)");
  EXPECT_EQ(all.sha256(), fixtures::sha256_file(path_));
}

TEST_F(Network, IsEvaluatedAndNotTrained) {
  torch::jit::Module module("Network");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.define("def forward(self, x):\n  if self.training:\n    x = x + 1.0\n  return x.flatten(1)\n");
  module.save(path_.string());
  EXPECT_EQ(FeatureNetwork(path_, at::kCPU)(at::full({1, 3}, 1.0), 1, 1, 3).max().item<double>(), 1.0);
}

TEST_F(Network, ThatIsNoneIsRefused) {
  EXPECT_THROW(FeatureNetwork(path_, at::kCPU), InputError);  // is not there
  EXPECT_THROW(FeatureNetwork(folder_, at::kCPU), InputError);
  std::ofstream(path_) << "no archive\n";
  try {
    const FeatureNetwork none(path_, at::kCPU);
    FAIL();
  } catch (const InputError& error) {
    const std::string line = error.what();
    EXPECT_EQ(line.find(path_.string() + ": is no TorchScript network ("), 0) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
}

TEST_F(Network, ThatFailsIsRefusedWithItsReason) {
  expect_refusal("return x.view([7, 7])", "(RuntimeError: shape '[7, 7]' is invalid for input of size 72");
  expect_refusal("return x.view([7, 7])", "fails on float [3, 3, 2, 4] in [0, 1]");
  expect_refusal("assert x.size(2) == 299, \"wants 299 pixels\"\n  return x", "AssertionError: wants 299 pixels)");
}

TEST_F(Network, OfAnotherOutputIsRefused) {
  for (const char* body : {"return x", "return x.sum()", "return x.flatten()", "return x.flatten(1)[1:]",
                           "return x.flatten(1)[:, :0]", "return x.flatten(2)"}) {
    expect_refusal(body, "returns [");
  }
  expect_refusal("return [x.flatten(1)]", "returns ");
  expect_refusal("return x.flatten(1) / x.flatten(1)[:, :1].sub(0.5)", "returns features that are not finite");
}

TEST_F(Network, OfAVaryingNumberOfFeaturesIsRefused) {
  const FeatureNetwork varying = network("return x.flatten(1) @ x.flatten(1).t()");
  EXPECT_NO_THROW((void)varying(at::zeros({64, 3}), 1, 1, 3));
  EXPECT_THROW((void)varying(at::zeros({65, 3}), 1, 1, 3), InputError);
}

// It is the images that are said to be wrong then, not the network.
TEST_F(Network, NeedsImagesThatAreNumbers) {
  const FeatureNetwork all = network("return x.flatten(1)");
  EXPECT_THROW((void)all(at::zeros({0, 3}), 1, 1, 3), InputError);
  try {
    (void)all(at::full({2, 3}, std::numeric_limits<double>::quiet_NaN()), 1, 1, 3);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("an image has a NaN"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace straightedge::train
