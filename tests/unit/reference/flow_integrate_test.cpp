#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>

#include "flow_problems.hpp"

namespace straightedge::test {
namespace {

template <class T>
VelocityFunction<T> turning_field(const T& rate) {
  return [rate](const Vector<T>& z, const T&) {
    Vector<T> slope(2);
    slope << -rate * z(1), rate * z(0);
    return slope;
  };
}

template <class T>
VelocityFunction<T> squaring_field() {
  return [](const Vector<T>& z, const T&) { return Vector<T>(z.array() * z.array()); };
}

template <class T>
class IntegrateFlow : public testing::Test {};
using Tiers = testing::Types<double, Real50, Real100>;
TYPED_TEST_SUITE(IntegrateFlow, Tiers);

template <class T>
T tolerance_of_tier() {
  return ten_to<T>(std::same_as<T, double> ? -12 : std::same_as<T, Real50> ? -28 : -35);
}

TYPED_TEST(IntegrateFlow, TurnsAPointByTheAngle) {
  using T = TypeParam;
  using std::cos;
  using std::sin;
  const T angle(2);
  const Vector<T> end =
      integrate_flow<T>(turning_field<T>(angle), Vector<T>::Unit(2, 0), T(0), T(1), tolerance_of_tier<T>());
  Vector<T> expected(2);
  expected << T(cos(angle)), T(sin(angle));
  EXPECT_TRUE(near<T>(end, expected, T(T(100) * tolerance_of_tier<T>())));
}

TYPED_TEST(IntegrateFlow, BackwardsUndoesForwards) {
  using T = TypeParam;
  const T tolerance = tolerance_of_tier<T>();
  const Vector<T> start = dyadic_vector<T>(3, 5) / T(4);
  const Vector<T> end = integrate_flow<T>(squaring_field<T>(), start, T(0), T(2), tolerance);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(near<T>(end(i), T(start(i) / (T(1) - T(2) * start(i))), T(T(1000) * tolerance)));
  }
  EXPECT_TRUE(
      near<T>(integrate_flow<T>(squaring_field<T>(), end, T(2), T(0), tolerance), start, T(T(1000) * tolerance)));
}

TYPED_TEST(IntegrateFlow, BlowUpDoesNotExist) {
  using T = TypeParam;
  EXPECT_THROW(static_cast<void>(integrate_flow<T>(squaring_field<T>(), Vector<T>::Ones(1), T(0), T(2), T(1e-6))),
               DoesNotExist);
}

TEST(IntegrateFlowInput, ToleranceMustBePositive) {
  EXPECT_THROW(
      static_cast<void>(integrate_flow<double>(squaring_field<double>(), Vector<double>::Ones(1), 0.0, 0.5, 0.0)),
      InputError);
}

// Of z = (cos(angle t), sin(angle t)): the integral of |v|^2 less |z_1 - z_0|^2.
TYPED_TEST(IntegrateFlow, StraightnessOfAnArcIsTheAngleSquaredLessTheChordSquared) {
  using T = TypeParam;
  using std::sin;
  const T angle(2);
  const T straightness =
      trajectory_straightness<T>(turning_field<T>(angle), Vector<T>::Unit(2, 1), tolerance_of_tier<T>());
  const T half_chord = sin(T(angle / T(2)));
  EXPECT_TRUE(
      near<T>(straightness, T(angle * angle - T(4) * half_chord * half_chord), T(T(100) * tolerance_of_tier<T>())));
}

TEST(TrajectoryStraightness, PairFieldOfARotationIsStraight) {
  const Coupling<Real50> coupling =
      rotated_coupling<Real50>(plane_target<Real50>(), plane_rotation<Real50>(2, 0, 1, degrees<Real50>(120)));
  const PairField<Real50> pairs = pair_field(coupling);
  const VelocityFunction<Real50> field = [&](const Vector<Real50>& z, const Real50& t) {
    return velocity<Real50>(pairs, z, t);
  };
  const Vector<Real50> start = dyadic_vector<Real50>(2, 9);
  EXPECT_LT(trajectory_straightness<Real50>(field, start, ten_to<Real50>(-30)), ten_to<Real50>(-50));
  EXPECT_TRUE(near<Real50>(integrate_flow<Real50>(field, start, 0, 1, ten_to<Real50>(-30)),
                           coupling.target.mean + coupling.cross * start, ten_to<Real50>(-28)));
}

TYPED_TEST(IntegrateFlow, ByRungeKuttaConvergesAtFourthOrder) {
  using T = TypeParam;
  using std::cos;
  using std::sin;
  const T angle(2);
  Vector<T> expected(2);
  expected << T(cos(angle)), T(sin(angle));
  const auto error = [&](std::int64_t steps) {
    const Vector<T> start = Vector<T>::Unit(2, 0);
    const Vector<T> end = runge_kutta_flow<T>(turning_field<T>(angle), start, T(0), T(1), steps);
    return static_cast<double>(T(Vector<T>(end - expected).norm()));
  };
  EXPECT_NEAR(error(20) / error(40), 16.0, 1.0);
  EXPECT_NEAR(error(40) / error(80), 16.0, 1.0);
  EXPECT_LT(error(80), 1e-7);
}

TEST(RungeKuttaFlow, GoesBackwardsAndNeedsAStep) {
  const Vector<double> start = Vector<double>::Unit(2, 0);
  const Vector<double> there = runge_kutta_flow<double>(turning_field<double>(1.0), start, 0.0, 1.0, 100);
  EXPECT_TRUE(near<double>(runge_kutta_flow<double>(turning_field<double>(1.0), there, 1.0, 0.0, 100), start, 1e-9));
  EXPECT_THROW(static_cast<void>(runge_kutta_flow<double>(turning_field<double>(1.0), start, 0.0, 1.0, 0)), InputError);
}

TEST(EulerFlow, OfGrowthIsCompoundInterestExactly) {
  const VelocityFunction<Rational> growth = [](const Vector<Rational>& z, const Rational&) { return z; };
  const std::vector<Rational> grid{0, Rational(1, 3), Rational(1, 2), 1};
  const Vector<Rational> end = euler_flow<Rational>(growth, Vector<Rational>::Ones(1), grid);
  EXPECT_EQ(end(0), Rational(4, 3) * Rational(7, 6) * Rational(3, 2));
}

// Claim straight-means-one-step: any grid without singular times, one step included.
TEST(EulerFlow, ReachesThePartnerExactlyOnAnyGrid) {
  Matrix<Rational> a(2, 2);
  a << Rational(1, 3), Rational(-5, 4), Rational(2), Rational(-1, 7);
  Vector<Rational> mean(2);
  mean << Rational(9, 10), Rational(-3);
  const Coupling<Rational> coupling = affine_coupling<Rational>(mean, a);
  const PairField<Rational> pairs = pair_field(coupling);
  const VelocityFunction<Rational> field = [&](const Vector<Rational>& z, const Rational& t) {
    return velocity<Rational>(pairs, z, t);
  };
  Vector<Rational> start(2);
  start << Rational(-4, 9), Rational(11, 2);
  const Vector<Rational> partner = mean + a * start;
  const std::vector<std::vector<Rational>> grids{
      {0, 1}, {0, Rational(1, 2), 1}, {0, Rational(1, 10), Rational(1, 9), Rational(13, 14), 1}};
  for (const auto& grid : grids) {
    EXPECT_EQ(euler_flow<Rational>(field, start, grid), partner);
  }
}

TEST(EulerFlow, ConvergesAtFirstOrderElsewhere) {
  const auto error = [](int steps) {
    std::vector<double> grid;
    for (int i = 0; i <= steps; ++i) {
      grid.push_back(static_cast<double>(i) / steps);
    }
    const VelocityFunction<double> growth = [](const Vector<double>& z, const double&) { return z; };
    return std::exp(1.0) - euler_flow<double>(growth, Vector<double>::Ones(1), grid)(0);
  };
  EXPECT_NEAR(error(1000) / error(2000), 2.0, 0.01);
}

TEST(EulerFlow, GridMustIncrease) {
  const VelocityFunction<double> still = [](const Vector<double>& z, const double&) {
    return Vector<double>::Zero(z.size());
  };
  const Vector<double> start = Vector<double>::Ones(1);
  EXPECT_THROW(static_cast<void>(euler_flow<double>(still, start, {0.0})), InputError);
  EXPECT_THROW(static_cast<void>(euler_flow<double>(still, start, {0.0, 0.5, 0.5, 1.0})), InputError);
}

}  // namespace
}  // namespace straightedge::test
