#include "problems.hpp"

#include <array>
#include <thread>

namespace straightedge::enclosure {
namespace {

Rational decimal(const char* digits, int point) {  // digits / 10^point
  return Rational(Integer(digits)) / Rational(pow(Integer(10), static_cast<unsigned>(point)));
}

// mathematics.md, section 3: the table of checked values, to 12 digits.
struct TableRow {
  FieldKind field;
  CouplingKind coupling;
  std::array<Rational, 3> variances;  // s = 0, 0.05, 0.3
};

TEST(GradientVariance, IsThatOfTheTableToTwelveDigits) {
  const std::array<TableRow, 4> table{{
      {FieldKind::pair, CouplingKind::rotated, {Rational(0), decimal("174246317121", 11), decimal("853673519766", 10)}},
      {FieldKind::optimal_transport,
       CouplingKind::rotated,
       {decimal("688309722151", 10), decimal("689491428516", 10), decimal("730959360168", 10)}},
      {FieldKind::optimal_transport,
       CouplingKind::independent,
       {decimal("442310558396", 10), decimal("443111162692", 10), decimal("47124052194", 9)}},
      {FieldKind::optimal_transport,
       CouplingKind::optimal,
       {Rational(0), decimal("384001581884", 14), decimal("149061459834", 12)}},
  }};
  const std::array<Rational, 3> sigmas{Rational(0), Rational(1, 20), Rational(3, 10)};
  for (const TableRow& row : table) {
    for (std::size_t k = 0; k < sigmas.size(); ++k) {
      Problem problem = with_field(with_noise(rotated(table_problem(), Rational(120)), sigmas[k]), row.field);
      problem.coupling = row.coupling;
      const Rational tolerance = row.variances[k] * tenth_to(11);
      EXPECT_TRUE(is_near(enclose(problem).gradient_variance, row.variances[k], tolerance)) << "column " << k;
    }
  }
}

TEST(Enclosure, HoldsTheExactValuesOfARationalProblem) {
  // M = 4 I, mu = (3, 0): M^{1/2} = 2 I, C = 2 R(90), W2^2 = 9 + 2 + 8 - 8, cost = 9 + 2 + 8.
  Problem problem = rotated(isotropic_problem(2, Rational(4)), Rational(90));
  problem.mean << 3, 0;
  const Quantities q = enclose(problem);
  EXPECT_TRUE(encloses(q.wasserstein2_squared, Rational(11), Rational(0)));
  EXPECT_TRUE(encloses(q.transport_cost, Rational(19), Rational(0)));
  EXPECT_TRUE(encloses(q.transport_map, Rational(2), Rational(0)));
  EXPECT_TRUE(encloses(q.angle, Rational(90), tenth_to(40)));
  EXPECT_TRUE(encloses(q.rectified_cost, Rational(19), Rational(0)));
  ASSERT_TRUE(q.flow_map.is_enclosed());
  EXPECT_EQ(q.flow_map.entries[0].midpoint, 0);
  EXPECT_EQ(q.flow_map.entries[1].midpoint, -2);  // R turns axis 0 towards axis 1: column 0 is (0, 2)
  EXPECT_EQ(q.flow_map.entries[2].midpoint, 2);
}

TEST(Enclosure, HoldsTheIntegralsOfTheOptimalFieldUnderAnIndependentCoupling) {
  // M = I: v = 0, r = X1 - X0, so that loss = 2 d and the variance is 8 d ((2d + 4)/3 + d F).
  for (const int d : {1, 2, 5}) {
    for (const Rational& sigma : {Rational(0), Rational(1, 2)}) {
      Problem problem = with_field(with_noise(isotropic_problem(d), sigma), FieldKind::optimal_transport);
      problem.coupling = CouplingKind::independent;
      const Quantities q = enclose(problem);
      EXPECT_TRUE(encloses(q.loss, Rational(2 * d)));
      EXPECT_TRUE(
          encloses(q.gradient_variance, Rational(8 * d) * (Rational(2 * d + 4, 3) + Rational(d) * sigma * sigma)));
      EXPECT_TRUE(encloses(q.gradient_variance_functional, Rational(8 * d)));
    }
  }
}

TEST(Enclosure, HoldsTheIntegralsOfAShiftedFieldInClosedForm) {
  // d = 1, X1 = X0 + 1, v(x, t) = 0: r = 1, g = -2 (1, y) with y = X0 + t, so E|g|^2 = 4 (1 + 1 + 1/3),
  // E g = -2 (1, 1/2); with constant noise y = X0 + t + s Z adds 4 s^2.
  Problem problem;
  problem.mean = Vector<Rational>::Ones(1);
  problem.covariance = Matrix<Rational>::Identity(1, 1);
  problem.field = FieldKind::affine;
  problem.field_shift = Vector<Rational>::Zero(1);
  problem.field_matrix = Matrix<Rational>::Zero(1, 1);
  problem = with_noise(problem, Rational(1, 2));
  const Quantities q = enclose(problem);
  EXPECT_TRUE(encloses(q.loss, Rational(1)));
  EXPECT_TRUE(encloses(q.gradient_second_moment, Rational(28, 3) + 1));
  EXPECT_TRUE(encloses(q.gradient_mean_squared_norm, Rational(5)));
  EXPECT_TRUE(encloses(q.gradient_variance, Rational(16, 3)));
  EXPECT_TRUE(encloses(q.gradient_variance_functional, Rational(0)));
}

TEST(Enclosure, HoldsTheFlowOfAnIndependentCoupling) {
  // M = 9/4: without noise the first rectified flow is the optimal map; with constant noise ((M + F)/(1 + F))^{1/2}.
  Problem problem = isotropic_problem(1, Rational(9, 4));
  problem.coupling = CouplingKind::independent;
  problem.field = FieldKind::optimal_transport;
  EXPECT_TRUE(encloses(enclose(problem).flow_map, Rational(3, 2)));
  problem = with_noise(problem, Rational(3));  // (45/4)/10 = 9/8
  const Ball root = ball_of(enclose(problem).flow_map);
  EXPECT_LE(root.lower() * root.lower(), Rational(9, 8));
  EXPECT_GE(root.upper() * root.upper(), Rational(9, 8));
  EXPECT_LE(root.radius, tenth_to(45));
}

TEST(Enclosure, HoldsTheStraightnessOfABentFlow) {
  // d = 1, independent, M = 1: v* = (2t - 1) x / ((1-t)^2 + t^2), z_t = z_0 ((1-t)^2 + t^2)^{1/2}, Phi_1 = 1, and the
  // straightness is integral (2t - 1)^2 / ((1-t)^2 + t^2) dt = 2 - pi/2.
  Problem problem = isotropic_problem(1);
  problem.coupling = CouplingKind::independent;
  problem.field = FieldKind::minimiser;
  const Quantities q = enclose(problem);
  EXPECT_TRUE(encloses(q.flow_map, Rational(1)));
  EXPECT_TRUE(is_near(q.straightness, decimal("4292036732051033808", 19), tenth_to(18)));
}

TEST(Enclosure, DoesNotDependOnTheMeanNorInThePlaneOnTheOrientation) {
  for (const FieldKind field : {FieldKind::pair, FieldKind::optimal_transport}) {
    const Problem problem = with_field(with_noise(rotated(table_problem(), Rational(75)), Rational(1, 5)), field);
    Problem moved = problem;
    moved.mean << Rational(1000), Rational(1, 7);
    Problem turned = problem;  // M in a frame turned by the angle with cosine 3/5
    Matrix<Rational> frame(2, 2);
    frame << Rational(3, 5), Rational(-4, 5), Rational(4, 5), Rational(3, 5);
    turned.covariance = frame * problem.covariance * frame.transpose();
    const Ball expected = ball_of(enclose(problem).gradient_variance);
    EXPECT_TRUE(overlap(expected, ball_of(enclose(moved).gradient_variance)));
    EXPECT_TRUE(overlap(expected, ball_of(enclose(turned).gradient_variance)));
    EXPECT_LE(expected.radius, tenth_to(40));
    Problem other = problem;
    other.rotation.turns[0].degrees = 76;
    EXPECT_FALSE(overlap(expected, ball_of(enclose(other).gradient_variance)));
  }
}

TEST(Integrands, IntegrateToTheIntegral) {
  // A Gauss rule of two points is exact for the loss of the zero field: |D|^2 at every time, here 2 d (1 - cos).
  Problem problem = with_field(rotated(isotropic_problem(4), Rational(60)), FieldKind::optimal_transport);
  const Ball integral = ball_of(enclose(problem).loss);
  for (const Rational& t : {Rational(0), Rational(1, 3), Rational(1)}) {
    EXPECT_TRUE(overlap(integral, ball_of(enclose(problem, {t, 45}).loss)));
  }
  EXPECT_TRUE(encloses(enclose(problem).loss, Rational(4)));
}

TEST(Radii, AreSmallForWellConditionedProblemsAndFollowTheGoal) {
  const Problem problem = with_noise(rotated(table_problem(), Rational(100)), Rational(1, 4));
  for (const int goal : {45, 95}) {
    const Quantities q = enclose(problem, {std::nullopt, goal});
    for (const Outcome* outcome :
         {&q.wasserstein2_squared, &q.transport_map, &q.transport_cost, &q.loss, &q.minimum_loss,
          &q.gradient_second_moment, &q.gradient_mean_squared_norm, &q.gradient_variance,
          &q.gradient_variance_time_local, &q.gradient_variance_functional, &q.flow_map, &q.rectified_cost}) {
      EXPECT_GT(ball_of(*outcome).midpoint, 0);
      EXPECT_LE(ball_of(*outcome).radius, tenth_to(static_cast<unsigned>(goal)) * 100);
    }
  }
}

TEST(Radii, AreWideNearSingularTimesAndStillHoldTheValue) {
  // M = I, 180 - 10^-20 degrees, F = 1: with c = cos(phi/2), k = sin(phi/2) the variance is
  // 16 d k^2 [ (1+d) I_2 + (d+2) I_3 - c^2 I_2^2 ], I_1 = phi / sin(phi), I_2 = (1 + I_1) / (2 c^2),
  // I_3 = (1 + 3 I_2) / (4 c^2): about 10^112. Half of the working precision goes to the poles' distance.
  const Rational angle = Rational(180) - tenth_to(20);
  const Ball ball = ball_of(enclose(with_noise(rotated(isotropic_problem(2), angle), Rational(1))).gradient_variance);
  const Real150 pi = acos(Real150(-1));
  const Real150 half_gap = Real150(tenth_to(20)) * pi / 360;
  const Real150 c = sin(half_gap);
  const Real150 k = cos(half_gap);
  const Real150 i1 = (pi - 2 * half_gap) / (2 * c * k);
  const Real150 i2 = (1 + i1) / (2 * c * c);
  const Real150 i3 = (1 + 3 * i2) / (4 * c * c);
  const Real150 expected = 32 * k * k * (3 * i2 + 4 * i3 - c * c * i2 * i2);
  EXPECT_LE(Real150(ball.lower()), expected);
  EXPECT_GE(Real150(ball.upper()), expected);
  EXPECT_GT(expected, Real150("1e112"));
  EXPECT_GT(ball.radius, Rational(1));
  EXPECT_LT(ball.radius, ball.midpoint * tenth_to(45));
}

TEST(Enclosure, MayBeAskedByThreadsAtTheSameTime) {
  // Their results are the same, and FLINT's caches are freed with each thread.
  const Problem problem = with_noise(rotated(table_problem(), Rational(120)), Rational(1, 20));
  const Ball expected = ball_of(enclose(problem).gradient_variance);
  std::array<Ball, 2> found;
  {
    std::array<std::jthread, 2> threads;
    for (std::size_t i = 0; i < threads.size(); ++i) {
      threads[i] = std::jthread([&, i] { found[i] = ball_of(enclose(problem).gradient_variance); });
    }
  }
  for (const Ball& ball : found) {
    EXPECT_EQ(ball.midpoint, expected.midpoint);
    EXPECT_EQ(ball.radius, expected.radius);
  }
}

}  // namespace
}  // namespace straightedge::enclosure
