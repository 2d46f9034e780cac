#include <quantities_decimal.hpp>

#include <gtest/gtest.h>

#include <problem_numbers.hpp>
#include <straightedge/error.hpp>
#include <sweep.hpp>

namespace straightedge::cli {
namespace {

TierValue<Real50> low(const char* value) {
  return {{}, {Real50(value)}, ""};
}
TierValue<Real100> high(const char* value) {
  return {{}, {Real100(value)}, ""};
}

TEST(RadiusText, RoundsUp) {
  EXPECT_EQ(radius_text(Real150("1.2300000000000000001e-48")), "1.24e-48");
  EXPECT_EQ(radius_text(Real150("9.991e-3")), "1.00e-02");
  EXPECT_EQ(radius_text(Real150(0)), "0");
}

TEST(EstimatedResult, RadiusIsTenTimesTheDisagreementAndCoversTheRounding) {
  const Result result = estimated_result<Real50, Real100>(low("1"), high("1.0000000000001"), 50);
  EXPECT_EQ(result.entries.front(), "1.0000000000001");
  EXPECT_GE(Real150(result.radius), Real150("1e-12"));
  EXPECT_LE(Real150(result.radius), Real150("1.01e-12"));
}

TEST(EstimatedResult, RoundingOfTheDecimalIsInsideTheRadius) {
  const Real100 third = Real100(1) / 3;
  const TierValue<Real50> coarse{{}, {Real50(third)}, ""};
  const TierValue<Real100> fine{{}, {third}, ""};
  const Result result = estimated_result<Real50, Real100>(coarse, fine, 50);
  EXPECT_LE(abs(Real100(result.entries.front()) - third), Real100(result.radius));
}

TEST(EstimatedResult, TiersThatDisagreeOnExistenceAreUndecided) {
  const TierValue<Real100> none{{}, {}, "infinite"};
  EXPECT_NE((estimated_result<Real50, Real100>(low("1"), none, 50).reason.find("undecided")), std::string::npos);
  const TierValue<Real50> none_low{{}, {}, "infinite"};
  EXPECT_EQ((estimated_result<Real50, Real100>(none_low, none, 50).reason), "infinite");
}

TEST(EstimatedResult, AnEmptyListHasTheResolutionAtWhichNothingWasFound) {
  const Shape list{Shape::Kind::list, 1, 0};
  const TierValue<Real50> coarse{list, {}, ""};
  const TierValue<Real100> fine{list, {}, ""};
  const Result result = estimated_result<Real50, Real100>(coarse, fine, 50);
  EXPECT_TRUE(result.exists());
  EXPECT_EQ(result.radius, radius_text(Real150(unit_roundoff<Real50>())));
}

TEST(ExactResult, HasRadiusZeroWhereTheDecimalEnds) {
  EXPECT_EQ(exact_result(parse_rational("-5/8"), 50).entries.front(), "-0.625");
  EXPECT_EQ(exact_result(parse_rational("-5/8"), 50).radius, "0");
  const Result third = exact_result(parse_rational("1/3"), 50);
  EXPECT_EQ(third.radius, "3.34e-51");
  EXPECT_EQ(third.kind, ResultKind::exact);
}

TEST(SupportedDigits, StopAtTheRadiusAndWidenIt) {
  const ShortDecimal decimal = supported_digits("1.23456789012345678901234567890", "2.00e-10");
  EXPECT_EQ(decimal.value, "1.2345678901");
  EXPECT_GE(Real150(decimal.radius), Real150("2.0e-10") + abs(Real150("1.2345678901") - Real150("1.2345678901234568")));
}

TEST(Numbers, ExactTextReadsBackAsTheSameRational) {
  for (const char* text : {"0.05", "-12.5", "1/3", "-7", "0", "1/1024", "100"}) {
    EXPECT_EQ(parse_rational(exact_text(parse_rational(text))), parse_rational(text)) << text;
  }
  EXPECT_EQ(exact_text(parse_rational("1/20")), "0.05");
  EXPECT_EQ(exact_text(parse_rational("-2/6")), "-1/3");
}

TEST(Sweep, LinearPointsAreExactAndInclusive) {
  const SweepAxis axis = parse_sweep("noise.sigma=0:1:4");
  ASSERT_EQ(axis.values.size(), 4U);
  EXPECT_EQ(axis.values[1], parse_rational("1/3"));
  EXPECT_EQ(axis.values[3], Rational(1));
}

TEST(Sweep, GeometricPointsHaveAConstantRatioAndTheGivenEnds) {
  const SweepAxis axis = parse_sweep("noise.sigma=log:1e-3:2:6");
  ASSERT_EQ(axis.values.size(), 6U);
  EXPECT_EQ(axis.values.front(), parse_rational("1/1000"));
  EXPECT_EQ(axis.values.back(), Rational(2));
  const auto ratio = [&](std::size_t i) { return static_cast<double>(axis.values[i + 1] / axis.values[i]); };
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_NEAR(ratio(i) / ratio(0), 1, 1e-14);
  }
}

TEST(Sweep, AGridHasEveryCombinationWithTheLastAxisFastest) {
  const auto points = sweep_points({parse_sweep("a=0:1:2"), parse_sweep("b=0:2:3")});
  ASSERT_EQ(points.size(), 6U);
  EXPECT_EQ(points[1][0].value, Rational(0));
  EXPECT_EQ(points[1][1].value, Rational(1));
  EXPECT_EQ(points[5][0].value, Rational(1));
}

}  // namespace
}  // namespace straightedge::cli
