// The moments of residual and gradient at one time, against their defining expectation in exact rational arithmetic.
//
// The discrete variable on {0, +-1, +-2} with weights 1/2, 1/6, 1/12 has the standard Gaussian's moments up to order 5,
// and the moments in question are polynomials of degree at most 4 in the latents: the expectation is a finite rational
// sum.
#include <gtest/gtest.h>
#include <straightedge/error.hpp>
#include <straightedge/residual.hpp>

#include <array>
#include <random>

namespace straightedge {
namespace {

constexpr std::array<int, 5> support{-2, -1, 0, 1, 2};
const std::array<Rational, 5> weights{Rational(1, 12), Rational(1, 6), Rational(1, 2), Rational(1, 6), Rational(1, 12)};

TEST(DiscreteStandIn, HasTheMomentsOfTheGaussianUpToOrderFive) {
  const std::array<int, 6> expected{1, 0, 1, 0, 3, 0};
  for (std::size_t order = 0; order < expected.size(); ++order) {
    Rational moment(0);
    for (std::size_t i = 0; i < support.size(); ++i) {
      Rational power(1);
      for (std::size_t k = 0; k < order; ++k) {
        power *= support[i];
      }
      moment += weights[i] * power;
    }
    EXPECT_EQ(moment, expected[order]) << "order " << order;
  }
}

/// X1 = mu + C X0 + E e with rational C, E: any Gaussian coupling of rational data.
struct RationalProblem {
  Coupling<Rational> coupling;
  Matrix<Rational> spread_root;  ///< E
  PairField<Rational> field;
  Rational f;  ///< value of f at the time; the target adds slope * Z
  Rational slope;
  Rational t;
};

Matrix<Rational> random_matrix(std::mt19937_64& random, Eigen::Index d, int denominator) {
  std::uniform_int_distribution<int> entry(-3, 3);
  Matrix<Rational> result(d, d);
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    result.data()[i] = Rational(entry(random), denominator);
  }
  return result;
}

RationalProblem random_problem(std::mt19937_64& random, Eigen::Index d, bool deterministic) {
  const Matrix<Rational> c = random_matrix(random, d, 2);
  const Matrix<Rational> e =
      deterministic ? Matrix<Rational>(Matrix<Rational>::Zero(d, d)) : random_matrix(random, d, 2);
  const Vector<Rational> mean = random_matrix(random, d, 3).col(0);
  const Matrix<Rational> spread = e * e.transpose();
  Coupling<Rational> coupling{
      deterministic ? CouplingKind::affine : CouplingKind::gaussian, {mean, c * c.transpose() + spread}, c, spread};
  // Th of small norm keeps I + t Th far from singular.
  PairField<Rational> field{random_matrix(random, d, 4).col(0), random_matrix(random, d, 8)};
  std::uniform_int_distribution<int> small(1, 5);
  return {coupling, e, field, Rational(small(random), 4), Rational(0), Rational(small(random), 7)};
}

struct Sums {
  Rational loss, second_moment, local_second_moment;
  Vector<Rational> residual, shift, local_shift;
  Matrix<Rational> matrix, local_matrix;
};

/// Expectations over the latents (X0, e, Z) of the definitions: residual, and gradient by the chain rule.
Sums expectation(const RationalProblem& problem, bool with_spread) {
  const Eigen::Index d = problem.coupling.dimension();
  const Eigen::Index latents = with_spread ? 3 * d : 2 * d;
  const Rational& t = problem.t;
  const Matrix<Rational> s = inverse<Rational>(Matrix<Rational>::Identity(d, d) + t * problem.field.matrix);
  const Vector<Rational>& mu = problem.coupling.target.mean;
  Sums sums{Rational(0),
            Rational(0),
            Rational(0),
            Vector<Rational>::Zero(d),
            Vector<Rational>::Zero(d),
            Vector<Rational>::Zero(d),
            Matrix<Rational>::Zero(d, d),
            Matrix<Rational>::Zero(d, d)};
  std::vector<std::size_t> index(static_cast<std::size_t>(latents), 0);
  while (true) {
    Rational probability(1);
    Vector<Rational> w(latents);
    for (Eigen::Index k = 0; k < latents; ++k) {
      probability *= weights[index[static_cast<std::size_t>(k)]];
      w[k] = support[index[static_cast<std::size_t>(k)]];
    }
    const Vector<Rational> x0 = w.head(d);
    const Vector<Rational> z = w.segment(d, d);
    Vector<Rational> x1 = mu + problem.coupling.cross * x0;
    if (with_spread) {
      x1 += problem.spread_root * w.tail(d);
    }
    const Vector<Rational> x = (1 - t) * x0 + t * x1 + problem.f * z;
    const Vector<Rational> target = x1 - x0 + problem.slope * z;
    const Vector<Rational> y = s * (x - t * problem.field.shift);
    const Vector<Rational> r = target - (problem.field.shift + problem.field.matrix * y);
    const Vector<Rational> g_shift = Rational(-2) * (s.transpose() * r);
    const Matrix<Rational> g_matrix = g_shift * y.transpose();
    const Vector<Rational> local_shift = Rational(-2) * r;
    const Matrix<Rational> local_matrix = local_shift * (x - t * mu).transpose();
    sums.loss += probability * squared_norm<Rational>(r);
    sums.residual += probability * r;
    sums.second_moment += probability * (squared_norm<Rational>(g_shift) + squared_norm<Rational>(g_matrix));
    sums.shift += probability * g_shift;
    sums.matrix += probability * g_matrix;
    sums.local_second_moment +=
        probability * (squared_norm<Rational>(local_shift) + squared_norm<Rational>(local_matrix));
    sums.local_shift += probability * local_shift;
    sums.local_matrix += probability * local_matrix;
    std::size_t k = 0;
    while (k < index.size() && ++index[k] == support.size()) {
      index[k++] = 0;
    }
    if (k == index.size()) {
      return sums;
    }
  }
}

void expect_moments_equal_definition(const RationalProblem& problem, bool with_spread) {
  const Sums sums = expectation(problem, with_spread);
  const NoiseSchedule<Rational> noise{NoiseKind::constant, problem.f, RegressionTarget::displacement};
  const Mismatch<Rational> gap = mismatch<Rational>(problem.coupling, problem.field);
  const auto gradient = gradient_moments_at_time<Rational>(noise, problem.field, gap, problem.t);
  EXPECT_EQ(gradient.second_moment, sums.second_moment);
  EXPECT_EQ(gradient.mean_shift, sums.shift);
  EXPECT_EQ(gradient.mean_matrix, sums.matrix);
  const auto residual = residual_moments_at_time<Rational>(problem.coupling, noise, problem.field, gap, problem.t);
  EXPECT_EQ(residual.loss, sums.loss);
  EXPECT_EQ(residual.mean, sums.residual);
  EXPECT_EQ(loss_at_time<Rational>(noise, problem.field, gap, problem.t), sums.loss);
  const Rational local_mean = squared_norm<Rational>(sums.local_shift) + squared_norm<Rational>(sums.local_matrix);
  EXPECT_EQ(residual.time_local_variance, sums.local_second_moment - local_mean);
  EXPECT_GT(sums.second_moment, 0);
}

TEST(MomentsAtTime, EqualTheirDefiningExpectationExactlyForDeterministicCouplings) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 60; ++i) {
    expect_moments_equal_definition(random_problem(random, 1, true), false);
  }
  for (int i = 0; i < 20; ++i) {
    expect_moments_equal_definition(random_problem(random, 2, true), false);
  }
}

