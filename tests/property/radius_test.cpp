// The error radius that results carry, ten times the disagreement of 50 and 100 digits, against 150 digits with another
// quadrature: composite Gauss-Legendre on uniform panels, which knows nothing of poles.
#include <straightedge/flow.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/loss.hpp>
#include <straightedge/quadrature.hpp>

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

namespace straightedge {
namespace {

/// A well-conditioned problem in exact numbers: M = L L^T, angles in degrees, s.
struct ExactProblem {
  Matrix<Rational> factor;
  Vector<Rational> mean;
  std::vector<int> degrees;
  Rational sigma;
  NoiseKind kind;
};

ExactProblem draw(std::mt19937_64& random, int d) {
  std::uniform_int_distribution<int> entry(-6, 6);
  std::uniform_int_distribution<int> diagonal(8, 24);
  std::uniform_int_distribution<int> angle(-150, 150);
  ExactProblem problem{Matrix<Rational>::Zero(d, d),
                       Vector<Rational>(d),
                       {},
                       Rational(entry(random) + 7, 20),
                       entry(random) > 0 ? NoiseKind::bridge : NoiseKind::constant};
  for (int i = 0; i < d; ++i) {
    problem.mean[i] = Rational(entry(random), 3);
    problem.factor(i, i) = Rational(diagonal(random), 12);
    for (int j = 0; j < i; ++j) {
      problem.factor(i, j) = Rational(entry(random), 24);
    }
  }
  for (int i = 0; i + 1 < d; ++i) {
    problem.degrees.push_back(angle(random));
  }
  return problem;
}

template <RealScalar T>
Coupling<T> rotated(const ExactProblem& problem) {
  const auto d = static_cast<int>(problem.mean.size());
  const Matrix<Rational> covariance = problem.factor * problem.factor.transpose();
  const Gaussian<T> target{convert<T, Rational>(problem.mean), convert<T, Rational>(covariance)};
  Matrix<T> rotation = Matrix<T>::Identity(d, d);
  for (int i = 0; i + 1 < d; ++i) {
    const T angle = T(problem.degrees[static_cast<std::size_t>(i)]) * pi<T>() / T(180);
    rotation = product<T>(rotation, plane_rotation<T>(d, i, i + 1, angle));
  }
  return rotated_coupling<T>(target, rotation);
}

template <RealScalar T>
NoiseSchedule<T> noise_of(const ExactProblem& problem) {
  return {problem.kind, from_rational<T>(problem.sigma), RegressionTarget::displacement};
}

/// The quantities under test in tier T, by the library.
template <RealScalar T>
std::map<std::string, T> by_library(const ExactProblem& problem) {
  const auto coupling = rotated<T>(problem);
  const auto noise = noise_of<T>(problem);
  const auto pair = pair_field<T>(coupling);
  const auto ot = optimal_transport_field<T>(coupling.target);
  return {{"variance of the pair field", gradient_variance<T>(coupling, noise, pair)},
          {"variance of the OT field", gradient_variance<T>(coupling, noise, ot)},
          {"loss", loss<T>(coupling, noise, pair)},
          {"minimum loss", minimum_loss<T>(coupling, noise)},
          {"time-local variance", gradient_variance_time_local<T>(coupling, noise, pair)}};
}

/// The same at 150 digits from the integrands alone.
std::map<std::string, Real150> by_uniform_panels(const ExactProblem& problem, int panels) {
  using T = Real150;
  const auto coupling = rotated<T>(problem);
  const auto noise = noise_of<T>(problem);
  const auto pair = pair_field<T>(coupling);
  const auto ot = optimal_transport_field<T>(coupling.target);
  const auto pair_gap = mismatch<T>(coupling, pair);
  const auto ot_gap = mismatch<T>(coupling, ot);
  const auto& rule = gauss_legendre<T>(60);
  const Eigen::Index d = coupling.dimension();
  std::map<std::string, T> sums;
  std::array<Matrix<T>, 2> mean{Matrix<T>::Zero(d, d), Matrix<T>::Zero(d, d)};
  std::array<Vector<T>, 2> mean_shift{Vector<T>::Zero(d), Vector<T>::Zero(d)};
  std::array<T, 2> second{T(0), T(0)};
  for (int k = 0; k < panels; ++k) {
    for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
      const T t = (k + rule.nodes[i]) / panels;
      const T weight = rule.weights[i] / panels;
      const std::array gradient{gradient_moments_at_time<T>(noise, pair, pair_gap, t),
                                gradient_moments_at_time<T>(noise, ot, ot_gap, t)};
      for (std::size_t f = 0; f < 2; ++f) {
        second[f] += weight * gradient[f].second_moment;
        mean[f] += weight * gradient[f].mean_matrix;
        mean_shift[f] += weight * gradient[f].mean_shift;
      }
      const auto residual = residual_moments_at_time<T>(coupling, noise, pair, pair_gap, t);
      sums["loss"] += weight * residual.loss;
      sums["time-local variance"] += weight * residual.time_local_variance;
      sums["minimum loss"] += weight * minimiser_residual_at_time<T>(coupling, noise, t).loss;
    }
  }
  const auto variance = [&](std::size_t f) {
    return T(second[f] - squared_norm<T>(mean[f]) - squared_norm<T>(mean_shift[f]));
  };
  sums["variance of the pair field"] = variance(0);
  sums["variance of the OT field"] = variance(1);
  return sums;
}

TEST(RadiusOfWellConditionedProblems, IsBelowTenToMinusFortyAndTrue) {
  std::mt19937_64 random(7);
  int judged = 0;
  for (const int d : {1, 2, 2, 3, 5, 8}) {
    ExactProblem problem = draw(random, d);
    while (smallest_determinant<double>(pair_field<double>(rotated<double>(problem))) < 0.01) {
      problem = draw(random, d);
    }
    const auto at50 = by_library<Real50>(problem);
    const auto at100 = by_library<Real100>(problem);
    // Enough panels that the nearest pole lies outside of every panel's ellipse of parameter 12 or so.
    const auto truth = by_uniform_panels(problem, d > 4 ? 24 : 48);
    for (const auto& [name, value] : at50) {
      const Real150 wide(value);
      const Real150 radius = 10 * abs(Real150(at100.at(name)) - wide) + abs(wide) * Real150("1e-50");
      const Real150 scale = std::max<Real150>(Real150(1), abs(wide));
      EXPECT_LT(radius, Real150("1e-40") * scale) << name << ", d = " << d;
      EXPECT_LE(abs(truth.at(name) - wide), radius) << name << ", d = " << d << ", radius " << radius.str(5);
      ++judged;
    }
  }
  EXPECT_EQ(judged, 30);
}

TEST(MinimiserFlow, IsAccurateToFortyFiveDigits) {
  std::mt19937_64 random(11);
  for (const int d : {1, 2, 3, 5}) {
    const ExactProblem problem = draw(random, d);
    const auto here = minimiser_flow<Real50>(rotated<Real50>(problem), noise_of<Real50>(problem));
    const auto truth = minimiser_flow<Real150>(rotated<Real150>(problem), noise_of<Real150>(problem));
    const Real150 error = squared_norm<Real150>(convert<Real150, Real50>(here.map) - truth.map);
    EXPECT_LT(sqrt(error), Real150("1e-45")) << "d = " << d;
    EXPECT_LT(abs(Real150(here.straightness) - truth.straightness), Real150("1e-45")) << "d = " << d;
  }
}

}  // namespace
}  // namespace straightedge
