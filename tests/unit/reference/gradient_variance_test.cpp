// The integrated gradient moments: the values of the design's table, the definition by Monte-Carlo, numerical
// differentiation, structure in the noise, and where they are infinite.
#include <straightedge/gradient_variance.hpp>
#include <straightedge/loss.hpp>
#include <straightedge/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace straightedge {
namespace {

template <class T>
T rational(int numerator, int denominator) {
  return from_rational<T>(Rational(numerator, denominator));
}

/// M = [[2, 1/2], [1/2, 1]], mu = (7/10, -3/10).
template <class T>
Gaussian<T> table_target() {
  Gaussian<T> target{Vector<T>(2), Matrix<T>(2, 2)};
  target.mean << rational<T>(7, 10), rational<T>(-3, 10);
  target.covariance << T(2), rational<T>(1, 2), rational<T>(1, 2), T(1);
  return target;
}

template <class T>
Matrix<T> rotation_by(int degrees) {
  return plane_rotation<T>(2, 0, 1, T(degrees) * pi<T>() / T(180));
}

template <class T>
NoiseSchedule<T> constant_noise(int numerator, int denominator) {
  return {NoiseKind::constant, rational<T>(numerator, denominator), RegressionTarget::displacement};
}

struct TableRow {
  const char* name;
  Coupling<Real50> coupling;
  PairField<Real50> field;
  std::array<const char*, 3> values;  ///< at s = 0, 0.05, 0.3, with 12 digits
};

TEST(GradientVariance, HasTheTwelveDigitsOfTheDesignsTable) {
  const Gaussian<Real50> target = table_target<Real50>();
  const auto rotated = rotated_coupling<Real50>(target, rotation_by<Real50>(120));
  const auto ot = optimal_transport_field<Real50>(target);
  const std::array<TableRow, 4> rows{
      TableRow{"pair field under its rotation",
               rotated,
               pair_field<Real50>(rotated),
               {"0", "1.74246317121", "85.3673519766"}},
      TableRow{"OT field under the rotation", rotated, ot, {"68.8309722151", "68.9491428516", "73.0959360168"}},
      TableRow{"OT field under independent pairing",
               independent_coupling<Real50>(target),
               ot,
               {"44.2310558396", "44.3111162692", "47.124052194"}},
      TableRow{"OT field under OT", optimal_coupling<Real50>(target), ot, {"0", "0.00384001581884", "0.149061459834"}}};
  const std::array<NoiseSchedule<Real50>, 3> noises{NoiseSchedule<Real50>{}, constant_noise<Real50>(1, 20),
                                                    constant_noise<Real50>(3, 10)};
  for (const TableRow& row : rows) {
    for (std::size_t k = 0; k < noises.size(); ++k) {
      const double expected = std::stod(row.values[k]);
      const double found = static_cast<double>(gradient_variance<Real50>(row.coupling, noises[k], row.field));
      EXPECT_NEAR(found, expected, 1e-11 * std::max(expected, 1e-2)) << row.name << ", noise " << k;
    }
  }
}

/// One training sample's gradient straight from the definition, in double.
double squared_gradient(const Coupling<double>& coupling, const Matrix<double>& spread_root, double f,
                        const PairField<double>& field, std::mt19937_64& random, Vector<double>& shift,
                        Matrix<double>& matrix) {
  const Eigen::Index d = coupling.dimension();
  std::normal_distribution<double> normal;
  const auto draw = [&] { return Vector<double>(Vector<double>::NullaryExpr(d, [&] { return normal(random); })); };
  const Vector<double> x0 = draw();
  const Vector<double> x1 = coupling.target.mean + coupling.cross * x0 + spread_root * draw();
  const double t = std::uniform_real_distribution<double>()(random);
  const Vector<double> x = (1 - t) * x0 + t * x1 + f * draw();
  const Matrix<double> s = inverse<double>(Matrix<double>::Identity(d, d) + t * field.matrix);
  const Vector<double> y = s * (x - t * field.shift);
  const Vector<double> r = x1 - x0 - field.shift - field.matrix * y;
  shift = -2 * s.transpose() * r;
  matrix = shift * y.transpose();
  return shift.squaredNorm() + matrix.squaredNorm();
}

void expect_second_moment_and_mean_by_monte_carlo(const Coupling<double>& coupling, const Matrix<double>& spread_root,
                                                  double sigma, const PairField<double>& field) {
  constexpr int samples = 400000;
  // Each comparison is a z-test: |z| > 5 has probability 6e-7 for a correct formula.
  constexpr double z = 5;
  std::mt19937_64 random(20260101);
  const Eigen::Index d = coupling.dimension();
  double sum = 0, sum_squares = 0;
  Vector<double> shift(d), mean_shift = Vector<double>::Zero(d);
  Matrix<double> matrix(d, d), mean_matrix = Matrix<double>::Zero(d, d);
  for (int i = 0; i < samples; ++i) {
    const double g = squared_gradient(coupling, spread_root, sigma, field, random, shift, matrix);
    sum += g;
    sum_squares += g * g;
    mean_shift += shift;
    mean_matrix += matrix;
  }
  const double mean = sum / samples;
  const double error = std::sqrt((sum_squares / samples - mean * mean) / samples);
  const NoiseSchedule<double> noise{NoiseKind::constant, sigma, RegressionTarget::displacement};
  const GradientMoments<double> exact = gradient_moments<double>(coupling, noise, field);
  EXPECT_LT(error, 0.05 * mean) << "too few samples to say anything";
  EXPECT_NEAR(mean, exact.second_moment, z * error);
  const double mean_norm = (mean_shift / samples).squaredNorm() + (mean_matrix / samples).squaredNorm();
  // |m + noise|^2 with noise of total variance mean / samples: its bias is that, its spread at most 2 |m| sqrt(bias)
  // and the bias.
  const double bias = mean / samples;
  EXPECT_NEAR(mean_norm, exact.mean_squared_norm, z * (2 * std::sqrt(exact.mean_squared_norm * bias) + bias));
}

TEST(GradientVariance, AgreesWithItsDefinitionByMonteCarlo) {
  const Gaussian<double> target = table_target<double>();
  const Matrix<double> root = square_root<double>(target.covariance);
  const auto ot = optimal_transport_field<double>(target);
  const auto rotated = rotated_coupling<double>(target, rotation_by<double>(100));
  const Matrix<double> none = Matrix<double>::Zero(2, 2);
  expect_second_moment_and_mean_by_monte_carlo(rotated, none, 0.3, pair_field<double>(rotated));
  expect_second_moment_and_mean_by_monte_carlo(rotated, none, 0.3, ot);
  expect_second_moment_and_mean_by_monte_carlo(independent_coupling<double>(target), root, 0.2, ot);
  // A field that fits neither mean nor map: every term of the formula is at work.
  PairField<double> off = ot;
  off.shift << 0.2, 0.5;
  off.matrix(0, 1) += 0.3;
  expect_second_moment_and_mean_by_monte_carlo(rotated, none, 0.2, off);
}

TEST(MeanGradient, IsTheDerivativeOfTheLoss) {
  // d/d parameter L by central differences in 100 digits, against E g at the same field: two formulas with nothing in
  // common but the residual.
  const Gaussian<Real100> target = table_target<Real100>();
  const auto rotated = rotated_coupling<Real100>(target, rotation_by<Real100>(100));
  const auto noise = constant_noise<Real100>(1, 4);
  PairField<Real100> field = optimal_transport_field<Real100>(target);
  field.shift[0] += rational<Real100>(1, 3);
  field.matrix(0, 1) += rational<Real100>(1, 5);
  const Real100 step("1e-30");
  const auto derivative = [&](auto&& perturb) -> Real100 {
    PairField<Real100> up = field, down = field;
    perturb(up, step);
    perturb(down, -step);
    return (loss<Real100>(rotated, noise, up) - loss<Real100>(rotated, noise, down)) / (2 * step);
  };
  Real100 squared(0);
  for (int i = 0; i < 2; ++i) {
    const Real100 along_shift = derivative([&](PairField<Real100>& f, const Real100& h) { f.shift[i] += h; });
    squared += along_shift * along_shift;
    for (int j = 0; j < 2; ++j) {
      const Real100 along_matrix = derivative([&](PairField<Real100>& f, const Real100& h) { f.matrix(i, j) += h; });
      squared += along_matrix * along_matrix;
    }
  }
  const Real100 exact = gradient_moments<Real100>(rotated, noise, field).mean_squared_norm;
  EXPECT_LT(abs(squared - exact) / exact, Real100("1e-50"));
}

TEST(GradientVariance, DoesNotDependOnTheMean) {
  const Gaussian<Real50> target = table_target<Real50>();
  Gaussian<Real50> moved = target;
  moved.mean << Real50(1000), Real50(-7);
  const auto rotation = rotation_by<Real50>(120);
  const auto noise = constant_noise<Real50>(1, 20);
  const auto here = rotated_coupling<Real50>(target, rotation);
  const auto there = rotated_coupling<Real50>(moved, rotation);
  const Real50 a = gradient_variance<Real50>(here, noise, pair_field<Real50>(here));
  const Real50 b = gradient_variance<Real50>(there, noise, pair_field<Real50>(there));
  EXPECT_LT(abs(a - b) / a, Real50("1e-45"));
}

TEST(GradientVariance, IsAQuadraticInTheSquaredNoise) {
  const Gaussian<Real50> target = table_target<Real50>();
  const auto rotated = rotated_coupling<Real50>(target, rotation_by<Real50>(75));
  const auto field = optimal_transport_field<Real50>(target);
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    const auto quadratic = moments_in_noise<Real50>(rotated, kind, field);
    for (const int tenths : {1, 4, 20}) {
      const Real50 s = rational<Real50>(tenths, 10);
      const auto direct = gradient_moments<Real50>(rotated, {kind, s, RegressionTarget::displacement}, field);
      const auto swept = quadratic.at(s * s);
      EXPECT_LT(abs(direct.variance - swept.variance) / direct.variance, Real50("1e-45"));
      EXPECT_LT(abs(direct.mean_squared_norm - swept.mean_squared_norm) / direct.mean_squared_norm, Real50("1e-45"));
    }
  }
}

