#include <gtest/gtest.h>

#include <verdict.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

Ruling ruling_of(const Toy& toy) {
  const ToyClaim claim(toy);
  return rule(run_alone(claim, 100).records.front());
}

/// A claim that is expected to refute a general statement, whose counterexample has the given margin there.
Toy boundary(double general_margin) {
  Toy toy = true_toy();
  toy.expected = Verdict::refuted;
  toy.when_cases_hold = Verdict::refuted;
  Toy general = true_toy("toy/general");
  general.judge = [general_margin](const Case&, Tier, Variant) -> Judgement {
    return {.margin = general_margin, .uncertainty = 1e-9, .detail = "general"};
  };
  toy.general = std::make_shared<ToyClaim>(general);
  return toy;
}

TEST(Verdict, OfATrueClaimIsSupported) {
  const Ruling ruling = ruling_of(true_toy());
  EXPECT_EQ(ruling.verdict, Verdict::supported);
  EXPECT_EQ(exit_code_of({ruling}), 0);
}

TEST(Verdict, OfAFalseClaimIsRefutedAndADeparture) {
  const Ruling ruling = ruling_of(false_toy());
  EXPECT_EQ(ruling.verdict, Verdict::refuted);
  EXPECT_EQ(exit_code_of({ruling}), 1);
}

TEST(Verdict, AFailingPlantedCaseRefutesToo) {
  Toy toy = true_toy();
  toy.judge = [](const Case& value, Tier, Variant variant) {
    return unless_mutant(variant, value.list("n") == Case::List{1, 2, 3} ? -1.0 : 1.0);
  };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim, 100).records.front();
  EXPECT_EQ(rule(record).verdict, Verdict::refuted);
  ASSERT_EQ(record.counterexamples.size(), 1U);
  EXPECT_EQ(record.counterexamples.front().source, Source::planted);
  EXPECT_EQ(record.counterexamples.front().index, 1);
}

TEST(Verdict, OfASearchThatNeitherHoldsNorIsConfirmedIsInconclusive) {
  const ToyClaim claim(true_toy());
  ClaimRecord record = run_alone(claim, 100).records.front();
  ASSERT_EQ(rule(record).verdict, Verdict::supported);
  record.search.smallest = SearchFinding{.start = 2};
  record.search.smallest->outcome.decision = Decision::fails;
  record.search.smallest->enclosure = MarginBounds{-1, 1};
  EXPECT_EQ(rule(record).verdict, Verdict::inconclusive);
  EXPECT_EQ(rule(record).note,
            "search start 2 fails at 100 digits, which the enclosure [-1, 1] of its margin does not confirm");
  record.search.smallest->outcome.decision = Decision::undecided;
  EXPECT_EQ(rule(record).verdict, Verdict::inconclusive);
  EXPECT_EQ(rule(record).note, "search start 2 is undecided at 100 digits");
}

TEST(Verdict, ARefutationExpectedIsNoDeparture) {
  const Ruling ruling = ruling_of(boundary(-1.0));
  EXPECT_EQ(ruling.verdict, Verdict::refuted);
  EXPECT_EQ(exit_code_of({ruling}), 0);
}

TEST(Verdict, ACounterexampleThatDoesNotRefuteIsInconclusive) {
  for (const double margin : {1.0, 0.0}) {
    const Ruling ruling = ruling_of(boundary(margin));
    EXPECT_EQ(ruling.verdict, Verdict::inconclusive);
    EXPECT_EQ(exit_code_of({ruling}), 3);
  }
}

TEST(Verdict, ABoundaryThatFailsIsADepartureAlthoughARefutationIsExpected) {
  Toy toy = boundary(-1.0);
  toy.judge = false_toy().judge;
  const Ruling ruling = ruling_of(toy);
  EXPECT_EQ(ruling.verdict, Verdict::inconclusive);
  EXPECT_EQ(exit_code_of({ruling}), 1);
}

TEST(Verdict, ProofMeetsTheExpectationOfSupportAndNothingElseIsTakenForAnother) {
  EXPECT_TRUE(meets(Verdict::supported, Verdict::proved));
  EXPECT_FALSE(meets(Verdict::proved, Verdict::supported));
  EXPECT_FALSE(meets(Verdict::refuted, Verdict::not_implied));
  EXPECT_TRUE(meets(Verdict::needs_runs, Verdict::needs_runs));
}

TEST(Verdict, ADepartureOutranksAnInconclusiveOne) {
  const Ruling departure{.verdict = Verdict::refuted, .departure = true};
  const Ruling unsure{.verdict = Verdict::inconclusive, .inconclusive = true};
  const Ruling expected{.verdict = Verdict::supported};
  EXPECT_EQ(exit_code_of({expected, unsure, departure}), 1);
  EXPECT_EQ(exit_code_of({expected, unsure}), 3);
  EXPECT_EQ(exit_code_of({expected}), 0);
}

}  // namespace
}  // namespace straightedge::proofs
