// What does not exist, diverges or cannot be told: stated only where it is shown.
#include "problems.hpp"

namespace straightedge::enclosure {
namespace {

TEST(Divergence, IsShownWhereAllLinesMeetAndThereIsNoise) {
  const Quantities q = enclose(with_noise(rotated(isotropic_problem(2), Rational(180)), Rational(1, 10)));
  for (const Outcome* outcome :
       {&q.loss, &q.gradient_second_moment, &q.gradient_mean_squared_norm, &q.gradient_variance,
        &q.gradient_variance_time_local, &q.gradient_variance_functional}) {
    EXPECT_EQ(outcome->status, Status::diverges) << outcome->reason;
  }
  EXPECT_TRUE(encloses(q.singular_times, Rational(1, 2)));
  EXPECT_EQ(q.straightness.status, Status::does_not_exist);
  EXPECT_TRUE(q.minimum_loss.is_enclosed());  // the minimiser is regular with noise
  EXPECT_TRUE(q.flow_map.is_enclosed());
}

TEST(Divergence, IsNotStatedWithoutNoiseWhereTheResidualVanishes) {
  const Quantities q = enclose(rotated(isotropic_problem(2), Rational(180)));
  EXPECT_TRUE(encloses(q.loss, Rational(0), Rational(0)));
  EXPECT_TRUE(encloses(q.gradient_variance, Rational(0), Rational(0)));
  EXPECT_TRUE(encloses(q.minimum_loss, Rational(0), Rational(0)));
  EXPECT_EQ(q.flow_map.status, Status::does_not_exist);
}

TEST(Divergence, IsShownWithoutNoiseWhereTheCouplingDoesNotFitTheField) {
  // The field of A = -I under other couplings: X_{1/2} is spread out there, and the residual has a pole.
  Problem problem = isotropic_problem(2);
  problem.field = FieldKind::affine;
  problem.field_shift = problem.mean;
  problem.field_matrix = Matrix<Rational>::Identity(2, 2) * Rational(-2);
  for (const CouplingKind kind : {CouplingKind::optimal, CouplingKind::independent}) {
    problem.coupling = kind;
    EXPECT_EQ(enclose(problem).loss.status, Status::diverges);
  }
  // Under its own it vanishes, and so it does where all lines meet at the same time along the field's null vector: that
  // is not told apart from a pole.
  problem = rotated(problem, Rational(180));
  EXPECT_TRUE(encloses(enclose(problem).loss, Rational(0), Rational(0)));
  problem.field_shift << 1, 0;
  EXPECT_EQ(enclose(problem).loss.status, Status::inconclusive);
}

TEST(Divergence, IsShownForBridgeNoiseInTheTargetWhateverTheField) {
  Problem problem = with_noise(rotated(table_problem(), Rational(40)), Rational(1, 3), NoiseKind::bridge);
  EXPECT_TRUE(enclose(problem).loss.is_enclosed());
  problem.noise.target = RegressionTarget::interpolant;
  for (const FieldKind field : {FieldKind::pair, FieldKind::optimal_transport, FieldKind::minimiser}) {
    const Quantities q = enclose(with_field(problem, field));
    EXPECT_EQ(q.loss.status, Status::diverges);
    EXPECT_EQ(q.minimum_loss.status, Status::diverges);
    EXPECT_EQ(q.gradient_variance_time_local.status, Status::diverges);
  }
  EXPECT_TRUE(enclose(problem, {Rational(1, 4), 45}).loss.is_enclosed());
  EXPECT_EQ(enclose(problem, {Rational(0), 45}).loss.status, Status::diverges);
  problem.noise.sigma = 0;
  EXPECT_TRUE(enclose(problem).loss.is_enclosed());
}

TEST(SingularTimes, OfAReversalAreRootsOfARationalPolynomialHoweverOftenTheyCount) {
  // M = 2 I, A = -2^{1/2} I: one double root, t = 1/(1 + 2^{1/2}) = 2^{1/2} - 1.
  const Quantities q = enclose(with_noise(rotated(isotropic_problem(2, Rational(2)), Rational(180)), Rational(1)));
  ASSERT_EQ(q.singular_times.entries.size(), 1U);
  const Rational root = q.singular_times.entries[0].midpoint + 1;
  const Rational rest = root * root - 2;
  EXPECT_LT(rest < 0 ? Rational(-rest) : rest, tenth_to(44));
  EXPECT_EQ(q.loss.status, Status::diverges);
}

TEST(SingularTimes, ThatTouchWithoutCrossingAreInconclusiveWhereNothingIsRational) {
  // M = 2 I, 180 degrees in one of two planes: A = 2^{1/2} diag(-1, -1, 1, 1), a double root that no ball shows.
  Problem problem = rotated(isotropic_problem(4, Rational(2)), Rational(180));
  problem.rotation.turns.pop_back();
  problem = with_noise(problem, Rational(1));
  const Quantities q = enclose(problem);
  for (const Outcome* outcome : {&q.singular_times, &q.straightness, &q.loss, &q.gradient_variance}) {
    EXPECT_EQ(outcome->status, Status::inconclusive);
    EXPECT_FALSE(outcome->reason.empty());
  }
  EXPECT_TRUE(q.minimum_loss.is_enclosed());
}

TEST(SingularTimes, ThatCrossAreShownWhereNothingIsRational) {
  // M = diag(1, 2), R = diag(-1, 1) turned: one simple root, at 1/2 exactly, of an irrational A.
  Problem problem = isotropic_problem(2);
  problem.covariance(1, 1) = 2;
  problem.coupling = CouplingKind::rotated;
  Matrix<Rational> reflection = Matrix<Rational>::Identity(2, 2);
  reflection(0, 0) = -1;
  problem.rotation.matrix = reflection;
  const Quantities q = enclose(with_noise(problem, Rational(1)));
  EXPECT_TRUE(encloses(q.singular_times, Rational(1, 2)));
  EXPECT_EQ(q.loss.status, Status::diverges);
  EXPECT_EQ(q.angle.status, Status::does_not_exist);
}

TEST(SingularTimes, AtTheEndAreOnesButNotInside) {
  // Th = diag(-1, 1/2): I + t Th is singular at t = 1 only, and points move straight up to there.
  Problem problem = isotropic_problem(2);
  problem.field = FieldKind::affine;
  problem.field_shift = problem.mean;
  problem.field_matrix = Matrix<Rational>::Zero(2, 2);
  problem.field_matrix(0, 0) = -1;
  problem.field_matrix(1, 1) = Rational(1, 2);
  const Quantities q = enclose(problem);
  EXPECT_TRUE(encloses(q.singular_times, Rational(1), Rational(0)));
  EXPECT_TRUE(encloses(q.straightness, Rational(0), Rational(0)));
  EXPECT_EQ(q.loss.status, Status::diverges);
}

TEST(Integrands, DoNotExistAtASingularTimeAndDoBesideIt) {
  const Problem problem = with_noise(rotated(isotropic_problem(2), Rational(180)), Rational(1));
  EXPECT_EQ(enclose(problem, {Rational(1, 2), 45}).loss.status, Status::does_not_exist);
  EXPECT_TRUE(enclose(problem, {Rational(1, 3), 45}).loss.is_enclosed());
  EXPECT_EQ(enclose(rotated(isotropic_problem(2), Rational(180)), {Rational(1, 2), 45}).minimum_loss.status,
            Status::does_not_exist);
}

TEST(Flow, ExistsWithoutNoiseUnlessTheCovarianceOfTheInterpolantIsSingular) {
  // C = -I and X1 of covariance 1 beyond it in the second axis only: X_{1/2} has no first coordinate.
  Problem problem = isotropic_problem(2);
  problem.coupling = CouplingKind::gaussian;
  problem.cross = Matrix<Rational>::Identity(2, 2) * Rational(-1);
  problem.covariance(1, 1) = 2;
  problem.field = FieldKind::minimiser;
  EXPECT_EQ(enclose(problem).flow_map.status, Status::does_not_exist);
  EXPECT_EQ(enclose(problem).straightness.status, Status::does_not_exist);
  problem.covariance(0, 0) = 2;
  EXPECT_TRUE(enclose(problem).flow_map.is_enclosed());
  EXPECT_TRUE(enclose(with_noise(rotated(isotropic_problem(2), Rational(180)), Rational(1))).flow_map.is_enclosed());
}

TEST(Fields, ThatDoNotExistHaveNoMoments) {
  Problem problem = table_problem();
  problem.coupling = CouplingKind::independent;
  EXPECT_EQ(enclose(problem).loss.status, Status::does_not_exist);
  EXPECT_EQ(enclose(problem).singular_times.status, Status::does_not_exist);
  EXPECT_TRUE(enclose(problem).minimum_loss.is_enclosed());
  const Quantities q = enclose(with_field(problem, FieldKind::minimiser));
  EXPECT_EQ(q.gradient_variance.status, Status::does_not_exist);
  EXPECT_TRUE(q.gradient_variance_time_local.is_enclosed());
}

}  // namespace
}  // namespace straightedge::enclosure
