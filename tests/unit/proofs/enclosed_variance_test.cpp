// Variances of cases in Arb balls against those in 100 digits; and that the search believes no failure that an
// enclosure does not see.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <campaign_evaluate.hpp>
#include <enclosed_variance.hpp>
#include <generators.hpp>
#include <search.hpp>
#include <straightedge/gradient_variance.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

void expect_holds(const enclosure::Bounds& bounds, const Real100& value) {
  const Real100 rounding = Real100("1e-80") * (Real100(1) + abs(value));
  EXPECT_LE(from_rational<Real100>(bounds.lower), value + rounding);
  EXPECT_GE(from_rational<Real100>(bounds.upper), value - rounding);
  EXPECT_LT(from_rational<Real100>(bounds.upper - bounds.lower), Real100("1e-30") * (Real100(1) + abs(value)));
}

TEST(EnclosedVariance, HoldsTheVarianceOfDrawnCasesInEveryFieldAndCoupling) {
  const auto generator =
      gaussian_case({.largest_d = 5, .rotation = true, .positive_sigma = true, .largest_condition = 1e4});
  int enclosed = 0;
  for (int index = 0; index < 40; ++index) {
    const Case value = generator(rc::Random(static_cast<std::uint64_t>(index)), rc::kNominalSize).value();
    if (pole_distance_of(value) < 1e-3 || has_singular_time(value)) {
      continue;
    }
    const auto rotated = rotated_of<Real100>(value);
    const auto optimal = optimal_of<Real100>(value);
    const auto independent = independent_coupling<Real100>(target_of<Real100>(value));
    const auto pair_of_rotated = pair_field<Real100>(rotated);
    const auto pair_of_optimal = pair_field<Real100>(optimal);
    const auto expect = [&](CouplingKind coupling, enclosure::FieldKind field, const VarianceInNoise<Real100>& exact) {
      const auto found = enclosed_variance(value, coupling, field);
      ASSERT_TRUE(found) << index;
      ++enclosed;
      expect_holds(found->constant, exact.constant);
      expect_holds(found->linear, exact.linear);
      expect_holds(found->quadratic, exact.quadratic);
    };
    using enclosure::FieldKind;
    expect(CouplingKind::rotated, FieldKind::pair, variance_in_constant_noise<Real100>(rotated, pair_of_rotated));
    expect(CouplingKind::rotated, FieldKind::optimal_transport,
           variance_in_constant_noise<Real100>(rotated, pair_of_optimal));
    expect(CouplingKind::optimal, FieldKind::pair, variance_in_constant_noise<Real100>(optimal, pair_of_optimal));
    expect(CouplingKind::independent, FieldKind::optimal_transport,
           variance_in_constant_noise<Real100>(independent, pair_of_optimal));
  }
  EXPECT_GT(enclosed, 60);
}

TEST(EnclosedVariance, IsNotOfferedWhereTheFieldIsSingularOrReflected) {
  const Case singular{{"d", {2}}, {"root", {0, 0}}, {"angles", {180 * 16}}};
  EXPECT_FALSE(enclosed_variance(singular, CouplingKind::rotated, enclosure::FieldKind::pair));
  const Case reflected{{"d", {2}}, {"root", {0, 0}}, {"angles", {16}}, {"reflect", {1}}};
  EXPECT_FALSE(enclosed_variance(reflected, CouplingKind::rotated, enclosure::FieldKind::pair));
}

TEST(EnclosedMargin, HoldsTheMarginOfTheClaimsThatHaveOne) {
  for (const char* id : {"figure-4/own", "figure-5", "figure-4/rotated"}) {
    const bool general = std::string(id) == "figure-4/rotated";
    const Claim& claim = general ? *find_claim(id)->general() : *find_claim(id);
    int enclosed = 0;
    for (std::int64_t index = 0; index < 30; ++index) {
      const Case value = draw_case(claim, claim.generator(), 5, index).value;
      const Outcome exact = judge_in_tier(claim, value, Tier::digits100, Variant::claim);
      const auto bounds = claim.enclose_margin(value);
      if (!bounds) {
        continue;
      }
      ++enclosed;
      EXPECT_LE(bounds->lower, exact.margin + exact.uncertainty) << id << ' ' << index;
      EXPECT_GE(bounds->upper, exact.margin - exact.uncertainty) << id << ' ' << index;
    }
    EXPECT_GT(enclosed, 8) << id;
  }
}

TEST(ExcessBounds, AreOutwardAndKnowNothingOfWhatMayBeZero) {
  const MarginBounds exact = excess_bounds({Rational(2), Rational(2)}, {Rational(1), Rational(1)});
  EXPECT_LT(exact.lower, 1.0 / 3);
  EXPECT_GT(exact.upper, 1.0 / 3);
  EXPECT_LT(exact.upper - exact.lower, 1e-15);
  const MarginBounds wide = excess_bounds({Rational(1), Rational(3)}, {Rational(1), Rational(2)});
  EXPECT_LE(wide.lower, -1.0 / 3);
  EXPECT_GE(wide.upper, 0.5);
  EXPECT_EQ(excess_bounds({Rational(0), Rational(3)}, {Rational(1), Rational(2)}).lower, -1);
}

/// The search's counterexample, if the enclosure of every margin is this.
std::optional<SearchFinding> failing_with(MarginBounds bounds) {
  Toy toy = false_toy();
  toy.enclosure = bounds;
  return search_from(ToyClaim(toy), 11, 0, 4, 400, Tier::digits50).failing;
}

TEST(Search, RefutesByWhatAnEnclosureConfirmsOnly) {
  const auto confirmed = failing_with({-2, -1});
  ASSERT_TRUE(confirmed);
  ASSERT_TRUE(confirmed->enclosure);
  EXPECT_EQ(confirmed->enclosure->upper, -1);
  EXPECT_EQ(nlohmann::json(*confirmed).get<SearchFinding>().enclosure->lower, -2);
  EXPECT_FALSE(failing_with({-1, 1}));
  EXPECT_FALSE(failing_with({1, 2}));
}

}  // namespace
}  // namespace straightedge::proofs
