// Problems of the tests of the enclosure, in exact rationals.
#pragma once

#include <straightedge/enclosure/witness.hpp>

#include <gtest/gtest.h>

namespace straightedge::enclosure {

/// mu = (0.7, -0.3), M = [[2, .5], [.5, 1]]: the table of the gradient variances.
inline Problem table_problem() {
  Problem problem;
  problem.mean = Vector<Rational>(2);
  problem.mean << Rational(7, 10), Rational(-3, 10);
  problem.covariance = Matrix<Rational>(2, 2);
  problem.covariance << 2, Rational(1, 2), Rational(1, 2), 1;
  return problem;
}

inline Problem isotropic_problem(int d, const Rational& scale = Rational(1)) {
  Problem problem;
  problem.mean = Vector<Rational>::Zero(d);
  problem.covariance = Matrix<Rational>::Identity(d, d) * scale;
  return problem;
}

/// Turned by `degrees` in each of the planes (0, 1), (2, 3), ...
inline Problem rotated(Problem problem, const Rational& degrees) {
  problem.coupling = CouplingKind::rotated;
  problem.rotation.turns.clear();
  for (int i = 0; i + 1 < problem.mean.size(); i += 2) {
    problem.rotation.turns.push_back({i, i + 1, degrees});
  }
  return problem;
}

inline Problem with_noise(Problem problem, const Rational& sigma, NoiseKind kind = NoiseKind::constant) {
  problem.noise.kind = kind;
  problem.noise.sigma = sigma;
  return problem;
}

inline Problem with_field(Problem problem, FieldKind kind) {
  problem.field = kind;
  return problem;
}

inline Rational tenth_to(unsigned power) {
  return Rational(1) / Rational(pow(Integer(10), power));
}

/// The ball of a scalar outcome; fails the test where there is none.
inline Ball ball_of(const Outcome& outcome) {
  EXPECT_TRUE(outcome.is_enclosed()) << outcome.reason;
  return outcome.entries.empty() ? Ball{} : outcome.entries.front();
}

/// Whether the outcome is a ball that holds `value` and is narrower than `width`.
inline testing::AssertionResult encloses(const Outcome& outcome, const Rational& value,
                                         const Rational& width = tenth_to(40)) {
  if (!outcome.is_enclosed()) {
    return testing::AssertionFailure() << "no ball: " << outcome.reason;
  }
  const Ball& ball = outcome.entries.front();
  const bool holds = ball.lower() <= value && value <= ball.upper() && ball.radius <= width;
  return (holds ? testing::AssertionSuccess() : testing::AssertionFailure())
         << ball.midpoint.convert_to<double>() << " +- " << ball.radius.convert_to<double>() << " and "
         << value.convert_to<double>();
}

/// Whether it is a narrow ball within `tolerance` of a value that is known to so many digits.
inline testing::AssertionResult is_near(const Outcome& outcome, const Rational& value, const Rational& tolerance) {
  if (!outcome.is_enclosed()) {
    return testing::AssertionFailure() << "no ball: " << outcome.reason;
  }
  const Ball& ball = outcome.entries.front();
  const Rational gap = ball.midpoint > value ? Rational(ball.midpoint - value) : Rational(value - ball.midpoint);
  const bool near = gap <= tolerance && ball.radius <= tenth_to(40);
  return (near ? testing::AssertionSuccess() : testing::AssertionFailure())
         << ball.midpoint.convert_to<double>() << " +- " << ball.radius.convert_to<double>() << " and "
         << value.convert_to<double>();
}

inline bool overlap(const Ball& a, const Ball& b) {
  return a.lower() <= b.upper() && b.lower() <= a.upper();
}

}  // namespace straightedge::enclosure
