// The maps of optimal pairs: gradients of strongly convex functions, whose pairing no assignment beats.
#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_eigvalsh.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>
#include <data/convex_potential.hpp>
#include <data/random.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace straightedge::train {
namespace {

constexpr PotentialShape shape{4, 6, 3};
constexpr std::int64_t d = shape.height * shape.width * shape.colours;

at::Tensor points(std::int64_t seed, std::int64_t n, double scale = 1.0) {
  return scale * normals(seed, 0, {0, n}, d, at::kDouble);
}

class EachPotential : public testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<ConvexPotential> potential = make_potential(GetParam(), shape, 7);
};

TEST_P(EachPotential, GradientIsThatOfItsValue) {
  for (const double scale : {0.1, 1.0, 30.0}) {
    const c10::AutoGradMode recorded(true);
    const at::Tensor x = points(1, 5, scale).requires_grad_();
    const at::Tensor wanted = torch::autograd::grad({potential->value(x).sum()}, {x})[0];
    const at::Tensor found = potential->gradient(x).detach();
    EXPECT_LT((found - wanted).abs().max().item<double>(), 1e-12 * std::max(1.0, scale)) << scale;
  }
}

// Column k of the Jacobian from central differences; all coordinates at once as rows of one batch.
at::Tensor jacobian(const ConvexPotential& potential, const at::Tensor& x) {
  constexpr double h = 1e-5;
  const at::Tensor steps = h * at::eye(d, x.options());
  return ((potential.gradient(x + steps) - potential.gradient(x - steps)) / (2.0 * h)).t();
}

TEST_P(EachPotential, JacobianIsSymmetricAndNoEigenvalueIsBelowTheModulus) {
  for (std::int64_t seed = 1; seed <= 5; ++seed) {
    const at::Tensor J = jacobian(*potential, points(seed, 1, seed == 5 ? 20.0 : 1.0));
    EXPECT_LT((J - J.t()).abs().max().item<double>(), 1e-8);
    const at::Tensor eigenvalues = at::linalg_eigvalsh(0.5 * (J + J.t()));
    EXPECT_GT(eigenvalues.min().item<double>(), potential->modulus() - 1e-8);
    EXPECT_GT(potential->modulus(), 0.1);
    EXPECT_LT(eigenvalues.max().item<double>(), 20.0);  // targets stay images
  }
}

TEST_P(EachPotential, ModulusIsNoneOfAWeakerOne) {
  // At some point the least eigenvalue is near the modulus: it is no bound that anything would meet.
  double least = std::numeric_limits<double>::infinity();
  for (const double scale : {0.0, 1.0, 100.0}) {
    const at::Tensor J = jacobian(*potential, points(3, 1, scale));
    least = std::min(least, at::linalg_eigvalsh(0.5 * (J + J.t())).min().item<double>());
  }
  EXPECT_LT(least, 2.0 * potential->modulus());
}

TEST_P(EachPotential, IsStronglyConvexBetweenAnyTwoPoints) {
  for (const double scale : {0.01, 1.0, 10.0}) {
    const at::Tensor x = points(11, 64, scale);
    const double least = least_convexity(x, potential->gradient(x), potential->value(x));
    EXPECT_GT(least, potential->modulus() * (1.0 - 1e-6)) << scale;
  }
}

// Costs of all assignments of so few that all can be tried.
TEST_P(EachPotential, NoAssignmentOfASmallBatchCostsLess) {
  const at::Tensor x = points(5, 6);
  const at::Tensor y = potential->gradient(x);
  std::vector<std::int64_t> order(6);
  std::iota(order.begin(), order.end(), 0);
  const auto cost = [&] {
    double sum = 0.0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      sum += (x[static_cast<std::int64_t>(i)] - y[order[i]]).square().sum().item<double>();
    }
    return sum;
  };
  const double of_identity = cost();
  while (std::next_permutation(order.begin(), order.end())) {
    EXPECT_GT(cost(), of_identity);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachPotential, testing::Values("convolution", "dct", "network", "sum"),
                         [](const auto& of) { return std::string(of.param); });

TEST(LeastConvexity, IsNegativeWhereTwoPartnersAreExchanged) {
  const std::unique_ptr<ConvexPotential> potential = make_potential("sum", shape, 7);
  const at::Tensor x = points(13, 32);
  at::Tensor y = potential->gradient(x);
  const at::Tensor third = y[3].clone();
  y[3].copy_(y[17]);
  y[17].copy_(third);
  EXPECT_LT(least_convexity(x, y, potential->value(x)), 0.0);
}

TEST(LeastConvexity, IsThatOfEverySinglePairOfRows) {
  const std::unique_ptr<ConvexPotential> potential = make_potential("dct", shape, 7);
  const at::Tensor x = points(17, 8) + 5.0;
  const at::Tensor y = potential->gradient(x);
  const at::Tensor psi = potential->value(x);
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < 8; ++i) {
    for (std::int64_t j = 0; j < 8; ++j) {
      if (i != j) {
        const at::Tensor step = x[j] - x[i];
        const at::Tensor above = psi[j] - psi[i] - (y[i] * step).sum();
        least = std::min(least, (above / (0.5 * step.square().sum())).item<double>());
      }
    }
  }
  EXPECT_NEAR(least_convexity(x, y, psi), least, 1e-10);
}

TEST(LeastConvexity, PassesOverEqualRows) {
  const std::unique_ptr<ConvexPotential> potential = make_potential("sum", shape, 7);
  const at::Tensor row = points(19, 2);
  const at::Tensor x = at::stack({row[0], row[0], row[1]});
  EXPECT_GT(least_convexity(x, potential->gradient(x), potential->value(x)), 0.0);
}

TEST(ConvexNetwork, FollowsFromItsSeed) {
  const at::Tensor x = points(23, 3);
  const auto made = [&](std::int64_t seed) { return make_potential("network", shape, seed)->gradient(x); };
  EXPECT_TRUE(made(1).equal(made(1)));
  EXPECT_GT((made(1) - made(2)).abs().max().item<double>(), 1e-3);
}

}  // namespace
}  // namespace straightedge::train
