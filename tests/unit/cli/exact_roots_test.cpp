#include <exact_roots.hpp>

#include <gtest/gtest.h>

#include <problem_checks.hpp>
#include <problem_rational.hpp>
#include <straightedge/field.hpp>

namespace straightedge::cli {
namespace {

Matrix<Rational> matrix(Eigen::Index d, std::initializer_list<const char*> entries) {
  Matrix<Rational> result(d, d);
  Eigen::Index at = 0;
  for (const char* entry : entries) {
    result(at / d, at % d) = parse_rational(entry);
    ++at;
  }
  return result;
}

const Rational kWidth = Rational(1) / Rational(pow(Integer(10), 90U));

TEST(DeterminantPolynomial, IsTheDeterminantAtEveryTime) {
  const Matrix<Rational> th = matrix(3, {"-2", "1/3", "0", "5", "0.7", "-1", "0", "2", "-3"});
  const Polynomial p = determinant_polynomial(th);
  ASSERT_EQ(p.size(), 4U);
  for (int k = -2; k <= 3; ++k) {
    const Rational t = Rational(k) / 5;
    Rational value(0);
    Rational power(1);
    for (const Rational& c : p) {
      value += c * power;
      power *= t;
    }
    const Matrix<Rational> forward = Matrix<Rational>::Identity(3, 3) + t * th;
    EXPECT_EQ(value, determinant<Rational>(forward)) << k;
  }
}

TEST(RootsInUnitInterval, AreDistinctSortedAndIncludeDoubleRootsAndTheEnd) {
  // (t - 1/2)^2 (t - 1/3) (t - 1) (t - 2) (t + 1/4), expanded by multiplication.
  Polynomial p{Rational(1)};
  for (const char* root : {"1/2", "1/2", "1/3", "1", "2", "-1/4"}) {
    Polynomial next(p.size() + 1, Rational(0));
    for (std::size_t k = 0; k < p.size(); ++k) {
      next[k] -= p[k] * parse_rational(root);
      next[k + 1] += p[k];
    }
    p = next;
  }
  const std::vector<RootInterval> roots = roots_in_unit_interval(p, kWidth);
  ASSERT_EQ(roots.size(), 3U);
  EXPECT_EQ(roots[0].lower, parse_rational("1/3"));
  EXPECT_EQ(roots[0].upper, parse_rational("1/3"));
  EXPECT_EQ(roots[1].lower, parse_rational("1/2"));
  EXPECT_EQ(roots[2].lower, Rational(1));
}

TEST(RootsInUnitInterval, EncloseAnIrrationalRoot) {
  const std::vector<RootInterval> roots = roots_in_unit_interval({Rational(-1), Rational(0), Rational(2)}, kWidth);
  ASSERT_EQ(roots.size(), 1U);  // sqrt(1/2)
  EXPECT_LE(roots[0].upper - roots[0].lower, kWidth);
  EXPECT_LT(roots[0].lower * roots[0].lower, Rational(1) / 2);
  EXPECT_GT(roots[0].upper * roots[0].upper, Rational(1) / 2);
}

TEST(SingularTimes, AgreeWithTheReferenceOnAFieldWithTwoOfThem) {
  const Matrix<Rational> th = matrix(2, {"-3", "1", "0.5", "-4"});
  const Result result = singular_times_result(th, 50);
  const PairField<Real100> field{Vector<Real100>::Zero(2), convert<Real100>(th)};
  const std::vector<Real100> times = singular_times<Real100>(field);
  ASSERT_EQ(result.entries.size(), times.size());
  ASSERT_EQ(times.size(), 2U);
  EXPECT_EQ(result.kind, ResultKind::enclosed);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_LE(abs(Real100(result.entries[i]) - times[i]), Real100(result.radius) + Real100("1e-90"));
  }
}

TEST(SingularTimes, OfATurnByNearly180DegreesDoNotExist) {
  // A rational rotation a hair off -I: complex eigenvalues, so no singular time, where a threshold could see one.
  const Rational s = Rational(1) / Rational(pow(Integer(10), 30U));
  const Rational c = (1 - s * s) / (1 + s * s);
  Matrix<Rational> th(2, 2);
  th << -c - 1, -2 * s / (1 + s * s), 2 * s / (1 + s * s), -c - 1;
  EXPECT_TRUE(singular_times_result(th, 50).entries.empty());
}

TEST(RationalNear, FindsSmallFractionsAndRefusesIrrationals) {
  EXPECT_EQ(rational_near(Real100(1) / 3), parse_rational("1/3"));
  EXPECT_EQ(rational_near(Real100(-22) / 7), parse_rational("-22/7"));
  EXPECT_EQ(rational_near(Real100(0)), Rational(0));
  EXPECT_FALSE(rational_near(sqrt(Real100(2))).has_value());
}

TEST(RationalSquareRoot, IsFoundWhereItExistsAndIsThePositiveOne) {
  const Matrix<Rational> root = matrix(2, {"2", "-1/3", "-1/3", "0.7"});
  const std::optional<Matrix<Rational>> found = rational_square_root(exact_product(root, root));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, root);
  EXPECT_FALSE(rational_square_root(matrix(2, {"2", "0.5", "0.5", "1"})).has_value());
  EXPECT_FALSE(rational_square_root(matrix(2, {"2", "0", "0", "1"})).has_value());
}

TEST(Definiteness, IsDecidedExactlyAtTheBoundary) {
  EXPECT_EQ(definiteness(matrix(2, {"1", "2", "2", "4"})), Definiteness::semidefinite);
  EXPECT_EQ(definiteness(matrix(2, {"1", "2", "2", "4.00000000000000000000000000000000000001"})),
            Definiteness::positive);
  EXPECT_EQ(definiteness(matrix(2, {"1", "2", "2", "3.99999999999999999999999999999999999999"})),
            Definiteness::indefinite);
  EXPECT_EQ(definiteness(matrix(3, {"0", "0", "0", "0", "1", "0", "0", "0", "0"})), Definiteness::semidefinite);
  EXPECT_EQ(definiteness(matrix(2, {"0", "1", "1", "0"})), Definiteness::indefinite);
}

}  // namespace
}  // namespace straightedge::cli
