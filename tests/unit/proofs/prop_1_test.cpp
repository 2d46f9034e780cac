// Proposition 1: zero residual at singular couplings too, the mismatch table, and segments that intersect.
#include <claim.hpp>
#include <generators.hpp>
#include <segments.hpp>
#include <variance_table.hpp>

#include <gtest/gtest.h>
#include <cmath>
#include <numbers>

namespace straightedge::proofs {
namespace {

Judgement judged(const Case& value, Tier tier = Tier::digits50, Variant variant = Variant::claim) {
  return find_claim("prop-1")->judge(value, tier, variant);
}

Coupling<double> plane(Case::List root, double degrees) {
  return rotated_of<double>(
      {{"d", {2}}, {"root", std::move(root)}, {"angles", {static_cast<std::int64_t>(degrees * 16)}}});
}

TEST(Proposition1, HoldsWhereAllLinesMeetAtAnotherTime) {
  Case half_turn{{"d", {2}}, {"root", {0, 0}}, {"angles", {180 * 16}}, {"time", {1000}}};
  EXPECT_GT(judged(half_turn).margin, 0);
  // At t = 1/2 itself the residual is not defined; the other two times are judged.
  half_turn.set("time", 2048);
  EXPECT_GT(judged(half_turn).margin, 0);
}

TEST(Proposition1, MutantHasAResidual) {
  const Case value{{"d", {3}}, {"root", {-20, 0, 20}}, {"angles", {70 * 16}}, {"time", {1000}}};
  EXPECT_GT(judged(value).margin, 0.5);
  EXPECT_LT(judged(value, Tier::digits50, Variant::mutant).margin, -1e30);
}

TEST(MismatchTable, EveryEntryComesOutToEveryDigit) {
  EXPECT_EQ(variance_table().size(), 12U);
  for (const Case& entry : variance_table()) {
    const auto judgement = judge_table_entry<Real50>(entry);
    EXPECT_GT(judgement.margin, judgement.uncertainty) << judgement.detail;
  }
}

TEST(MismatchTable, AnotherLastDigitIsRefuted) {
  for (const std::int64_t off : {-1, 1}) {
    const auto entry = table_entry(TableField::optimal, TableCoupling::rotated, 0, 688309722151 + off, 10);
    const auto judgement = judge_table_entry<Real50>(entry);
    EXPECT_LT(judgement.margin, -judgement.uncertainty);
  }
}

TEST(CrossingSegments, ProbabilityAtRightAnglesIsElementary) {
  EXPECT_NEAR(isotropic_crossing_probability(std::numbers::pi / 2), 0.5 - 2 / (3 * std::sqrt(3)), 1e-15);
}

TEST(CrossingSegments, ProbabilityRunsFromZeroToOne) {
  EXPECT_NEAR(isotropic_crossing_probability(0), 0, 1e-15);
  EXPECT_NEAR(isotropic_crossing_probability(std::numbers::pi), 1, 1e-15);
  double previous = 0;
  for (int degrees = 1; degrees <= 180; ++degrees) {
    const double probability = isotropic_crossing_probability(degrees * std::numbers::pi / 180);
    EXPECT_GT(probability, previous);
    previous = probability;
  }
}

TEST(CrossingSegments, ProbabilityIsTheIntegralOverArguments) {
  // (1/pi) int_0^phi (r^2 - 1)/(r^2 + 1) dtheta, r = cos(phi/2 - theta)/cos(phi/2), by the midpoint rule.
  for (const double phi : {0.2, 1.0, 2.0, 3.0}) {
    constexpr int kNodes = 20'000;
    double sum = 0;
    for (int i = 0; i < kNodes; ++i) {
      const double r = std::cos(phi / 2 - phi * (i + 0.5) / kNodes) / std::cos(phi / 2);
      sum += (r * r - 1) / (r * r + 1);
    }
    EXPECT_NEAR(isotropic_crossing_probability(phi), phi * sum / kNodes / std::numbers::pi, 1e-8);
  }
}

TEST(CrossingSegments, RotatedLinesOfAHalfTurnAlwaysIntersect) {
  EXPECT_EQ(count_crossing_segments(plane({0, 0}, 180), 1000, 1), 1000U);
}

TEST(CrossingSegments, OptimalTransportCrossesUnlessItsLinesAreParallelOrRadial) {
  EXPECT_GT(count_crossing_segments(plane({-8, 16}, 0), 20'000, 2), 100U);
  EXPECT_EQ(count_crossing_segments(plane({0, 16}, 0), 20'000, 2), 0U);
  EXPECT_EQ(count_crossing_segments(plane({16, 16}, 0), 20'000, 2), 0U);
  auto shifted = plane({16, 16}, 0);
  shifted.target.mean << 0.7, -0.3;
  EXPECT_EQ(count_crossing_segments(shifted, 20'000, 2), 0U);
}

TEST(CrossingSegments, WitnessFailsForAnotherAngleThanItsOwn) {
  // 20,000 pairs tell 120 degrees (0.2914) from 115 degrees (0.2557) at 99.9999 %.
  const auto crossings = static_cast<double>(count_crossing_segments(plane({0, 0}, 120), 20'000, 3));
  EXPECT_NEAR(crossings / 20'000, isotropic_crossing_probability(2 * std::numbers::pi / 3), 0.016);
  EXPECT_GT(std::abs(crossings / 20'000 - isotropic_crossing_probability(115 * std::numbers::pi / 180)), 0.016);
}

}  // namespace
}  // namespace straightedge::proofs
