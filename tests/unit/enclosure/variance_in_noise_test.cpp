#include <straightedge/enclosure/variance_in_noise.hpp>
#include <straightedge/error.hpp>

#include "problems.hpp"

namespace straightedge::enclosure {
namespace {

bool meets(const Bounds& bounds, const Ball& ball) {
  return overlap({(bounds.lower + bounds.upper) / 2, (bounds.upper - bounds.lower) / 2}, ball);
}

TEST(VarianceInNoiseBounds, AreThoseOfTheWitnessAtEverySigma) {
  for (const FieldKind field : {FieldKind::pair, FieldKind::optimal_transport}) {
    for (const CouplingKind kind : {CouplingKind::rotated, CouplingKind::optimal, CouplingKind::independent}) {
      if (kind == CouplingKind::independent && field == FieldKind::pair) {
        continue;
      }
      Problem problem = with_field(rotated(table_problem(), Rational(100)), field);
      problem.coupling = kind;
      const auto bounds = variance_in_constant_noise(problem);
      ASSERT_TRUE(bounds);
      EXPECT_LE(bounds->linear.upper - bounds->linear.lower, tenth_to(40));
      for (const Rational& sigma : {Rational(0), Rational(1, 3), Rational(2)}) {
        const Ball ball = ball_of(enclose(with_noise(problem, sigma)).gradient_variance);
        EXPECT_TRUE(meets(bounds->at(sigma * sigma), ball)) << sigma.convert_to<double>();
      }
    }
  }
}

TEST(VarianceInNoiseBounds, HoldTheIsotropicCoefficients) {
  // d = 2, 90 degrees: c^2 = k^2 = 1/2, I_1 = pi/2, I_2 = 1 + pi/2, so that the linear coefficient under the own
  // rotation, 16 d k^2 (1 + d) I_2, is 48 + 24 pi; at the OT field 16 d k^2 d = 32, and the constant 16 d k^2 (1 + (d +
  // 2) q - c^2).
  const Problem problem = rotated(isotropic_problem(2), Rational(90));
  const auto own = variance_in_constant_noise(problem);
  const auto optimal = variance_in_constant_noise(with_field(problem, FieldKind::optimal_transport));
  ASSERT_TRUE(own && optimal);
  const Rational pi_below(Integer("31415926535897932384"), Integer("10000000000000000000"));
  EXPECT_GT(own->linear.lower, 48 + 24 * pi_below);
  EXPECT_LT(own->linear.upper, 48 + 24 * (pi_below + tenth_to(18)));
  EXPECT_EQ(own->constant.lower, 0);
  EXPECT_EQ(own->constant.upper, 0);
  EXPECT_LE(optimal->linear.lower, 32);
  EXPECT_GE(optimal->linear.upper, 32);
  const Rational constant = 16 * (1 + 4 * Rational(2, 3) - Rational(1, 2));
  EXPECT_LE(optimal->constant.lower, constant);
  EXPECT_GE(optimal->constant.upper, constant);
}

TEST(VarianceInNoiseBounds, TakeARootSeveralAnglesAndAFrame) {
  // The same problem in a frame turned by a rational rotation: M^{1/2} -> Q M^{1/2} Q^T, R -> Q R Q^T.
  Matrix<Rational> frame = Matrix<Rational>::Identity(4, 4);
  frame(1, 1) = frame(2, 2) = Rational(5, 13);
  frame(2, 1) = Rational(12, 13);
  frame(1, 2) = Rational(-12, 13);
  Matrix<Rational> root = Matrix<Rational>::Identity(4, 4);
  root(0, 0) = Rational(7, 2);
  root(2, 2) = Rational(1, 3);
  Problem plain = rotated(isotropic_problem(4), Rational(50));
  plain.rotation.turns[1].degrees = -70;
  plain.root = root;
  plain.covariance.resize(0, 0);
  Problem turned = plain;
  turned.root = frame * root * frame.transpose();
  turned.rotation.frame = frame;
  const auto a = variance_in_constant_noise(plain);
  const auto b = variance_in_constant_noise(turned);
  ASSERT_TRUE(a && b);
  EXPECT_TRUE(meets(a->quadratic, {(b->quadratic.lower + b->quadratic.upper) / 2, tenth_to(40)}));
  EXPECT_GT(a->quadratic.lower, 0);
  turned.rotation.frame.reset();
  const auto other = variance_in_constant_noise(turned);
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->quadratic.lower > a->quadratic.upper || other->quadratic.upper < a->quadratic.lower);
}

TEST(VarianceInNoiseBounds, AreEmptyWhereThereIsNoneToEnclose) {
  EXPECT_FALSE(variance_in_constant_noise(rotated(isotropic_problem(2), Rational(180))));
  EXPECT_FALSE(variance_in_constant_noise(with_field(table_problem(), FieldKind::minimiser)));
  Problem problem = table_problem();
  problem.coupling = CouplingKind::independent;
  EXPECT_FALSE(variance_in_constant_noise(problem));
}

TEST(VarianceInNoiseBounds, RefuseARootOrAFrameThatIsNone) {
  Problem problem = table_problem();
  problem.root = Matrix<Rational>(Matrix<Rational>::Identity(2, 2) * Rational(-1));
  EXPECT_THROW(static_cast<void>(variance_in_constant_noise(problem)), InputError);
  problem = rotated(table_problem(), Rational(30));
  problem.rotation.frame = Matrix<Rational>(Matrix<Rational>::Identity(2, 2) * Rational(2));
  EXPECT_THROW(static_cast<void>(variance_in_constant_noise(problem)), InputError);
}

}  // namespace
}  // namespace straightedge::enclosure
