#include "matrices.hpp"

#include <straightedge/coupling.hpp>
#include <straightedge/error.hpp>

#include <gtest/gtest.h>

namespace straightedge {
namespace {

using testing::distance;
using testing::Dyadic;
using testing::random_rotation;

Gaussian<Real50> target(int d) {
  Dyadic random(17);
  const Matrix<Real50> a = random.matrix<Real50>(d, d);
  return {random.matrix<Real50>(d, 1), product<Real50>(a, a.transpose()) + Matrix<Real50>::Identity(d, d) / Real50(4)};
}

TEST(Coupling, OfADeterministicKindHasTheTargetsCovarianceAndNoSpread) {
  const Gaussian<Real50> gaussian = target(4);
  const Matrix<Real50> rotation = random_rotation<Real50>(4, 3);
  for (const Coupling<Real50>& coupling :
       {optimal_coupling(gaussian), rotated_coupling(gaussian, rotation), affine_coupling(gaussian.mean, rotation)}) {
    EXPECT_TRUE(coupling.is_deterministic());
    EXPECT_EQ(coupling.spread, Matrix<Real50>(Matrix<Real50>::Zero(4, 4)));
    EXPECT_LE(distance<Real50>(product<Real50>(coupling.cross, coupling.cross.transpose()), coupling.target.covariance),
              1e-47);
  }
}

TEST(Coupling, OptimalCostIsTheWassersteinDistanceAndARotationCostsMore) {
  const Gaussian<Real50> gaussian = target(3);
  const Real50 distance_squared = wasserstein2_squared(standard_gaussian<Real50>(3), gaussian);
  EXPECT_LE(static_cast<double>(abs(Real50(transport_cost(optimal_coupling(gaussian)) - distance_squared))), 1e-46);
  EXPECT_GT(transport_cost(rotated_coupling(gaussian, random_rotation<Real50>(3, 2))), distance_squared + 0.01);
  EXPECT_GT(transport_cost(independent_coupling(gaussian)), distance_squared + 0.01);
}

TEST(Coupling, CostIsTheMeanSquaredDisplacement) {
  Matrix<Rational> a(2, 2);
  a << 2, 1, -1, 3;
  Vector<Rational> mean(2);
  mean << 5, -7;
  // |mu|^2 + |A - I|_F^2
  EXPECT_EQ(transport_cost(affine_coupling(mean, a)), Rational(25 + 49 + 1 + 1 + 1 + 4));
}

TEST(Coupling, IndependentSpreadIsTheCovarianceItself) {
  const Coupling<Real50> coupling = independent_coupling(target(2));
  EXPECT_EQ(coupling.spread, coupling.target.covariance);
  EXPECT_FALSE(coupling.is_deterministic());
}

TEST(Coupling, GaussianIsAdmissibleUpToTheDeterministicOne) {
  const Gaussian<Real50> gaussian = target(3);
  const Matrix<Real50> root = optimal_coupling(gaussian).cross;
  EXPECT_NO_THROW((void)gaussian_coupling(gaussian, root));
  const Coupling<Real50> half = gaussian_coupling<Real50>(gaussian, root / Real50(2));
  EXPECT_LE(distance<Real50>(half.spread, gaussian.covariance * Real50(0.75)), 1e-48);
}

TEST(Coupling, GaussianBeyondTheDeterministicOneIsRefusedWithTheEigenvalue) {
  const Gaussian<Real50> source = standard_gaussian<Real50>(2);
  try {
    (void)gaussian_coupling<Real50>(source, Matrix<Real50>::Identity(2, 2) * Real50(1.5));
    FAIL() << "not refused";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("-1.25"), std::string::npos) << error.what();
  }
  const Real50 slightly = Real50(1) + Real50("1e-45");
  EXPECT_THROW((void)gaussian_coupling<Real50>(source, Matrix<Real50>::Identity(2, 2) * slightly), InputError);
}

TEST(Coupling, OfAWrongShapeIsRefused) {
  EXPECT_THROW((void)rotated_coupling<Real50>(target(3), Matrix<Real50>::Identity(2, 2)), InputError);
  EXPECT_THROW((void)affine_coupling<Real50>(Vector<Real50>::Zero(3), Matrix<Real50>::Identity(3, 2)), InputError);
  EXPECT_THROW((void)gaussian_coupling<Real50>(target(3), Matrix<Real50>::Identity(2, 2)), InputError);
}

TEST(Coupling, AngleOfARotatedCouplingIsTheRotationsOwn) {
  for (const int degrees : {-179, -120, -1, 0, 30, 90, 120, 179}) {
    const Matrix<Real50> r = plane_rotation<Real50>(2, 0, 1, pi<Real50>() * degrees / 180);
    const Coupling<Real50> coupling = rotated_coupling(target(2), r);
    EXPECT_LE(static_cast<double>(abs(Real50(rotation_degrees(coupling) - degrees))), 1e-46) << degrees;
    const Matrix<Real50> q = polar_factor(coupling.cross);
    EXPECT_LE(distance(q, r), 1e-46);
  }
}

TEST(Coupling, AngleOfAHalfTurnIsPlus180) {
  const Matrix<Real50> half_turn = -Matrix<Real50>::Identity(2, 2);
  EXPECT_EQ(rotation_degrees(affine_coupling<Real50>(Vector<Real50>::Zero(2), half_turn)), 180);
  Matrix<Real50> from_below = half_turn;
  from_below(1, 0) = Real50("-0.0");
  EXPECT_EQ(rotation_degrees(affine_coupling<Real50>(Vector<Real50>::Zero(2), from_below)), 180);
}

TEST(Coupling, AngleNeedsAPositiveDeterminantAndTwoDimensions) {
  Matrix<Real50> reflection = Matrix<Real50>::Identity(2, 2);
  reflection(1, 1) = -1;
  EXPECT_THROW((void)rotation_degrees(affine_coupling<Real50>(Vector<Real50>::Zero(2), reflection)), DoesNotExist);
  EXPECT_THROW((void)rotation_degrees(independent_coupling(target(2))), DoesNotExist);
  EXPECT_THROW((void)rotation_degrees(optimal_coupling(target(3))), DoesNotExist);
}

}  // namespace
}  // namespace straightedge