TEST(GradientVariance, HasAnEffectOfTheFieldAloneInItsQuadraticCoefficient) {
  const Gaussian<Real50> target = table_target<Real50>();
  const auto field = optimal_transport_field<Real50>(target);
  const auto a = variance_in_constant_noise<Real50>(rotated_coupling<Real50>(target, rotation_by<Real50>(75)), field);
  const auto b = variance_in_constant_noise<Real50>(independent_coupling<Real50>(target), field);
  EXPECT_LT(abs(a.quadratic - b.quadratic) / a.quadratic, Real50("1e-45"));
  EXPECT_GT(abs(a.linear - b.linear) / a.linear, Real50("1e-3"));
}

/// M = I turned by 180 degrees: all lines meet at t = 1/2.
Coupling<Real50> half_turn() {
  return affine_coupling<Real50>(Vector<Real50>::Constant(2, Real50(5)), -Matrix<Real50>::Identity(2, 2));
}

TEST(HalfTurn, HasZeroLossAndVarianceWithoutNoiseAndInfiniteOnesWithIt) {
  const auto coupling = half_turn();
  const auto field = pair_field<Real50>(coupling);
  EXPECT_EQ(loss<Real50>(coupling, {}, field), 0);
  EXPECT_EQ(gradient_variance<Real50>(coupling, {}, field), 0);
  EXPECT_EQ(minimum_loss<Real50>(coupling, {}), 0);
  EXPECT_EQ(gradient_variance_time_local<Real50>(coupling, {}, field), 0);
  EXPECT_EQ(gradient_variance_functional<Real50>(coupling, {}, field), 0);
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    const NoiseSchedule<Real50> noise{kind, rational<Real50>(1, 20), RegressionTarget::displacement};
    EXPECT_TRUE(isinf(loss<Real50>(coupling, noise, field)));
    EXPECT_TRUE(isinf(gradient_variance<Real50>(coupling, noise, field)));
    EXPECT_TRUE(isinf(gradient_variance_time_local<Real50>(coupling, noise, field)));
    EXPECT_TRUE(isfinite(minimum_loss<Real50>(coupling, noise)));
  }
  // The same field under another coupling does not fit at the singular time either.
  const auto other = optimal_coupling<Real50>(coupling.target);
  EXPECT_TRUE(isinf(loss<Real50>(other, {}, field)));
  EXPECT_TRUE(isinf(gradient_variance<Real50>(other, {}, field)));
}

