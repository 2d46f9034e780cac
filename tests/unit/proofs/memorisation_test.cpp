// Trials of the memorisation rate: the flows are those of the reference's fields, and the answers are theirs.
#include <memorisation.hpp>

#include <gtest/gtest.h>
#include <finite_generators.hpp>

#include <cmath>
#include <straightedge/flow.hpp>

namespace straightedge::proofs {
namespace {

FiniteSet<double> random_set(std::int64_t d, std::int64_t size, std::int64_t seed = 1) {
  return gaussian_set_of({{"d", {d}}, {"size", {size}}, {"seed", {seed}}});
}

NoiseSchedule<double> noise(double f) {
  return {NoiseKind::constant, f, RegressionTarget::displacement};
}

/// The flow of frozen pairs in the frame of the world.
Vector<double> frozen_end(const FiniteSet<double>& pairs, Eigen::Index i, double f) {
  const VelocityFunction<double> field = [&](const Vector<double>& x, const double& t) {
    return frozen_minimiser_velocity(pairs, noise(f), x, t);
  };
  return integrate_flow<double>(field, Vector<double>(pairs.sources.col(i)), 0.0, 1.0, 1e-11);
}

TEST(FrozenDeparture, IsHowFarTheFlowOfTheReferencesFieldEndsFromThePartner) {
  for (const auto& [d, size, f] : {std::tuple{2, 8, 0.3}, {3, 16, 0.5}, {8, 32, 0.6}, {32, 8, 2.5}, {1, 2, 1.0}}) {
    const FiniteSet<double> pairs = random_set(d, size);
    for (const Eigen::Index i : {0, 1}) {
      const Vector<double> departure = frozen_departure(pairs, i, f, 512);
      EXPECT_GT(departure.norm(), 1e-3) << "nothing to compare";
      EXPECT_LT((frozen_end(pairs, i, f) - pairs.targets.col(i) - departure).norm(), 1e-7)
          << "d = " << d << ", source " << i;
    }
  }
}

TEST(ResampledEnd, IsThatOfTheReferencesFieldInTimeAndSpace) {
  for (const auto& [d, size, f] : {std::tuple{2, 8, 0.3}, {3, 16, 0.05}, {8, 32, 1.0}, {32, 8, 0.1}, {1, 2, 2.0}}) {
    const FiniteSet<double> pairs = random_set(d, size);
    const VelocityFunction<double> field = [&, f = f](const Vector<double>& x, const double& t) {
      return resampled_minimiser_velocity(pairs.targets, noise(f), x, t);
    };
    const Vector<double> source = pairs.sources.col(0);
    const Vector<double> end = integrate_flow<double>(field, source, 0.0, 1.0, 1e-11);
    EXPECT_LT((resampled_end(pairs.targets, source, f, 2048) - end).norm(), 1e-7) << "d = " << d;
  }
}

TEST(ResampledEnd, IsOffItsTargetByTheNoiseThatIsLeft) {
  // From where one target has all the weight, x - t x1 is proportional to sqrt((1-t)^2 + F): of sqrt(1+F) in the
  // beginning, f is left.
  for (const double f : {0.01, 0.1, 0.5}) {
    const FiniteSet<double> pairs = random_set(128, 16);
    const Vector<double> source = pairs.sources.col(0);
    const Vector<double> end = resampled_end(pairs.targets, source, f, 256);
    double nearest = 1e9;
    for (Eigen::Index j = 0; j < pairs.size(); ++j) {
      nearest = std::min(nearest, (end - pairs.targets.col(j)).norm());
    }
    EXPECT_NEAR(nearest, f / std::sqrt(1 + f * f) * std::sqrt(128.0), 0.15 * nearest) << f;
  }
}

// The answers do not rest on the number of steps that they were found with.
TEST(Trials, HaveTheAnswersOfMuchSmallerSteps) {
  int memorised = 0;
  int answers = 0;
  for (const auto& [d, size, f] : {std::tuple{2, 64, 0.05}, {2, 64, 0.02}, {8, 64, 0.5}, {32, 16, 1.5}, {2, 16, 0.2}}) {
    for (std::int64_t seed = 1; seed <= 12; ++seed) {
      const FiniteSet<double> pairs = random_set(d, size, seed);
      const double near = kMemorisedShare * root_mean_square_size(pairs.targets);
      const Trial trial = frozen_trial(pairs, 0, f, false);
      ASSERT_NE(trial.answer, Trial::Answer::undecided);
      const bool fine = frozen_departure(pairs, 0, f, 8 * trial.steps).norm() < near;
      EXPECT_EQ(trial.answer == Trial::Answer::memorised, fine) << "d = " << d << ", f = " << f << ", seed " << seed;
      EXPECT_LE(trial.difference, kFlowTolerance);
      memorised += fine ? 1 : 0;
      ++answers;
    }
  }
  EXPECT_GT(memorised, answers / 4);
  EXPECT_LT(memorised, 3 * answers / 4);
}

TEST(Trials, OfResampledSourcesHaveTheAnswersOfMuchSmallerSteps) {
  int memorised = 0;
  for (const auto& [d, size, f] : {std::tuple{2, 64, 0.05}, {8, 64, 0.2}, {32, 64, 0.5}, {128, 256, 0.4}}) {
    for (std::int64_t seed = 1; seed <= 6; ++seed) {
      const FiniteSet<double> pairs = random_set(d, size, seed);
      const Vector<double> source = pairs.sources.col(0);
      const Trial trial = resampled_trial(pairs.targets, source, f);
      ASSERT_NE(trial.answer, Trial::Answer::undecided);
      const Vector<double> end = resampled_end(pairs.targets, source, f, 16 * trial.steps);
      std::vector<double> distances;
      for (Eigen::Index j = 0; j < pairs.size(); ++j) {
        distances.push_back((end - pairs.targets.col(j)).norm());
      }
      std::sort(distances.begin(), distances.end());
      EXPECT_EQ(trial.answer == Trial::Answer::memorised, 3 * distances[0] < distances[1]) << "d = " << d;
      memorised += trial.answer == Trial::Answer::memorised ? 1 : 0;
    }
  }
  EXPECT_GT(memorised, 4);
  EXPECT_LT(memorised, 20);
}

// What the tube bound answers without integrating is what integrating answers.
TEST(Trials, ThatTheTubeBoundDecidesAreMemorisedIndeed) {
  int by_bound = 0;
  for (const auto& [d, size, f] : {std::tuple{2, 16, 0.05}, {8, 64, 0.15}, {32, 64, 0.4}, {128, 16, 1.0}}) {
    for (std::int64_t seed = 1; seed <= 8; ++seed) {
      const FiniteSet<double> pairs = random_set(d, size, seed);
      if (frozen_trial(pairs, 0, f).by_bound) {
        ++by_bound;
        const Trial integrated = frozen_trial(pairs, 0, f, false);
        EXPECT_FALSE(integrated.by_bound);
        EXPECT_EQ(integrated.answer, Trial::Answer::memorised) << "d = " << d << ", seed " << seed;
      }
    }
  }
  EXPECT_GE(by_bound, 12);
}

TEST(Trials, OnTheSameTargetsFrozenMemorisesAndResampledDoesNot) {
  const FiniteSet<double> pairs = random_set(32, 16);
  EXPECT_EQ(frozen_trial(pairs, 0, 1.0).answer, Trial::Answer::memorised);
  EXPECT_EQ(resampled_trial(pairs.targets, pairs.sources.col(0), 1.0).answer, Trial::Answer::forgotten);
  EXPECT_EQ(resampled_trial(pairs.targets, pairs.sources.col(0), 0.1).answer, Trial::Answer::memorised);
}

}  // namespace
}  // namespace straightedge::proofs
