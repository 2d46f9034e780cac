#include <gtest/gtest.h>

#include <shrink.hpp>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

Draw first_failing_draw(const Claim& claim) {
  for (std::int64_t index = 0;; ++index) {
    Draw draw = draw_case(claim, claim.generator(), 11, index);
    if (evaluate(claim, draw.value, Tier::digits50).decision == Decision::fails) {
      return draw;
    }
  }
}

Shrunk shrunk(const Claim& claim, std::int64_t budget = kShrinkBudget) {
  const Draw draw = first_failing_draw(claim);
  return shrink(claim, draw, evaluate(claim, draw.value, Tier::digits50), Tier::digits50, budget);
}

TEST(Shrink, EndsAtTheSimplestFailingCase) {
  const ToyClaim claim(false_toy());
  const Shrunk result = shrunk(claim);
  EXPECT_EQ(result.value, (Case{{"n", {901, 0, 0}}}));
  EXPECT_EQ(result.outcome.decision, Decision::fails);
  EXPECT_EQ(result.outcome.tier, Tier::digits100);
  EXPECT_GT(result.steps, 0);
}

TEST(Shrink, StaysWithinTheHypotheses) {
  Toy toy = false_toy();
  toy.admits = [](const Case& value) { return value.list("n")[1] >= 5; };
  const Shrunk result = shrunk(ToyClaim(toy));
  EXPECT_EQ(result.value.list("n")[0], 901);
  EXPECT_EQ(result.value.list("n")[1], 5);
  EXPECT_EQ(result.value.list("n")[2], 0);
}

TEST(Shrink, IgnoresSimplerCasesThatCannotBeJudged) {
  Toy toy = false_toy();
  const auto judge = toy.judge;
  toy.judge = [judge](const Case& value, Tier tier, Variant variant) {
    if (value.list("n")[2] == 0) {
      throw DoesNotExist("singular");
    }
    return judge(value, tier, variant);
  };
  const Shrunk result = shrunk(ToyClaim(toy));
  EXPECT_EQ(result.value.list("n")[0], 901);
  EXPECT_EQ(std::abs(result.value.list("n")[2]), 1);
}

TEST(Shrink, EndsWithItsBudget) {
  const ToyClaim claim(false_toy());
  const Draw draw = first_failing_draw(claim);
  const Shrunk unmoved = shrunk(claim, 0);
  EXPECT_EQ(unmoved.value, draw.value);
  EXPECT_EQ(unmoved.evaluations, 0);
  EXPECT_LE(shrunk(claim, 5).evaluations, 5);
}

TEST(Shrink, FallsBackToTheDrawnCaseIfTheSimpleOneFailsOnlyAtFewerDigits) {
  Toy toy = false_toy();
  toy.judge = [](const Case& value, Tier tier, Variant variant) {
    const auto first = static_cast<double>(value.list("n").front());
    const bool simple = value.list("n")[1] == 0 && value.list("n")[2] == 0;
    return unless_mutant(variant, simple && tier == Tier::digits100 ? 1.0 : 900.5 - first);
  };
  const ToyClaim claim(toy);
  const Shrunk result = shrunk(claim);
  EXPECT_EQ(result.value, first_failing_draw(claim).value);
  EXPECT_EQ(result.outcome.decision, Decision::fails);
}

}  // namespace
}  // namespace straightedge::proofs