TEST(InterpolantTarget, HasInfiniteLossWithBridgeNoiseAndChangesNothingWithConstantNoise) {
  const Gaussian<Real50> target = table_target<Real50>();
  const auto coupling = optimal_coupling<Real50>(target);
  const auto field = pair_field<Real50>(coupling);
  const NoiseSchedule<Real50> bridge{NoiseKind::bridge, rational<Real50>(1, 20), RegressionTarget::interpolant};
  EXPECT_TRUE(isinf(loss<Real50>(coupling, bridge, field)));
  EXPECT_TRUE(isinf(minimum_loss<Real50>(coupling, bridge)));
  EXPECT_TRUE(isinf(gradient_variance<Real50>(coupling, bridge, field)));
  EXPECT_TRUE(isinf(gradient_variance_functional<Real50>(coupling, bridge, field)));
  NoiseSchedule<Real50> constant = constant_noise<Real50>(1, 20);
  const Real50 displacement = gradient_variance<Real50>(coupling, constant, field);
  constant.target = RegressionTarget::interpolant;
  EXPECT_EQ(gradient_variance<Real50>(coupling, constant, field), displacement);
}

TEST(OtherParametrisations, AgreeWithIntegralsOfTheTimewiseDefinitions) {
  // Composite Gauss on uniform panels: nothing shared with the graded rule but the nodes on one panel.
  const Gaussian<Real50> target = table_target<Real50>();
  const auto coupling = independent_coupling<Real50>(target);
  PairField<Real50> field = optimal_transport_field<Real50>(target);
  field.shift[0] += rational<Real50>(1, 2);
  const auto noise = constant_noise<Real50>(3, 10);
  const auto gap = mismatch<Real50>(coupling, field);
  const auto& panel = gauss_legendre<Real50>(40);
  Real50 local(0), second(0), minimum(0);
  Vector<Real50> mean = Vector<Real50>::Zero(2);
  for (int k = 0; k < 12; ++k) {
    for (std::size_t i = 0; i < panel.nodes.size(); ++i) {
      const Real50 t = (k + panel.nodes[i]) / 12;
      const Real50 weight = panel.weights[i] / 12;
      const auto at = residual_moments_at_time<Real50>(coupling, noise, field, gap, t);
      local += weight * at.time_local_variance;
      second += weight * at.loss;
      mean += weight * at.mean;
      minimum += weight * minimiser_residual_at_time<Real50>(coupling, noise, t).loss;
    }
  }
  const Real50 tolerance("1e-44");
  EXPECT_LT(abs(gradient_variance_time_local<Real50>(coupling, noise, field) - local) / local, tolerance);
  EXPECT_LT(abs(loss<Real50>(coupling, noise, field) - second) / second, tolerance);
  const Real50 functional = 4 * (second - squared_norm<Real50>(mean));
  EXPECT_LT(abs(gradient_variance_functional<Real50>(coupling, noise, field) - functional) / functional, tolerance);
  EXPECT_LT(abs(minimum_loss<Real50>(coupling, noise) - minimum) / minimum, tolerance);
  EXPECT_LT(minimum, second);
}

TEST(Minimiser, HasASmallerLossThanEveryPairField) {
  const Gaussian<Real50> target = table_target<Real50>();
  for (const int degrees : {30, 120}) {
    const auto coupling = rotated_coupling<Real50>(target, rotation_by<Real50>(degrees));
    const auto noise = constant_noise<Real50>(1, 2);
    const Real50 least = minimum_loss<Real50>(coupling, noise);
    EXPECT_GT(least, 0);
    EXPECT_LT(least, loss<Real50>(coupling, noise, pair_field<Real50>(coupling)));
    EXPECT_LT(least, loss<Real50>(coupling, noise, optimal_transport_field<Real50>(target)));
  }
}

}  // namespace
}  // namespace straightedge