TEST(MomentsAtTime, EqualTheirDefiningExpectationExactlyForGaussianCouplings) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 60; ++i) {
    expect_moments_equal_definition(random_problem(random, 1, false), true);
  }
  expect_moments_equal_definition(random_problem(random, 2, false), true);
}

/// The bridge with s = 4/5 at t = 1/5: f = s sqrt(4/25) = 8/25 and f' = s (1-2t) / (2 sqrt(t(1-t))) = 3/5, both
/// rational.
TEST(MomentsAtTime, EqualTheirDefiningExpectationForBridgeNoiseInTheTarget) {
  std::mt19937_64 random(3);
  const NoiseSchedule<Rational> noise{NoiseKind::bridge, Rational(4, 5), RegressionTarget::interpolant};
  const Rational t(1, 5);
  ASSERT_EQ(noise.squared(t), Rational(64, 625));
  ASSERT_EQ(noise.target_squared(t), Rational(9, 25));
  for (int i = 0; i < 20; ++i) {
    RationalProblem problem = random_problem(random, 1 + i % 2, true);
    problem.t = t;
    problem.f = Rational(8, 25);
    problem.slope = Rational(3, 5);
    const Sums sums = expectation(problem, false);
    const Mismatch<Rational> gap = mismatch<Rational>(problem.coupling, problem.field);
    const auto gradient = gradient_moments_at_time<Rational>(noise, problem.field, gap, t);
    EXPECT_EQ(gradient.second_moment, sums.second_moment);
    EXPECT_EQ(gradient.mean_shift, sums.shift);
    EXPECT_EQ(gradient.mean_matrix, sums.matrix);
    const auto residual = residual_moments_at_time<Rational>(problem.coupling, noise, problem.field, gap, t);
    EXPECT_EQ(residual.loss, sums.loss);
    const Rational local_mean = squared_norm<Rational>(sums.local_shift) + squared_norm<Rational>(sums.local_matrix);
    EXPECT_EQ(residual.time_local_variance, sums.local_second_moment - local_mean);
  }
}

