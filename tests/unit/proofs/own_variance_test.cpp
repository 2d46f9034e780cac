// Figure 4, own couplings: the formulas of own_variance.hpp against the library's variances, and the enclosures of them
// on boxes against both.
#include <gtest/gtest.h>
#include <gradient.hpp>
#include <own_variance.hpp>
#include <own_variance_boxes.hpp>
#include <own_variance_identity.hpp>
#include <straightedge/gradient_variance.hpp>

#include <cmath>
#include <random>

namespace straightedge::proofs {
namespace {

struct Coefficients {
  VarianceInNoise<double> rotated, optimal;
};

Coefficients coefficients_of(double l1, double l2, double degrees) {
  Gaussian<double> target{Vector<double>::Zero(2), Matrix<double>::Zero(2, 2)};
  target.covariance.diagonal() << l1, l2;
  const auto rotated = rotated_coupling<double>(target, plane_rotation<double>(2, 0, 1, degrees * pi<double>() / 180));
  const auto optimal = optimal_coupling<double>(target);
  return {variance_in_constant_noise<double>(rotated, pair_field<double>(rotated)),
          variance_in_constant_noise<double>(optimal, pair_field<double>(optimal))};
}

double kappa_of(double degrees) {
  const double sine = std::sin(degrees * pi<double>() / 360);
  return sine * sine;
}

TEST(OwnVariance, IsThatOfTheLibrary) {
  for (const auto& [l1, l2] : {std::pair{1.0, 1.0}, {0.1, 9.0}, {2.0, 0.5}, {10.0, 10.0}, {0.1, 0.1}}) {
    for (const double degrees : {5.0, 60.0, 100.0}) {
      const Coefficients expected = coefficients_of(l1, l2, degrees);
      const double kappa = kappa_of(degrees);
      const auto found = own_variance_of<double>(
          own_moments<double>(std::sqrt(l1), std::sqrt(l2), kappa, gauss_legendre<double>(100)), kappa);
      EXPECT_NEAR(12 * found.linear.here, expected.rotated.linear, 1e-10 * expected.rotated.linear);
      EXPECT_NEAR(4 * found.quadratic.here, expected.rotated.quadratic, 1e-10 * expected.rotated.quadratic);
      EXPECT_NEAR(12 * found.linear.zero, expected.optimal.linear, 1e-10 * expected.rotated.linear);
      EXPECT_NEAR(4 * found.quadratic.zero, expected.optimal.quadratic, 1e-10 * expected.rotated.quadratic);
      EXPECT_NEAR(found.linear.quotient * kappa, found.linear.here - found.linear.zero, 1e-10 * found.linear.here);
      EXPECT_NEAR(found.quadratic.quotient * kappa, found.quadratic.here - found.quadratic.zero,
                  1e-10 * found.quadratic.here);
    }
  }
}

TEST(OwnVarianceIdentity, HoldsAndItsMutantDoesNot) {
  const IdentityProof proof("", {own_variance_identity()});
  for (std::int64_t part = 0; part < proof.parts(); part += 19) {
    const PartOutcome found = proof.check(part, Variant::claim);
    EXPECT_TRUE(found.holds) << found.note;
    EXPECT_FALSE(proof.check(part, Variant::mutant).holds);
  }
}

/// A box of the size that the search ends with, around a random point of the set.
Box random_box(std::mt19937_64& random) {
  std::uniform_real_distribution<double> logarithm(std::log(0.12), std::log(8.0));
  std::uniform_real_distribution<double> angle(6, 172);
  std::uniform_real_distribution<double> width(0.001, 0.2);
  Box box;
  for (int i = 0; i < 2; ++i) {
    const double low = std::exp(logarithm(random));
    box.push_back({low, low * (1 + width(random))});
  }
  const double low = angle(random);
  box.push_back({low, low + 10 * width(random)});
  return box;
}

TEST(OwnVarianceBoxes, EncloseTheDifferencesOfTheLibrarysCoefficients) {
  std::mt19937_64 random(7);
  const OwnVarianceBoxes boxes;
  int enclosed = 0;
  int narrow = 0;
  for (int draw = 0; draw < 200; ++draw) {
    const Box box = random_box(random);
    const auto found = boxes.enclose_excess(box);
    if (!found) {
      continue;
    }
    ++enclosed;
    narrow += found->linear.lower() > 0 && found->quadratic.lower() > 0 ? 1 : 0;
    for (int point = 0; point < 4; ++point) {
      const auto at = [&](const Range& range) {
        return std::uniform_real_distribution<double>(range.low, range.high)(random);
      };
      const double degrees = at(box[2]);
      const Coefficients c = coefficients_of(at(box[0]), at(box[1]), degrees);
      const double linear = (c.rotated.linear - c.optimal.linear) / (12 * kappa_of(degrees));
      const double quadratic = (c.rotated.quadratic - c.optimal.quadratic) / (4 * kappa_of(degrees));
      const double rounding = 1e-9 * (1 + std::abs(linear) + std::abs(quadratic));
      EXPECT_LT(found->linear.lower(), linear + rounding) << to_string(box);
      EXPECT_GT(found->linear.upper(), linear - rounding) << to_string(box);
      EXPECT_LT(found->quadratic.lower(), quadratic + rounding) << to_string(box);
      EXPECT_GT(found->quadratic.upper(), quadratic - rounding) << to_string(box);
    }
  }
  EXPECT_GT(enclosed, 120);
  EXPECT_GT(narrow, 60);
}

TEST(OwnVarianceBoxes, DecideByTheArgumentThatServes) {
  const OwnVarianceBoxes boxes;
  const auto argument_of = [&](const Box& box) { return boxes.decide(box, Variant::claim).argument; };
  EXPECT_EQ(argument_of({{2.0, 2.01}, {1.0, 1.01}, {60, 60.1}}), 'm');  // a > b
  EXPECT_EQ(argument_of({{0.1, 0.11}, {9.0, 9.1}, {170, 171}}), 'i');   // singular from 126 degrees on
  EXPECT_EQ(argument_of({{1.0, 1.01}, {2.0, 2.01}, {60, 60.1}}), 'q');
  // From one side of the singular angle, 164.45 degrees for eigenvalues 1 and 3, to the other.
  EXPECT_EQ(argument_of({{1.0, 1.01}, {3.0, 3.01}, {164.4, 164.5}}), 'b');
}

TEST(OwnVarianceBoxes, MutantIsRefutedWhereTheRotationIsSmall) {
  const OwnVarianceBoxes boxes;
  const Box box{{4.0, 4.001}, {9.0, 9.001}, {5, 5.01}};
  EXPECT_EQ(boxes.decide(box, Variant::claim).kind, BoxDecision::Kind::proved);
  EXPECT_EQ(boxes.decide(box, Variant::mutant).kind, BoxDecision::Kind::refuted);
}

TEST(OwnVarianceBoxes, ProveAllOfAPartAndAreCheckedAgainWithFewerEvaluations) {
  const OwnVarianceBoxes boxes;
  for (const std::int64_t part : {0, 9, 130, 300, 395, 455}) {
    const PartOutcome found = boxes.check(part, Variant::claim);
    EXPECT_TRUE(found.holds) << found.note;
    EXPECT_EQ(found.open, 0) << found.note;
    const PartOutcome again = boxes.recheck(part, found.trace);
    EXPECT_TRUE(again.holds) << again.note;
    EXPECT_EQ(again.decided, found.decided);
    EXPECT_LE(2 * again.evaluations, found.evaluations + 1);
  }
}

TEST(OwnVarianceProof, ChecksASampleOfItsPartsWhereThereAreFewCases) {
  const OwnVarianceProof proof;
  std::int64_t checked = 0;
  double volume = 0;
  for (std::int64_t part = 0; part < proof.parts(); ++part) {
    checked += proof.is_checked(part, 200) ? 1 : 0;
    volume += proof.volume(part);
    EXPECT_TRUE(proof.is_checked(part, 2000));
  }
  EXPECT_EQ(checked, 17);
  EXPECT_EQ(volume, 1);
}

TEST(Gradient, IsTheDerivativeOfSumsProductsQuotientsAndSquares) {
  using G = Gradient<double, 2>;
  const G x(3.0, 0);
  const G y(4.0, 1);
  const G f = square(x * y + G(2)) / (y - x * x);  // 196 / -5
  EXPECT_DOUBLE_EQ(f.value, 196.0 / -5);
  // 2 (xy+2) y / (y-x^2) + 2x (xy+2)^2 / (y-x^2)^2,  2 (xy+2) x / (y-x^2) - (xy+2)^2 / (y-x^2)^2
  EXPECT_DOUBLE_EQ(f.derivatives[0], 2.0 * 14 * 4 / -5 + 6.0 * 196 / 25);
  EXPECT_DOUBLE_EQ(f.derivatives[1], 2.0 * 14 * 3 / -5 - 196.0 / 25);
}

}  // namespace
}  // namespace straightedge::proofs
