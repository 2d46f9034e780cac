#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>

#include "flow_problems.hpp"

#include <boost/math/quadrature/tanh_sinh.hpp>

namespace straightedge::test {
namespace {

const Real50 kTight = ten_to<Real50>(-45);

template <class T>
Matrix<T> gram(const Matrix<T>& map) {
  return product<T>(map, map.transpose());
}

template <class T>
Matrix<T> shrunk(const Matrix<T>& covariance, const T& f_squared) {
  const Eigen::Index d = covariance.rows();
  return (covariance + f_squared * Matrix<T>::Identity(d, d)) / T(T(1) + f_squared);
}

TEST(MinimiserFlow, StraightCouplingIsItsOwnFlow) {
  const Coupling<Real50> coupling =
      rotated_coupling<Real50>(plane_target<Real50>(), plane_rotation<Real50>(2, 0, 1, degrees<Real50>(120)));
  const AffineFlow<Real50> flow = minimiser_flow(coupling, no_noise<Real50>());
  EXPECT_TRUE(near<Real50>(flow.map, coupling.cross, 0));
  EXPECT_EQ(flow.straightness, 0);
}

TEST(MinimiserFlow, DoesNotExistWhereAllLinesMeet) {
  EXPECT_THROW(static_cast<void>(minimiser_flow(isotropic_rotation<Real50>(2, pi<Real50>()), no_noise<Real50>())),
               DoesNotExist);
}

TEST(MinimiserFlow, DoesNotExistForReflections) {
  Matrix<Real50> reflection = Matrix<Real50>::Identity(2, 2);
  reflection(1, 1) = -1;
  const Coupling<Real50> coupling = rotated_coupling<Real50>(plane_target<Real50>(), reflection);
  EXPECT_THROW(static_cast<void>(minimiser_flow(coupling, no_noise<Real50>())), DoesNotExist);
}

class MinimiserFlowInDimension : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(, MinimiserFlowInDimension, testing::Values(1, 2, 3, 8));

TEST_P(MinimiserFlowInDimension, ConstantNoiseShrinksTheCovarianceWhateverTheCoupling) {
  const Coupling<Real50> coupling = general_coupling<Real50>(GetParam());
  const Real50 sigma = Real50(3) / 10;
  const AffineFlow<Real50> flow = minimiser_flow(coupling, constant_noise(sigma));
  EXPECT_TRUE(near<Real50>(gram(flow.map), shrunk<Real50>(coupling.target.covariance, sigma * sigma), kTight));
}

TEST_P(MinimiserFlowInDimension, WithoutNoiseTheFlowReachesTheTarget) {
  const Coupling<Real50> coupling = general_coupling<Real50>(GetParam());
  const AffineFlow<Real50> flow = minimiser_flow(coupling, no_noise<Real50>());
  EXPECT_TRUE(near<Real50>(gram(flow.map), coupling.target.covariance, kTight));
}

TEST_P(MinimiserFlowInDimension, BridgeNoiseInTheTargetReachesTheTarget) {
  const Coupling<Real50> coupling = general_coupling<Real50>(GetParam());
  const auto noise = bridge_noise<Real50>(Real50(7) / 10, RegressionTarget::interpolant);
  EXPECT_TRUE(near<Real50>(gram(minimiser_flow(coupling, noise).map), coupling.target.covariance, kTight));
}

TEST_P(MinimiserFlowInDimension, SymmetricCommutingCrossCovarianceRectifiesToOptimalTransport) {
  const int d = GetParam();
  const Gaussian<Real50> target = general_coupling<Real50>(d).target;
  const Matrix<Real50> root = square_root<Real50>(target.covariance);
  const Real50 sigma = Real50(1) / 5;
  const Matrix<Real50> noisy_root = square_root<Real50>(shrunk<Real50>(target.covariance, sigma * sigma));
  for (const Matrix<Real50>& cross : {Matrix<Real50>(Matrix<Real50>::Zero(d, d)), Matrix<Real50>(root / Real50(2))}) {
    const Coupling<Real50> coupling = gaussian_coupling<Real50>(target, cross);
    EXPECT_TRUE(near<Real50>(minimiser_flow(coupling, no_noise<Real50>()).map, root, kTight));
    EXPECT_TRUE(near<Real50>(minimiser_flow(coupling, constant_noise(sigma)).map, noisy_root, kTight));
  }
}

TEST(MinimiserFlow, SymmetricCrossCovarianceThatDoesNotCommuteMissesOptimalTransport) {
  Matrix<Real50> cross(2, 2);
  cross << Real50(1) / 2, 0, 0, Real50(-1) / 2;
  const Coupling<Real50> coupling = gaussian_coupling<Real50>(plane_target<Real50>(), cross);
  const Matrix<Real50> map = minimiser_flow(coupling, no_noise<Real50>()).map;
  EXPECT_GT(largest_difference<Real50>(map, square_root<Real50>(coupling.target.covariance)), Real50(1) / 100);
}

TEST(MinimiserFlow, BridgeNoiseOutsideTheTargetMovesEachEigenvalueByItsIntegral) {
  const Real50 s_squared = Real50(9) / 10;
  const std::vector<Real50> eigenvalues{Real50(1) / 3, Real50(1), Real50(5)};
  const std::vector<Real50> cross_values{Real50(1) / 4, Real50(-1) / 2, Real50(2)};
  Coupling<Real50> coupling = independent_coupling<Real50>(standard_gaussian<Real50>(3));
  for (int i = 0; i < 3; ++i) {
    coupling.target.covariance(i, i) = eigenvalues[i];
    coupling.cross(i, i) = cross_values[i];
    coupling.spread(i, i) = eigenvalues[i] - cross_values[i] * cross_values[i];
  }
  coupling.kind = CouplingKind::gaussian;
  const Matrix<Real50> map = minimiser_flow(coupling, bridge_noise<Real50>(sqrt(s_squared))).map;
  boost::math::quadrature::tanh_sinh<Real50> integrator;
  for (int i = 0; i < 3; ++i) {
    const Real50 exponent = integrator.integrate(
        [&](const Real50& t) -> Real50 {
          const Real50 u = 1 - t;
          const Real50 sigma = u * u + t * t * eigenvalues[i] + t * u * (2 * cross_values[i] + s_squared);
          return (1 - 2 * t) / sigma;
        },
        Real50(0), Real50(1), ten_to<Real50>(-48));
    EXPECT_TRUE(near<Real50>(map(i, i), Real50(sqrt(eigenvalues[i] * exp(Real50(-s_squared * exponent)))), kTight));
  }
  EXPECT_EQ(map(0, 1), 0);
}

class FlowUnderNoise : public testing::TestWithParam<NoiseCase> {
 protected:
  template <class T>
  [[nodiscard]] NoiseSchedule<T> noise() const {
    return GetParam().with_sigma<T>(T(2) / T(5));
  }
};
INSTANTIATE_TEST_SUITE_P(, FlowUnderNoise, testing::ValuesIn(noise_cases()),
                         [](const auto& test) { return test.param.name; });

TEST_P(FlowUnderNoise, TaylorSeriesAgreesWithOdeintOnTheMinimisersVelocity) {
  const Coupling<Real50> coupling = general_coupling<Real50>(2);
  const Matrix<Real50> map = minimiser_flow(coupling, noise<Real50>()).map;
  const auto field = minimiser_field<Real50>(coupling, noise<Real50>());
  for (int i = 0; i < 2; ++i) {
    const Vector<Real50> start = Vector<Real50>::Unit(2, i);
    const Vector<Real50> end = integrate_flow<Real50>(field, start, 0, 1, ten_to<Real50>(-32));
    EXPECT_TRUE(near<Real50>(end, coupling.target.mean + map.col(i), ten_to<Real50>(-29)));
  }
}

TEST_P(FlowUnderNoise, StraightnessIsTheSumOverUnitVectorsOfThatOfTrajectories) {
  const Coupling<double> coupling = general_coupling<double>(3);
  const auto field = minimiser_field<double>(coupling, noise<double>());
  double sum = 0;
  for (int i = 0; i < 3; ++i) {
    sum += trajectory_straightness<double>(field, Vector<double>::Unit(3, i), 1e-12);
  }
  EXPECT_GT(sum, 1e-3);
  EXPECT_NEAR(minimiser_flow(coupling, noise<double>()).straightness, sum, 1e-10);
}

TEST_P(FlowUnderNoise, DoubleAnd50DigitsAnd100DigitsAgree) {
  const auto flow = minimiser_flow(general_coupling<double>(3), noise<double>());
  const auto flow50 = minimiser_flow(general_coupling<Real50>(3), noise<Real50>());
  const auto flow100 = minimiser_flow(general_coupling<Real100>(3), noise<Real100>());
  EXPECT_TRUE(near<double>(flow.map, convert<double>(flow50.map), 1e-13));
  EXPECT_NEAR(flow.straightness, static_cast<double>(flow50.straightness), 1e-13);
  EXPECT_TRUE(near<Real50>(flow50.map, convert<Real50>(flow100.map), kTight));
  EXPECT_TRUE(near<Real50>(flow50.straightness, Real50(flow100.straightness), kTight));
}

TEST(MinimiserFlow, HundredDigitsReachAHundredDigits) {
  const Coupling<Real100> coupling = general_coupling<Real100>(3);
  const Real100 f_squared = Real100(1) / 400;
  const Matrix<Real100> map = minimiser_flow(coupling, constant_noise<Real100>(sqrt(f_squared))).map;
  EXPECT_TRUE(near<Real100>(gram(map), shrunk<Real100>(coupling.target.covariance, f_squared), ten_to<Real100>(-95)));
}

// Phi_t = ((1-t)^2 + t^2 lambda)^{1/2} in each eigenspace, and the integral is elementary.
TEST(MinimiserFlow, IndependentCouplingHasStraightnessTraceRootTimesTwoMinusHalfPi) {
  for (const int d : {1, 2, 8}) {
    const Gaussian<Real50> target = general_coupling<Real50>(d).target;
    const Real50 straightness = minimiser_flow(independent_coupling<Real50>(target), no_noise<Real50>()).straightness;
    const Real50 expected = square_root<Real50>(target.covariance).trace() * (2 - pi<Real50>() / 2);
    EXPECT_TRUE(near<Real50>(straightness, expected, kTight)) << "d = " << d;
  }
}

TEST(MinimiserFlow, IllConditionedTargetsLoseDigitsInProportionOnly) {
  Gaussian<Real50> target = standard_gaussian<Real50>(2);
  target.covariance << Real50("1e6"), Real50("0.3"), Real50("0.3"), Real50("1e-6");
  const Matrix<Real50> map = minimiser_flow(independent_coupling<Real50>(target), no_noise<Real50>()).map;
  EXPECT_TRUE(near<Real50>(map, square_root<Real50>(target.covariance), ten_to<Real50>(-36)));
}

TEST(MinimiserFlow, NearlyMeetingLinesWithLittleNoiseStillConverge) {
  const Coupling<Real50> coupling = isotropic_rotation<Real50>(2, degrees<Real50>(Real50("179.999")));
  const Real50 sigma = ten_to<Real50>(-6);
  const Matrix<Real50> map = minimiser_flow(coupling, constant_noise(sigma)).map;
  EXPECT_TRUE(near<Real50>(gram(map), Matrix<Real50>::Identity(2, 2), ten_to<Real50>(-40)));
  EXPECT_LT(map(1, 0), Real50("0.999"));  // far from the rotation itself: the noise turns the flow
}

TEST(MinimiserFlow, ThirtyTwoDimensions) {
  const Coupling<Real50> coupling = general_coupling<Real50>(32);
  const Real50 sigma = Real50(1) / 2;
  const Matrix<Real50> map = minimiser_flow(coupling, constant_noise(sigma)).map;
  EXPECT_TRUE(near<Real50>(gram(map), shrunk<Real50>(coupling.target.covariance, sigma * sigma), kTight));
}

TEST(FlowCost, OfTheOptimalMapIsTheWassersteinDistance) {
  const Gaussian<Real50> target = plane_target<Real50>();
  const Real50 cost = flow_cost<Real50>(target.mean, square_root<Real50>(target.covariance));
  EXPECT_TRUE(near<Real50>(cost, wasserstein2_squared(standard_gaussian<Real50>(2), target), kTight));
}

TEST(FlowCost, IsExactForRationals) {
  Matrix<Rational> map(2, 2);
  map << Rational(1, 2), Rational(1), Rational(0), Rational(4, 3);
  Vector<Rational> mean(2);
  mean << Rational(1, 5), Rational(-2);
  EXPECT_EQ(flow_cost<Rational>(mean, map), Rational(1, 25) + 4 + Rational(1, 4) + 1 + Rational(1, 9));
}

}  // namespace
}  // namespace straightedge::test
