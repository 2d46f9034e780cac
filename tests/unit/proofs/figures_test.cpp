// Figures 4 and 5: sampled variances against the exact ones, and that the judges fail where they should.
#include <claim.hpp>
#include <generators.hpp>
#include <sampled_variance.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/reflow.hpp>

#include <gtest/gtest.h>
#include <campaign_evaluate.hpp>

#include <cmath>

namespace straightedge::proofs {
namespace {

constexpr double kConfidence = 0.9999;

Case plane(Case::List root, std::int64_t degrees) {
  return {{"d", {2}}, {"root", std::move(root)}, {"angles", {degrees * 16}}};
}

TEST(SampledVariance, AgreesWithTheExactOneAtDeclaredConfidence) {
  const Case value = plane({4, -3}, 75);
  const auto rotated = rotated_of<double>(value);
  constexpr double kSigma = 0.3;
  const NoiseSchedule<double> noise{NoiseKind::constant, kSigma, RegressionTarget::displacement};
  std::uint64_t stream = 0;
  for (const auto& field : {pair_field(rotated), pair_field(optimal_of<double>(value))}) {
    const auto estimates =
        sampled_variances(rotated, field, kSigma, {.replicates = 60, .samples = 500, .seed = 7}, stream++);
    const auto interval = student_interval(estimates, kConfidence);
    const double exact = gradient_variance(rotated, noise, field);
    EXPECT_LE(interval.lower, exact);
    EXPECT_GE(interval.upper, exact);
    EXPECT_LT(interval.upper - interval.lower, 0.2 * exact);
  }
}

TEST(SampledVariance, TellsTheFieldsApartAndAFieldFromItselfNot) {
  const Case value = plane({4, -3}, 120);
  const auto rotated = rotated_of<double>(value);
  const auto optimal = optimal_of<double>(value);
  const SamplingPlan plan{.replicates = 20, .samples = 300, .seed = 3};
  const auto different =
      compare_sampled_variances(optimal, pair_field(optimal), rotated, pair_field(rotated), 0.3, plan);
  EXPECT_LT(different.p_less, 1e-6);
  const auto same = compare_sampled_variances(optimal, pair_field(optimal), optimal, pair_field(optimal), 0.3, plan);
  EXPECT_GT(same.p_two_sided, 0.001);
}

TEST(SampledVariance, FollowsFromItsSeed) {
  const auto optimal = optimal_of<double>(plane({4, -3}, 0));
  const auto draw = [&](std::uint64_t seed) {
    return sampled_variances(optimal, pair_field(optimal), 0.3, {.replicates = 3, .samples = 50, .seed = seed}, 0);
  };
  EXPECT_EQ(draw(1), draw(1));
  EXPECT_NE(draw(1), draw(2));
}

TEST(Figure4Own, HoldsForEveryAngleButNotForNone) {
  const Claim& claim = *find_claim("figure-4/own");
  for (const std::int64_t degrees : {1, 45, 120, 170}) {
    const auto judgement = claim.judge(plane({8, -5}, degrees).set("sigma", 26), Tier::digits50, Variant::claim);
    EXPECT_GT(judgement.margin, judgement.uncertainty) << degrees;
  }
  EXPECT_FALSE(claim.admits(plane({8, -5}, 0).set("sigma", 26)));
  EXPECT_LE(claim.judge(plane({8, -5}, 0).set("sigma", 26), Tier::digits50, Variant::claim).margin, 0);
}

TEST(Figure4Rotated, GeneralStatementChangesSignAtTheBoundary) {
  const Claim& general = *find_claim("figure-4/rotated")->general();
  const auto margin = [&](std::int64_t sigma) {
    return general.judge(plane({8, -5}, 120).set("sigma", sigma), Tier::digits50, Variant::claim).margin;
  };
  // sqrt(F*) = 0.2814 for M^{1/2} = diag(2, 11/16), 120 degrees: between 72/256 and 73/256.
  const auto coupling = rotated_of<double>(plane({8, -5}, 120));
  const double boundary = 256 * std::sqrt(variance_crossover<double>(coupling));
  const auto below = static_cast<std::int64_t>(std::floor(boundary));
  EXPECT_LT(margin(1), 0);
  EXPECT_LT(margin(below), 0);
  EXPECT_GT(margin(below + 1), 0);
  EXPECT_GT(margin(2560), 0);
}

TEST(GeneralStatements, AreRefutedByTheirFirstPlantedCase) {
  int statements = 0;
  for (const Claim* claim : registry()) {
    if (const Claim* general = claim->general()) {
      ++statements;
      const Case planted = general->planted().front();
      EXPECT_TRUE(general->admits(planted));
      EXPECT_EQ(judge_in_tier(*general, planted, Tier::digits50, Variant::claim).decision, Decision::fails)
          << claim->info().id;
      EXPECT_EQ(find_claim(general->info().id), nullptr);
    }
  }
  EXPECT_EQ(statements, 2);
}

TEST(Figure5, OnePlaneFiguresAreExact) {
  const Claim& claim = *find_claim("figure-5");
  const Case value{{"d", {4}}, {"root", {0, 0, 0, 0}}, {"angles", {120 * 16, 0}}, {"thirds", {342, 384}}};
  EXPECT_GT(claim.judge(value, Tier::digits50, Variant::claim).margin, 0);
  EXPECT_LT(claim.judge(Case(value).set("thirds", {343, 384}), Tier::digits50, Variant::claim).margin, 0);
}

TEST(Figure5, OrderAtEveryNoiseTurnsAtRightAnglesForIsotropicTargets) {
  // The coefficients of F are 16 d^2 sin^2(phi/2) under the rotation and 8 d^2 under independent pairing: equal at 90
  // degrees, where the constant terms (tie at 78.463 degrees) have the claim's order already.
  const Claim& claim = *find_claim("figure-5");
  const auto margin = [&](std::int64_t sixteenths) {
    const Case value{{"d", {2}}, {"root", {0, 0}}, {"angles", {sixteenths}}, {"sigma", {0}}};
    return claim.judge(value, Tier::digits50, Variant::claim).margin;
  };
  EXPECT_LT(margin(90 * 16 - 1), 0);
  EXPECT_GT(margin(90 * 16 + 1), 0);
}

}  // namespace
}  // namespace straightedge::proofs
