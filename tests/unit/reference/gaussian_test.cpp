#include "matrices.hpp"

#include <straightedge/error.hpp>
#include <straightedge/gaussian.hpp>

#include <gtest/gtest.h>

namespace straightedge {
namespace {

using testing::distance;
using testing::Dyadic;

Gaussian<Real50> random_gaussian(int d, std::uint64_t seed) {
  Dyadic random(seed);
  const Matrix<Real50> a = random.matrix<Real50>(d, d);
  return {random.matrix<Real50>(d, 1), product<Real50>(a, a.transpose()) + Matrix<Real50>::Identity(d, d) / Real50(8)};
}

std::string refusal(const Gaussian<Real50>& gaussian) {
  try {
    require_valid(gaussian);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Gaussian, MongeMapPushesOneCovarianceToTheOtherAndIsAGradient) {
  for (const int d : {1, 2, 5}) {
    const Gaussian<Real50> from = random_gaussian(d, 1);
    const Gaussian<Real50> to = random_gaussian(d, 2);
    const Matrix<Real50> map = monge_map(from, to);
    const Matrix<Real50> pushed = product<Real50>(map, product<Real50>(from.covariance, map.transpose()));
    EXPECT_LE(distance(pushed, to.covariance), 1e-46);
    EXPECT_LE(distance<Real50>(map, map.transpose()), 1e-46);
    EXPECT_GT(symmetric_eigen(map).values(0), 0);
  }
}

TEST(Gaussian, WassersteinDistanceIsTheCostOfTheMongeMap) {
  for (const int d : {1, 2, 5}) {
    const Gaussian<Real50> from = random_gaussian(d, 3);
    const Gaussian<Real50> to = random_gaussian(d, 4);
    // E|m1 - m0 + (G - I)(X - m0)|^2
    const Matrix<Real50> moved = monge_map(from, to) - Matrix<Real50>::Identity(d, d);
    const Real50 cost =
        squared_norm<Real50>(to.mean - from.mean) + inner<Real50>(moved, product<Real50>(moved, from.covariance));
    EXPECT_LE(static_cast<double>(abs(Real50(wasserstein2_squared(from, to) - cost))), 1e-46);
  }
}

TEST(Gaussian, WassersteinDistanceIsSymmetricAndZeroToItself) {
  const Gaussian<Real50> a = random_gaussian(3, 5);
  const Gaussian<Real50> b = random_gaussian(3, 6);
  EXPECT_LE(static_cast<double>(abs(Real50(wasserstein2_squared(a, b) - wasserstein2_squared(b, a)))), 1e-46);
  EXPECT_LE(static_cast<double>(abs(wasserstein2_squared(a, a))), 1e-46);
  EXPECT_GT(wasserstein2_squared(a, b), 0.01);
}

TEST(Gaussian, FromTheSourceTheMongeMapIsTheSquareRoot) {
  const Gaussian<Real50> to = random_gaussian(4, 7);
  EXPECT_LE(distance(monge_map(standard_gaussian<Real50>(4), to), square_root(to.covariance)), 1e-46);
}

TEST(Gaussian, WithAnIndefiniteCovarianceIsRefusedWithItsEigenvalue) {
  Gaussian<Real50> gaussian = standard_gaussian<Real50>(2);
  EXPECT_EQ(refusal(gaussian), "");
  gaussian.covariance << 1, 2, 2, 1;
  EXPECT_NE(refusal(gaussian).find("smallest eigenvalue is -1"), std::string::npos) << refusal(gaussian);
  gaussian.covariance.setZero();
  EXPECT_NE(refusal(gaussian).find("positive definite"), std::string::npos);
}

TEST(Gaussian, WithAnAsymmetricOrInfiniteCovarianceOrAWrongShapeIsRefused) {
  Gaussian<Real50> gaussian = standard_gaussian<Real50>(2);
  gaussian.covariance(0, 1) = Real50(0.25);
  EXPECT_NE(refusal(gaussian).find("[0][1] is 0.25"), std::string::npos) << refusal(gaussian);
  gaussian.covariance(0, 1) = gaussian.covariance(1, 0) = std::numeric_limits<Real50>::infinity();
  EXPECT_NE(refusal(gaussian).find("not finite"), std::string::npos);
  gaussian = standard_gaussian<Real50>(2);
  gaussian.mean(1) = std::numeric_limits<Real50>::quiet_NaN();
  EXPECT_NE(refusal(gaussian).find("mean"), std::string::npos);
  EXPECT_NE(refusal({Vector<Real50>::Zero(3), Matrix<Real50>::Identity(2, 2)}).find("2 x 2"), std::string::npos);
}

}  // namespace
}  // namespace straightedge
