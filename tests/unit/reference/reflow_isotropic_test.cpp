#include <straightedge/error.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/reflow.hpp>

#include "flow_problems.hpp"

#include <boost/math/quadrature/tanh_sinh.hpp>
#include <string>
#include <tuple>

namespace straightedge::test {
namespace {

const Real50 kTight = ten_to<Real50>(-44);

// Equal to a relative difference of `tolerance`.
testing::AssertionResult relatively_near(const Real50& a, const Real50& b, const Real50& tolerance) {
  return near<Real50>(a / b, Real50(1), tolerance);
}

TEST(IsotropicIntegrals, AreTheIntegralsOfPowersOfQ) {
  boost::math::quadrature::tanh_sinh<Real50> integrator;
  for (const char* value : {"1e-20", "0.5", "30", "120", "175"}) {
    const Real50 angle = degrees<Real50>(Real50(value));
    const IsotropicIntegrals<Real50> closed = isotropic_integrals(angle);
    const auto integral = [&](int power) -> Real50 {
      return 2 * integrator.integrate(
                     [&](const Real50& t) -> Real50 {
                       const Real50 slope = 1 - 2 * t;
                       return pow(Real50(closed.c_squared + closed.k_squared * slope * slope), Real50(power));
                     },
                     Real50(0), Real50(1) / 2, ten_to<Real50>(-48));
    };
    EXPECT_TRUE(relatively_near(closed.i1, integral(-1), kTight)) << value;
    EXPECT_TRUE(relatively_near(closed.i2, integral(-2), kTight)) << value;
    EXPECT_TRUE(relatively_near(closed.i3, integral(-3), kTight)) << value;
    EXPECT_TRUE(relatively_near(closed.mean_q, integral(1), kTight)) << value;
    EXPECT_TRUE(near<Real50>(closed.c_squared + closed.k_squared, Real50(1), kTight));
  }
}

TEST(IsotropicIntegrals, AreOneAtAngleZeroAndDivergeAtPi) {
  const IsotropicIntegrals<double> q = isotropic_integrals(0.0);
  EXPECT_EQ(q.i1, 1.0);
  EXPECT_EQ(q.i2, 1.0);
  EXPECT_EQ(q.i3, 1.0);
  EXPECT_EQ(q.mean_q, 1.0);
  EXPECT_THROW(static_cast<void>(isotropic_integrals(pi<double>())), DoesNotExist);
}

class IsotropicVariance : public testing::TestWithParam<std::tuple<int, std::string, std::string>> {
 protected:
  int d = std::get<0>(GetParam());
  Real50 angle = degrees<Real50>(Real50(std::get<1>(GetParam())));
  Real50 sigma{std::get<2>(GetParam())};
  Real50 f_squared = sigma * sigma;
  Coupling<Real50> rotation = isotropic_rotation<Real50>(d, angle);
  NoiseSchedule<Real50> noise = constant_noise(sigma);
};
INSTANTIATE_TEST_SUITE_P(, IsotropicVariance,
                         testing::Combine(testing::Values(2, 4), testing::Values("20", "90", "150"),
                                          testing::Values("0.05", "1.5")));

TEST_P(IsotropicVariance, OfThePairFieldUnderItsRotation) {
  EXPECT_TRUE(relatively_near(isotropic_pair_variance<Real50>(d, angle, f_squared),
                              gradient_variance(rotation, noise, pair_field(rotation)), ten_to<Real50>(-40)));
}

TEST_P(IsotropicVariance, OfTheOptimalFieldUnderTheRotation) {
  EXPECT_TRUE(relatively_near(isotropic_ot_variance<Real50>(d, angle, f_squared),
                              gradient_variance(rotation, noise, optimal_transport_field(rotation.target)),
                              ten_to<Real50>(-40)));
}

TEST_P(IsotropicVariance, OfTheOptimalFieldUnderIndependentPairing) {
  const Coupling<Real50> independent = independent_coupling<Real50>(standard_gaussian<Real50>(d));
  EXPECT_TRUE(relatively_near(isotropic_independent_variance<Real50>(d, f_squared),
                              gradient_variance(independent, noise, optimal_transport_field(independent.target)),
                              ten_to<Real50>(-40)));
}

TEST(IsotropicVarianceAtOneEighty, IsInfiniteForThePairFieldOnly) {
  EXPECT_THROW(static_cast<void>(isotropic_pair_variance<double>(2, pi<double>(), 0.01)), DoesNotExist);
  // q_mean = 1/3, c = 0: 16 d (1 + (d + 2)/3).
  EXPECT_TRUE(near<Real50>(isotropic_ot_variance<Real50>(2, pi<Real50>(), 0), Real50(224) / 3, kTight));
}

TEST(IsotropicVarianceInput, DimensionMustBeEvenForARotationInEveryPlane) {
  EXPECT_THROW(static_cast<void>(isotropic_pair_variance<double>(3, 1.0, 0.1)), InputError);
  EXPECT_THROW(static_cast<void>(isotropic_ot_variance<double>(1, 1.0, 0.1)), InputError);
  EXPECT_THROW(static_cast<void>(isotropic_crossover<double>(0, 1.0)), InputError);
  EXPECT_THROW(static_cast<void>(isotropic_independent_variance<double>(0, 0.1)), InputError);
}

TEST(IsotropicCrossover, HasTheDigitsOfTheTable) {
  const std::vector<std::pair<double, double>> table{
      {30, 0.888056}, {60, 0.612722}, {90, 0.312680}, {120, 0.104608}, {150, 0.0146968}};
  for (const auto& [value, expected] : table) {
    const double last_digit = expected < 0.1 ? 1e-7 : 1e-6;
    EXPECT_NEAR(isotropic_crossover<double>(2, degrees<double>(value)), expected, last_digit / 2) << value;
  }
}

TEST(IsotropicCrossover, SeparatesTheTwoVariances) {
  for (const int d : {2, 4, 8}) {
    for (const char* value : {"1e-6", "45", "120", "179.9"}) {
      const Real50 angle = degrees<Real50>(Real50(value));
      const Real50 boundary = isotropic_crossover<Real50>(d, angle);
      EXPECT_GT(boundary, 0);
      const auto difference = [&](const Real50& f_squared) -> Real50 {
        return isotropic_pair_variance<Real50>(d, angle, f_squared) /
                   isotropic_ot_variance<Real50>(d, angle, f_squared) -
               1;
      };
      EXPECT_LT(abs(difference(boundary)), kTight) << d << ' ' << value;
      EXPECT_LT(difference(boundary * Real50("0.999")), 0);
      EXPECT_GT(difference(boundary * Real50("1.001")), 0);
    }
  }
}

TEST(IsotropicCrossover, FollowsItsAsymptotesAtBothEnds) {
  for (const int d : {2, 4, 32}) {
    const Real50 small = ten_to<Real50>(-8);
    const Real50 slope = (1 - isotropic_crossover<Real50>(d, small)) / (small * small);
    EXPECT_TRUE(near<Real50>(slope, Real50(d + 1) / (2 * d + 3), ten_to<Real50>(-14)));
    const Real50 c = ten_to<Real50>(-8);
    const Real50 large = 2 * acos(c);
    const Real50 ratio = isotropic_crossover<Real50>(d, large) / (c * c * c);
    EXPECT_TRUE(near<Real50>(ratio, 4 * (d + 5) / (3 * pi<Real50>() * (d + 1)), ten_to<Real50>(-6)));
  }
}

TEST(VarianceCrossover, IsTheIsotropicOneForTheIdentity) {
  for (const int d : {2, 4}) {
    for (const char* value : {"30", "120", "150"}) {
      const Real50 angle = degrees<Real50>(Real50(value));
      EXPECT_TRUE(relatively_near(variance_crossover(isotropic_rotation<Real50>(d, angle)),
                                  isotropic_crossover<Real50>(d, angle), ten_to<Real50>(-40)));
    }
  }
}

TEST(VarianceCrossover, OfTheTablesTargetAt120Degrees) {
  const Coupling<Real50> coupling =
      rotated_coupling<Real50>(plane_target<Real50>(), plane_rotation<Real50>(2, 0, 1, degrees<Real50>(120)));
  const Real50 boundary = variance_crossover(coupling);
  EXPECT_TRUE(near<Real50>(boundary, Real50("0.0791258689"), ten_to<Real50>(-10) / 2));
  const NoiseSchedule<Real50> noise = constant_noise<Real50>(sqrt(boundary));
  EXPECT_TRUE(relatively_near(gradient_variance(coupling, noise, pair_field(coupling)),
                              gradient_variance(coupling, noise, optimal_transport_field(coupling.target)),
                              ten_to<Real50>(-40)));
}

TEST(VarianceCrossover, DoesNotExistForTheOptimalCouplingOrWithoutAPairField) {
  EXPECT_THROW(static_cast<void>(variance_crossover(optimal_coupling<Real50>(plane_target<Real50>()))), DoesNotExist);
  EXPECT_THROW(static_cast<void>(variance_crossover(isotropic_rotation<Real50>(2, Real50(0)))), DoesNotExist);
  EXPECT_THROW(static_cast<void>(variance_crossover(independent_coupling<Real50>(plane_target<Real50>()))),
               DoesNotExist);
}

// k^2 = (3n - sqrt(n^2 + 12n)) / (4n - 6), n = d + 2.
TEST(RandomAgainstRotated, TieAtTheAnglesOfTheTable) {
  const std::vector<std::pair<int, const char*>> table{
      {2, "78.46304"}, {4, "81.10057"}, {8, "83.81218"}, {32, "87.75392"}};
  for (const auto& [d, shown] : table) {
    const Real50 n = d + 2;
    const Real50 k_squared = (3 * n - sqrt(n * n + 12 * n)) / (4 * n - 6);
    const Real50 angle = 2 * asin(sqrt(k_squared));
    EXPECT_TRUE(near<Real50>(angle * 180 / pi<Real50>(), Real50(shown), ten_to<Real50>(-5) / 2));
    EXPECT_TRUE(relatively_near(isotropic_ot_variance<Real50>(d, angle, 0),
                                isotropic_independent_variance<Real50>(d, 0), kTight));
  }
}

}  // namespace
}  // namespace straightedge::test
