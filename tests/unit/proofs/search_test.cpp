#include <gtest/gtest.h>
#include <search.hpp>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

using Margin = std::function<double(double, double, double)>;

/// A claim about (a, b, c) in [-1000, 1000]^3 whose margin is negative on a small set only.
ToyClaim falsified(const std::string& id, Margin margin) {
  return ToyClaim({.id = id, .judge = [margin = std::move(margin)](const Case& value, Tier, Variant variant) {
                     const Case::List& n = value.list("n");
                     return unless_mutant(variant, margin(static_cast<double>(n[0]), static_cast<double>(n[1]),
                                                          static_cast<double>(n[2])));
                   }});
}

/// A ball, a cube, an oblique ellipsoid, a short piece of a line, and a set at the
/// edge; each about 1e-6 of all cases or less.
std::vector<ToyClaim> falsified_claims() {
  const auto square = [](double x) { return x * x; };
  std::vector<ToyClaim> claims;
  claims.push_back(falsified(
      "ball", [=](double a, double b, double c) { return square(a - 417) + square(b + 263) + square(c - 88) - 100; }));
  claims.push_back(falsified("cube", [](double a, double b, double c) {
    return std::max({std::abs(a + 731), std::abs(b - 12), std::abs(c - 555)}) - 7.5;
  }));
  claims.push_back(falsified("ellipsoid", [=](double a, double b, double c) {
    return square(a + b - 300) + 30 * square(b - c + 70) + square(a - 150) / 4 - 200;
  }));
  claims.push_back(falsified("octahedron", [](double a, double b, double c) {
    return std::abs(a - 901) + std::abs(b + 444) / 2 + std::abs(c + 17) / 3 - 6;
  }));
  claims.push_back(falsified(
      "cone", [](double a, double b, double c) { return std::hypot(a + 650, std::hypot(b - 710, c + 820)) - 9; }));
  return claims;
}

TEST(Search, FindsWhatTenThousandRandomCasesMiss) {
  for (const ToyClaim& claim : falsified_claims()) {
    const auto generator = claim.generator();
    for (std::int64_t index = 0; index < 10000; ++index) {
      const Outcome outcome =
          judge_in_tier(claim, draw_case(claim, generator, 11, index).value, Tier::working, Variant::claim);
      ASSERT_EQ(outcome.decision, Decision::holds) << claim.info().id << ": not a refutation that is missed";
    }
    SearchRecord record;
    for (std::int64_t start = 0; start < 4; ++start) {
      record.merge(search_from(claim, 11, start, 4, 2000, Tier::digits50));
    }
    EXPECT_TRUE(record.failing) << claim.info().id << ": " << record.smallest->screened;
    if (!record.failing) {
      continue;
    }
    EXPECT_EQ(record.failing->outcome.tier, Tier::digits100);
    EXPECT_EQ(judge_in_tier(claim, record.failing->value, Tier::digits100, Variant::claim).decision, Decision::fails);
  }
}

TEST(Search, OfATrueClaimFindsItsLeastMargin) {
  const ToyClaim claim(true_toy());
  const SearchRecord record = search_from(claim, 11, 0, 4, 2000, Tier::digits50);
  EXPECT_FALSE(record.failing);
  ASSERT_TRUE(record.smallest);
  EXPECT_LT(record.smallest->screened, 50);  // 1 + a^2 + b^2 + c^2, up to 3,000,001
  EXPECT_EQ(record.smallest->outcome.decision, Decision::holds);
}

TEST(Search, IsTheSameAgainAndStaysInsideTheHypotheses) {
  Toy toy = true_toy();
  toy.admits = [](const Case& value) { return value.list("n").front() >= 500; };
  const ToyClaim claim(toy);
  const SearchRecord one = search_from(claim, 11, 2, 4, 500, Tier::digits50);
  EXPECT_EQ(nlohmann::json(one), nlohmann::json(search_from(claim, 11, 2, 4, 500, Tier::digits50)));
  ASSERT_TRUE(one.smallest);
  EXPECT_GE(one.smallest->value.list("n").front(), 500);
}

TEST(Search, RefutesAClaimThatItsCasesSupport) {
  const std::vector<ToyClaim> claims = falsified_claims();
  const Settings settings = settings_for({&claims[1]}, 8000);
  const Campaign campaign = run_campaign(settings, {});
  const ClaimRecord& record = campaign.records.front();
  EXPECT_EQ(record.drawn.failing, 0);
  const Ruling ruling = rule(record);
  EXPECT_EQ(ruling.verdict, Verdict::refuted);
  EXPECT_NE(ruling.note.find("search start"), std::string::npos);
  ASSERT_EQ(record.counterexamples.size(), 1U);
  EXPECT_EQ(record.counterexamples.front().source, Source::search);
}

TEST(Search, OfAYesOrNoEndsWithItsDraws) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier, Variant variant) { return unless_mutant(variant, 1.0); };
  const SearchRecord record = search_from(ToyClaim(toy), 11, 0, 4, 800, Tier::digits50);
  EXPECT_EQ(record.evaluations, 101);
  ASSERT_TRUE(record.smallest);
  EXPECT_EQ(record.smallest->screened, 1.0);
}

TEST(SearchRecord, MergesInAnyOrder) {
  const ToyClaim claim(true_toy());
  const SearchRecord first = search_from(claim, 11, 0, 4, 200, Tier::digits50);
  const SearchRecord second = search_from(claim, 11, 1, 4, 200, Tier::digits50);
  SearchRecord one = first;
  one.merge(second);
  SearchRecord other = second;
  other.merge(first);
  EXPECT_EQ(nlohmann::json(one), nlohmann::json(other));
  EXPECT_EQ(one.starts, 2);
  EXPECT_EQ(nlohmann::json(one), nlohmann::json(nlohmann::json(one).get<SearchRecord>()));
}

TEST(SearchBudget, GrowsWithTheCases) {
  EXPECT_EQ(search_budget(10), 100);
  EXPECT_EQ(search_budget(2000), 500);
  EXPECT_EQ(search_budget(100000), 2000);
  EXPECT_EQ(search_starts(200), 4);
  EXPECT_EQ(search_starts(100000), 16);
}

}  // namespace
}  // namespace straightedge::proofs