TEST(MomentsAtTime, OfAFieldOnItsOwnCouplingVanishExactlyWithoutNoise) {
  std::mt19937_64 random(4);
  const RationalProblem problem = random_problem(random, 3, true);
  const Matrix<Rational> a = Matrix<Rational>::Identity(3, 3) + problem.field.matrix;
  const Coupling<Rational> own = affine_coupling<Rational>(problem.field.shift, a);
  const Mismatch<Rational> gap = mismatch<Rational>(own, problem.field);
  EXPECT_TRUE(gap.vanishes);
  EXPECT_EQ(loss_at_time<Rational>({}, problem.field, gap, problem.t), 0);
  EXPECT_EQ(gradient_moments_at_time<Rational>({}, problem.field, gap, problem.t).second_moment, 0);
}

TEST(MinimiserResidual, VanishesWithoutNoiseOnlyWhereLinesDoNotMeet) {
  const Matrix<Rational> reversal = -Matrix<Rational>::Identity(2, 2);
  const Coupling<Rational> meeting = affine_coupling<Rational>(Vector<Rational>::Zero(2), reversal);
  EXPECT_EQ(minimiser_residual_at_time<Rational>(meeting, {}, Rational(1, 3)).loss, 0);
  EXPECT_THROW(static_cast<void>(minimiser_residual_at_time<Rational>(meeting, {}, Rational(1, 2))), DoesNotExist);
  const Coupling<Real50> rounded = affine_coupling<Real50>(Vector<Real50>::Zero(2), convert<Real50>(reversal));
  EXPECT_THROW(static_cast<void>(minimiser_residual_at_time<Real50>(rounded, {}, Real50(0.5))), DoesNotExist);
}

TEST(MomentsAtTime, InIntervalsContainTheExactValue) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 10; ++i) {
    const RationalProblem problem = random_problem(random, 1 + i % 3, i % 2 == 0);
    const NoiseSchedule<Rational> noise{NoiseKind::constant, problem.f, RegressionTarget::displacement};
    const auto exact = gradient_moments_at_time<Rational>(
        noise, problem.field, mismatch<Rational>(problem.coupling, problem.field), problem.t);
    const Coupling<Interval> coupling{problem.coupling.kind,
                                      {convert<Interval, Rational>(problem.coupling.target.mean),
                                       convert<Interval, Rational>(problem.coupling.target.covariance)},
                                      convert<Interval, Rational>(problem.coupling.cross),
                                      convert<Interval, Rational>(problem.coupling.spread)};
    const PairField<Interval> field{convert<Interval, Rational>(problem.field.shift),
                                    convert<Interval, Rational>(problem.field.matrix)};
    const NoiseSchedule<Interval> interval_noise{NoiseKind::constant, from_rational<Interval>(problem.f),
                                                 RegressionTarget::displacement};
    const auto enclosed = gradient_moments_at_time<Interval>(interval_noise, field, mismatch<Interval>(coupling, field),
                                                             from_rational<Interval>(problem.t));
    const Real100 value = from_rational<Real100>(exact.second_moment);
    EXPECT_LE(Real100(lower(enclosed.second_moment)), value);
    EXPECT_GE(Real100(upper(enclosed.second_moment)), value);
    EXPECT_LT(width(enclosed.second_moment), median(enclosed.second_moment) * 1e-40);
  }
}

}  // namespace
}  // namespace straightedge
