// Lemmas 1 and 2: what their judges rest on, and that they fail where they should.
#include <claim.hpp>
#include <generators.hpp>
#include <straight_lines.hpp>
#include <straightedge/flow.hpp>

#include <gtest/gtest.h>
#include <rapidcheck/Random.h>
#include <cmath>
#include <limits>

namespace straightedge::proofs {
namespace {

Case rotated_plane(std::int64_t sixteenths) {
  return {{"d", {2}},      {"root", {8, -5}}, {"mean", {11, -5}}, {"angles", {sixteenths}}, {"source", {16, -32}},
          {"time", {1365}}};
}

const Claim& claim(const std::string& id) {
  const Claim* found = find_claim(id);
  if (found == nullptr) {
    throw std::runtime_error("no claim " + id);
  }
  return *found;
}

template <class T>
RoundedEquality on_line(const Case& value, const PairField<T>& field, const T& t) {
  return straight_line<T>(rotated_of<T>(value), field, source_of<T>(value), t);
}

TEST(StraightLine, PairFieldMovesASourcePointToItsPartner) {
  const auto value = rotated_plane(120 * 16);
  for (const double t : {0.0, 0.25, 0.5, 0.9, 1.0}) {
    const auto equality = on_line(value, pair_field(rotated_of<double>(value)), t);
    EXPECT_TRUE(equality.tells());
    EXPECT_GT(equality.margin(), 0) << "t = " << t;
  }
}

TEST(StraightLine, NeitherTheTransposedNorTheOptimalFieldFollowsTheRotatedCoupling) {
  const auto value = rotated_plane(120 * 16);
  auto transposed = pair_field(rotated_of<double>(value));
  transposed.matrix.transposeInPlace();
  EXPECT_LT(on_line(value, transposed, 0.5).margin(), -1e9);
  EXPECT_LT(on_line(value, pair_field(optimal_of<double>(value)), 0.5).margin(), -1e9);
}

TEST(StraightLine, BoundCoversTheRoundingOfEveryDrawnCase) {
  const auto generator = with_source(gaussian_case({.rotation = true, .time = true}));
  int told = 0;
  for (std::uint64_t key = 0; key < 400; ++key) {
    const Case value = generator(rc::Random(key), 100).value();
    if (has_singular_time(value)) {
      continue;
    }
    const auto equality = on_line(value, pair_field(rotated_of<double>(value)), time_of<double>(value));
    EXPECT_LE(equality.error, equality.bound) << "key " << key;
    told += equality.tells() ? 1 : 0;
  }
  EXPECT_GT(told, 150);
}

TEST(StraightLine, OdeintArrivesAtThePartner) {
  const auto value = rotated_plane(120 * 16);
  const auto coupling = rotated_of<double>(value);
  const auto field = pair_field(coupling);
  const VelocityFunction<double> v = [&](const Vector<double>& z, const double& t) { return velocity(field, z, t); };
  const Vector<double> source = source_of<double>(value);
  const Vector<double> end = integrate_flow<double>(v, source, 0.0, 1.0, 1e-11);
  const Vector<double> partner = coupling.target.mean + applied<double>(coupling.cross, source);
  EXPECT_LT(norm(Vector<double>(end - partner)), 1e-8);
  EXPECT_GT(norm(Vector<double>(end - source)), 1);
}

TEST(LargestCondition, OfTheIsotropicRotationIsAtTheMiddle) {
  // G at t = 1/2 is cos(phi/2) times a rotation: |G^{-1}|_F (|I| + |A|)/2 = (sqrt 2 / c) sqrt 2 = 2 / c.
  const Case value{{"d", {2}}, {"root", {0, 0}}, {"angles", {150 * 16}}};
  EXPECT_NEAR(largest_condition_on_lines(rotated_of<double>(value).cross), 2 / std::cos(std::acos(-1.0) * 75 / 180),
              1e-11);
  const Case half_turn{{"d", {2}}, {"root", {0, 0}}, {"angles", {180 * 16}}};
  EXPECT_EQ(largest_condition_on_lines(rotated_of<double>(half_turn).cross), std::numeric_limits<double>::infinity());
}

TEST(Lemma1, IsUndecidedInDoubleAndHoldsAtFiftyDigitsNextToASingularTime) {
  const Case value = Case(rotated_plane(143 * 16 + 2)).set("root", {0, 16});
  ASSERT_TRUE(claim("lemma-1").admits(value));
  const auto working = claim("lemma-1").judge(value, Tier::working, Variant::claim);
  EXPECT_LE(std::abs(working.margin), working.uncertainty);
  const auto precise = claim("lemma-1").judge(value, Tier::digits50, Variant::claim);
  EXPECT_GT(precise.margin, precise.uncertainty);
}

TEST(Lemma1, DoesNotAdmitARealEigenvalueThatIsNotPositive) {
  EXPECT_FALSE(claim("lemma-1").admits(Case(rotated_plane(143 * 16 + 3)).set("root", {0, 16})));
  EXPECT_FALSE(claim("lemma-1").admits(Case(rotated_plane(0)).set("reflect", 1)));
}

TEST(Lemma1, MutantDiffersByOnePartInABillion) {
  const auto value = rotated_plane(120 * 16);
  EXPECT_GT(claim("lemma-1").judge(value, Tier::digits50, Variant::claim).margin, 0.5);
  EXPECT_LT(claim("lemma-1").judge(value, Tier::digits50, Variant::mutant).margin, -1e30);
}

TEST(Lemma2, FlowOfTheMinimiserGivesTheCouplingBack) {
  // Neither the judge nor this test tells the flow that the coupling is deterministic.
  auto coupling = rotated_of<Real50>(rotated_plane(120 * 16));
  coupling.kind = CouplingKind::gaussian;
  const auto map = minimiser_flow<Real50>(coupling, {}).map;
  EXPECT_LT(norm(Matrix<Real50>(map - coupling.cross)), 1e-44);
  EXPECT_GT(norm(Matrix<Real50>(map - optimal_of<Real50>(rotated_plane(0)).cross)), 1);
}

TEST(Lemma2, HoldsOnThePlaneAndItsMutantDoesNot) {
  const auto value = rotated_plane(120 * 16);
  EXPECT_GT(claim("lemma-2").judge(value, Tier::digits50, Variant::claim).margin, 0.1);
  EXPECT_LT(claim("lemma-2").judge(value, Tier::digits50, Variant::mutant).margin, -1e30);
}

TEST(Lemma2, MarginIsAtMostTheConstantOfInjectivity) {
  const auto value = Case(rotated_plane(150 * 16)).set("root", {0, 0});
  EXPECT_NEAR(claim("lemma-2").judge(value, Tier::digits50, Variant::claim).margin,
              std::cos(std::acos(-1.0) * 75 / 180), 1e-12);
}

TEST(Lemma2, HalfTurnHasASecondSolutionAndAnyOtherAngleHasNot) {
  Case glued = Case(rotated_plane(180 * 16)).set("root", {0, 0}).set("other", {40, 8}).set("glued", 1);
  EXPECT_GT(claim("lemma-2").judge(glued, Tier::digits50, Variant::claim).margin, 0.1);
  glued.set("angles", 180 * 16 - 1);
  EXPECT_LT(claim("lemma-2").judge(glued, Tier::digits50, Variant::claim).margin, 0);
}

}  // namespace
}  // namespace straightedge::proofs
