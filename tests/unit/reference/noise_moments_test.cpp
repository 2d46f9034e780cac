// The moments of a field on its own coupling are integrated in another basis, in fixed point and by rules of their own;
// here they are held against their definition, gradient_expansion at the nodes of a quadrature at 100 digits.
#include "noise_moments_double.hpp"
#include "schur.hpp"

#include <straightedge/error.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/quadrature.hpp>

#include <gtest/gtest.h>

#include <random>

namespace straightedge {
namespace {

/// d x d with entries of about `scale` / sqrt(d), in whole thousandths.
Matrix<Rational> random_matrix(int d, double scale, std::mt19937_64& random) {
  std::uniform_int_distribution<int> entry(-1000, 1000);
  Matrix<Rational> result(d, d);
  for (Eigen::Index i = 0; i < result.size(); ++i) {
    result.data()[i] = Rational(entry(random), 1000) * Rational(scale / std::sqrt(d));
  }
  return result;
}

/// The deterministic coupling of a field: X1 = X0 + Th X0.
template <RealScalar T>
Coupling<T> coupling_of(const Matrix<Rational>& th) {
  const Eigen::Index d = th.rows();
  const Matrix<T> map = Matrix<T>::Identity(d, d) + convert<T, Rational>(th);
  const Gaussian<T> target{Vector<T>::Zero(d), product<T>(map, map.transpose())};
  return {CouplingKind::affine, target, map, Matrix<T>::Zero(d, d)};
}

MomentsInNoise<Real100> by_definition(const Matrix<Rational>& th, NoiseKind kind) {
  using T = Real100;
  const Eigen::Index d = th.rows();
  const PairField<T> field{Vector<T>::Zero(d), convert<T, Rational>(th)};
  const Mismatch<T> gap = mismatch<T>(coupling_of<T>(th), field);
  EXPECT_TRUE(gap.vanishes);
  const auto poles = field_poles({Vector<double>::Zero(d), convert<double, Rational>(th)});
  const QuadratureRule<T> rule = graded_rule<T>(poles, 70);
  MomentsInNoise<T> result{T(0), T(0), T(0), T(0), T(0), T(0)};
  Matrix<T> mean = Matrix<T>::Zero(d, d);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const T& t = rule.nodes[i];
    const T w = kind == NoiseKind::bridge ? T(t * (T(1) - t)) : T(1);
    const auto g = gradient_expansion<T>(field, gap, t);
    result.second_linear += T(4) * rule.weights[i] * w * g.residual_noise * g.position;
    result.second_quadratic +=
        T(4) * rule.weights[i] * w * w * (g.residual_noise * g.position_noise + T(2) * squared_norm<T>(g.cross_noise));
    mean += rule.weights[i] * w * g.cross_noise;
  }
  result.mean_quadratic = T(4) * squared_norm<T>(mean);
  return result;
}

template <RealScalar T>
double relative_difference(const T& found, const Real100& truth) {
  return static_cast<double>(Real100(abs(Real100(found) - truth) / abs(truth)));
}

/// Judges all coefficients.
template <RealScalar T = Real50>
void check(const Matrix<Rational>& th, double tolerance, const std::string& what) {
  const Eigen::Index d = th.rows();
  const PairField<T> field{Vector<T>::Zero(d), convert<T, Rational>(th)};
  for (const NoiseKind kind : {NoiseKind::constant, NoiseKind::bridge}) {
    const auto found = moments_in_noise<T>(coupling_of<T>(th), kind, field);
    const auto truth = by_definition(th, kind);
    EXPECT_EQ(found.second_constant, 0);
    EXPECT_LE(relative_difference(found.second_linear, truth.second_linear), tolerance) << what << ", d = " << d;
    EXPECT_LE(relative_difference(found.second_quadratic, truth.second_quadratic), tolerance) << what << ", d = " << d;
    EXPECT_LE(relative_difference(found.mean_quadratic, truth.mean_quadratic), tolerance) << what << ", d = " << d;
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeWithTheirDefinition) {
  std::mt19937_64 random(3);
  for (const int d : {1, 2, 3, 4, 5, 7, 8, 13, 32}) {
    check(random_matrix(d, 0.7, random), 1e-46, "random");
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeForFieldsThatAreTinyOrHuge) {
  std::mt19937_64 random(4);
  for (const int d : {2, 5, 8}) {
    for (const double scale : {1e-25, 1e-9, 1e-3}) {
      check(random_matrix(d, scale, random), 1e-45, "scale " + std::to_string(scale));
    }
    // Positive definite, so that no time is singular: the poles lie next to t = 0.
    const Matrix<Rational> root = random_matrix(d, 50, random);
    const Matrix<Rational> th = root * root.transpose() + Matrix<Rational>::Identity(d, d);
    check(th, 1e-42, "huge");
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeForHugeFields) {
  // At most times S is tiny in one direction at least.
  for (const int places : {3, 6, 10, 15}) {
    const Rational huge(pow(boost::multiprecision::cpp_int(10), static_cast<unsigned>(places)));
    check(Matrix<Rational>::Constant(1, 1, huge), 1e-46, "scalar, 10^" + std::to_string(places));
    check(Matrix<Rational>::Identity(3, 3) * huge, 1e-46, "isotropic, 10^" + std::to_string(places));
    const double condition = std::pow(10.0, places);
    Matrix<Rational> th(2, 2);
    th << Rational(1), huge, Rational(0), huge;
    check(th, 1e-50 * condition, "triangular, 10^" + std::to_string(places));
    th << Rational(1, 2), huge, Rational(1) / huge, Rational(2) * huge;
    check(th, 1e-50 * condition, "full, 10^" + std::to_string(places));
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, DoNotExistForAFieldThatIsNoNumber) {
  Matrix<Real50> th = Matrix<Real50>::Identity(2, 2);
  th(0, 1) = std::numeric_limits<Real50>::quiet_NaN();
  const auto coupling = coupling_of<Real50>(Matrix<Rational>::Identity(2, 2));
  EXPECT_THROW(moments_in_noise<Real50>(coupling, NoiseKind::constant, {Vector<Real50>::Zero(2), th}), DoesNotExist);
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeForTurnsAloneAndTogether) {
  // Plane turns by whole Pythagorean angles: one pole pair, twice the same, two different ones.
  const auto turn = [](Matrix<Rational>& map, Eigen::Index i, const Rational& cosine, const Rational& sine) {
    map(i, i) = map(i + 1, i + 1) = cosine;
    map(i + 1, i) = sine;
    map(i, i + 1) = -sine;
  };
  const Rational small_cosine(-3, 5);  // 127 degrees
  const Rational small_sine(4, 5);
  const Rational large_cosine(-84, 85);  // 171 degrees
  const Rational large_sine(13, 85);
  for (const bool same : {true, false}) {
    for (const int d : {2, 3, 4}) {
      Matrix<Rational> map = Matrix<Rational>::Identity(d, d);
      turn(map, 0, small_cosine, small_sine);
      if (d == 4) {
        turn(map, 2, same ? small_cosine : large_cosine, same ? small_sine : large_sine);
        map(0, 2) = Rational(1, 7);  // and not normal: with equal pairs a defective one
      }
      check(map - Matrix<Rational>::Identity(d, d), same ? 1e-45 : 1e-41, "turns");
    }
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeNextToASingularTime) {
  for (const int places : {2, 4, 7}) {
    // Eigenvalues -1 + 10^-places and a coupled one: S reaches 10^places at t = 1.
    Matrix<Rational> th(2, 2);
    th << Rational(-1) + Rational(1) / pow(boost::multiprecision::cpp_int(10), static_cast<unsigned>(places)),
        Rational(1, 3), Rational(0), Rational(1, 2);
    check(th, std::pow(10.0, places - 46), "near");
  }
}

TEST(MomentsOfAFieldOnItsOwnCoupling, AgreeInDouble) {
  std::mt19937_64 random(5);
  for (const int d : {1, 2, 3, 4, 5, 7, 8, 13, 32}) {
    check<double>(random_matrix(d, 0.7, random), 1e-13, "random");
    check<double>(random_matrix(d, 1e-9, random), 1e-13, "tiny");
    const Matrix<Rational> root = random_matrix(d, 5, random);
    check<double>(root * root.transpose(), 1e-12, "positive semidefinite");
  }
}

QuadratureRule<double> equal_weights(std::size_t count) {
  QuadratureRule<double> rule;
  for (std::size_t i = 0; i < count; ++i) {
    rule.nodes.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(count));
    rule.weights.push_back(1 / static_cast<double>(count));
  }
  return rule;
}

TEST(NoiseMomentsInLanes, DoNotDependOnHowManyLanesThereAre) {
  using internal::LaneWidth;
  if (internal::widest_lanes() == LaneWidth::two) {
    GTEST_SKIP() << "this processor has two lanes only";
  }
  std::mt19937_64 random(6);
  for (const int d : {1, 2, 3, 6, 9}) {
    const Matrix<double> form = detail::schur_form<double>(convert<double, Rational>(random_matrix(d, 0.7, random)));
    for (std::size_t count = 1; count < 10; ++count) {
      const QuadratureRule<double> rule = equal_weights(count);
      const auto four = internal::noise_moments_in_lanes(form, rule, rule.nodes, LaneWidth::four);
      const auto two = internal::noise_moments_in_lanes(form, rule, rule.nodes, LaneWidth::two);
      ASSERT_TRUE(four && two);
      EXPECT_EQ(four->residual, two->residual);
      EXPECT_EQ(four->product, two->product);
      EXPECT_EQ(four->mean, two->mean);
    }
  }
}

TEST(NoiseMomentsInLanes, AreLeftToTheDefinitionAtASingularTime) {
  Matrix<double> form(2, 2);
  form << -2, 1, 0, 1;
  const QuadratureRule<double> rule = equal_weights(1);  // at t = 1/2
  EXPECT_FALSE(internal::noise_moments_in_lanes(form, rule, {1.0}));
  EXPECT_THROW(static_cast<void>(internal::noise_moments<double>(form, rule, {1.0})), DoesNotExist);
  form << -49, 49, 0, 1;  // 1 - 49 (1/49) is 2^-53 in double, not 0
  const QuadratureRule<double> near{{1.0 / 49}, {1.0}};
  EXPECT_FALSE(internal::noise_moments_in_lanes(form, near, {1.0}));
  EXPECT_THROW(static_cast<void>(internal::noise_moments<double>(form, near, {1.0})), DoesNotExist);
}

}  // namespace
}  // namespace straightedge
