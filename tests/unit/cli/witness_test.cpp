#include <witness.hpp>

#include <gtest/gtest.h>

#include <problem_source.hpp>

namespace straightedge::cli {
namespace {

using enclosure::Ball;
using enclosure::Outcome;
using enclosure::Status;

Result value(const std::vector<std::string>& entries, const std::string& radius) {
  Result result;
  result.entries = entries;
  result.radius = radius;
  return result;
}

Result missing(const std::string& reason) {
  Result result;
  result.reason = reason;
  return result;
}

Outcome balls(const std::vector<Ball>& entries) {
  Outcome outcome;
  outcome.status = Status::enclosed;
  outcome.columns = static_cast<Eigen::Index>(entries.size());
  outcome.entries = entries;
  return outcome;
}

Outcome without(Status status) {
  Outcome outcome;
  outcome.status = status;
  outcome.reason = "shown";
  return outcome;
}

TEST(Agreement, IsThatTheEnclosuresMeetExactly) {
  const Outcome ball = balls({{Rational(1), Rational(1, 10)}});
  EXPECT_EQ(agreement_of(value({"1.2"}, "1.00e-1"), ball), Agreement::overlaps);
  EXPECT_EQ(agreement_of(value({"1.2"}, "9.99e-2"), ball), Agreement::contradicts);
  EXPECT_EQ(agreement_of(value({"0.8"}, "9.99e-2"), ball), Agreement::contradicts);
  EXPECT_EQ(agreement_of(value({"1.1"}, "0"), ball), Agreement::overlaps);
  EXPECT_EQ(agreement_of(value({"1.1000000000000000000000000000000000000000000000000001"}, "0"), ball),
            Agreement::contradicts);
}

TEST(Agreement, IsOfEveryEntryAndOfTheirNumber) {
  const Outcome pair = balls({{Rational(1), Rational(0)}, {Rational(2), Rational(0)}});
  EXPECT_EQ(agreement_of(value({"1", "2"}, "0"), pair), Agreement::overlaps);
  EXPECT_EQ(agreement_of(value({"1", "3"}, "5.00e-1"), pair), Agreement::contradicts);
  EXPECT_EQ(agreement_of(value({"1"}, "0"), pair), Agreement::contradicts);
  EXPECT_EQ(agreement_of(value({}, "0"), balls({})), Agreement::overlaps);
}

TEST(Agreement, OfAValueWithAShownAbsenceIsAContradictionEitherWay) {
  const Outcome ball = balls({{Rational(1), Rational(0)}});
  EXPECT_EQ(agreement_of(value({"1"}, "0"), without(Status::diverges)), Agreement::contradicts);
  EXPECT_EQ(agreement_of(value({"1"}, "0"), without(Status::does_not_exist)), Agreement::contradicts);
  EXPECT_EQ(agreement_of(missing("infinite"), ball), Agreement::contradicts);
  EXPECT_EQ(agreement_of(missing("infinite"), without(Status::diverges)), Agreement::overlaps);
}

TEST(Agreement, IsUndecidedWhereEitherCannotTell) {
  const Outcome ball = balls({{Rational(1), Rational(0)}});
  EXPECT_EQ(agreement_of(value({"1"}, "0"), without(Status::inconclusive)), Agreement::undecided);
  EXPECT_EQ(agreement_of(missing("undecided: the two tiers of arithmetic disagree on whether it exists"), ball),
            Agreement::undecided);
}

TEST(Verdict, IsADepartureBeforeItIsInconclusive) {
  Testimonies testimonies;
  testimonies[Quantity::loss].agreement = Agreement::overlaps;
  EXPECT_EQ(verdict_of(testimonies), kAsExpected);
  testimonies[Quantity::angle].agreement = Agreement::undecided;
  EXPECT_EQ(verdict_of(testimonies), kInconclusive);
  testimonies[Quantity::straightness].agreement = Agreement::contradicts;
  EXPECT_EQ(verdict_of(testimonies), kDeparture);
}

TEST(Witness, ContradictsAResultThatIsSlightlyWrong) {
  const Problem problem = ProblemSource(R"(
[target]
covariance = [["2", "0.5"], ["0.5", "1"]]
[coupling]
kind = "independent"
[field]
kind = "optimal-transport"
)",
                                        "test", ".")
                              .read()
                              .problem;
  const Request request;
  Evaluator evaluator(request);
  Results results = evaluator.evaluate(problem);
  EXPECT_EQ(verdict_of(ask_witness(problem, request, results)), kAsExpected);
  Result& variance = results.at(Quantity::gradient_variance);
  variance.entries.front()[40] = variance.entries.front()[40] == '0' ? '1' : '0';
  const Testimonies testimonies = ask_witness(problem, request, results);
  EXPECT_EQ(testimonies.at(Quantity::gradient_variance).agreement, Agreement::contradicts);
  EXPECT_EQ(testimonies.at(Quantity::loss).agreement, Agreement::overlaps);
  EXPECT_EQ(verdict_of(testimonies), kDeparture);
}

TEST(ShownBalls, IncludeTheRoundingOfTheirDecimals) {
  const Ball ball{Rational(1, 3), Rational(1) / Rational(pow(Integer(10), 70U))};
  const Result shown = as_result(balls({ball}), {}, 20);
  const Rational printed = parse_rational(shown.entries.front());
  const Rational radius = parse_rational(shown.radius);
  EXPECT_LE(printed - radius, ball.lower());
  EXPECT_GE(printed + radius, ball.upper());
  EXPECT_LE(radius, Rational(1) / Rational(pow(Integer(10), 19U)));
}

}  // namespace
}  // namespace straightedge::cli
