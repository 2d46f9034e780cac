#include <gtest/gtest.h>

#include <algorithm>
#include <campaign_tasks.hpp>
#include <map>
#include <new>
#include <set>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

Case case_of(const Claim& claim, std::int64_t index) {
  return draw_case(claim, claim.generator(), 11, index).value;
}

Ruling ruling_of(const Claim& claim, std::int64_t cases = 100) {
  return rule(run_alone(claim, cases).records.front());
}

TEST(Draws, DependOnSeedClaimAndIndexAlone) {
  const ToyClaim one(true_toy("toy/one"));
  const ToyClaim two(true_toy("toy/two"));
  EXPECT_EQ(case_of(one, 5), case_of(one, 5));
  EXPECT_NE(case_of(one, 5), case_of(one, 6));
  EXPECT_NE(case_of(one, 5), case_of(two, 5));
  EXPECT_NE(case_of(one, 5), draw_case(one, one.generator(), 12, 5).value);
}

TEST(Draws, AreRedrawnUntilTheHypothesesHold) {
  Toy toy = true_toy();
  toy.admits = [](const Case& value) { return value.list("n")[0] > 0 && value.list("n")[1] > 0; };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim, 400).records.front();
  for (std::int64_t index = 0; index < 400; ++index) {
    EXPECT_TRUE(claim.admits(case_of(claim, index)));
  }
  // One draw in four is admitted: about 1200 of 1600 are not.
  EXPECT_GT(record.drawn.rejected, 900);
  EXPECT_LT(record.drawn.rejected, 1500);
}

TEST(Draws, AGeneratorThatNeverSatisfiesTheHypothesesIsInconclusive) {
  Toy toy = true_toy();
  toy.admits = [](const Case&) { return false; };
  const Ruling ruling = ruling_of(ToyClaim(toy), 3);
  EXPECT_EQ(ruling.verdict, Verdict::inconclusive);
  EXPECT_NE(ruling.note.find("1000 draws"), std::string::npos) << ruling.note;
}

TEST(Campaign, IsTheSameForAnyNumberOfThreads) {
  const ToyClaim holds(true_toy());
  const ToyClaim fails(false_toy());
  const Settings settings = settings_for({&holds, &fails}, 500);
  const nlohmann::json alone = certificate_of(settings, {.jobs = 1});
  EXPECT_EQ(certificate_of(settings, {.jobs = 2}).at("digest"), alone.at("digest"));
  EXPECT_EQ(certificate_of(settings, {.jobs = 5}).at("digest"), alone.at("digest"));
  Settings other = settings;
  other.seed = 12;
  EXPECT_NE(certificate_of(other, {}).at("digest"), alone.at("digest"));
}

TEST(Campaign, ReportsTheFailingCaseOfLowestIndexAndCountsThemAll) {
  const ToyClaim claim(false_toy());
  const ClaimRecord record = run_alone(claim).records.front();
  std::vector<std::int64_t> failing;
  for (std::int64_t index = 0; index < 300; ++index) {
    if (case_of(claim, index).list("n").front() > 900) {
      failing.push_back(index);
    }
  }
  ASSERT_GT(failing.size(), 1U);
  EXPECT_EQ(record.drawn.failing, static_cast<std::int64_t>(failing.size()));
  ASSERT_EQ(record.counterexamples.size(), 1U);
  EXPECT_EQ(record.counterexamples.front().index, failing.front());
  EXPECT_EQ(record.counterexamples.front().original, case_of(claim, failing.front()));
  EXPECT_EQ(record.counterexamples.front().value, (Case{{"n", {901, 0, 0}}}));
}

TEST(Campaign, RedoesTheSixteenSmallestMarginsAndReportsTheSmallestAtHundredDigits) {
  Toy toy = true_toy();
  toy.planted = {Case{{"n", {1000, 1000, 1000}}}};
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  std::vector<std::pair<double, std::int64_t>> all;
  for (std::int64_t index = 0; index < 300; ++index) {
    all.emplace_back(1 + sum_of_squares(case_of(claim, index)), index);
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(record.drawn.smallest.size(), 16U);
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(record.drawn.smallest[i].index, all[i].second);
    EXPECT_EQ(record.drawn.smallest[i].tier, Tier::digits50);
  }
  ASSERT_TRUE(record.smallest);
  EXPECT_EQ(record.smallest->index, all.front().second);
  EXPECT_EQ(record.smallest->outcome.margin, all.front().first);
  EXPECT_EQ(record.smallest->outcome.tier, Tier::digits100);
}

TEST(Campaign, TiesOfMarginsGoToTheLowestIndex) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier, Variant variant) { return unless_mutant(variant, 1.0); };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(record.drawn.smallest[i].index, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(record.smallest->index, 0);
}

TEST(Campaign, WhatDoubleCannotDecideIsDecidedAtFiftyDigits) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier tier, Variant variant) -> Judgement {
    return {.margin = variant == Variant::mutant ? -1e-20 : 1e-20,
            .uncertainty = tier == Tier::working ? 1e-12 : 1e-40,
            .detail = {}};
  };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  EXPECT_EQ(record.drawn.redone, 300);
  EXPECT_EQ(record.drawn.undecided, 0);
  EXPECT_EQ(rule(record).verdict, Verdict::supported);
}

TEST(Campaign, WhatHundredDigitsCannotDecideIsInconclusive) {
  for (const double margin : {1e-20, -1e-20, std::nan("")}) {
    Toy toy = true_toy();
    toy.judge = [margin](const Case& value, Tier, Variant variant) {
      return unless_mutant(variant, value.list("n").front() < 0 ? margin : 1.0);
    };
    const Ruling ruling = ruling_of(ToyClaim(toy));
    EXPECT_EQ(ruling.verdict, Verdict::inconclusive) << margin;
    EXPECT_TRUE(ruling.inconclusive);
    EXPECT_FALSE(ruling.departure);
  }
}

TEST(Campaign, AFailureInDoubleThatMoreDigitsOverturnIsNoFailure) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier tier, Variant variant) {
    return unless_mutant(variant, tier == Tier::working ? -1.0 : 1.0);
  };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  EXPECT_EQ(record.drawn.failing, 0);
  EXPECT_EQ(record.drawn.overturned, 300);
  EXPECT_EQ(rule(record).verdict, Verdict::supported);
}

TEST(Campaign, AFailureThatDoubleMissesIsFoundAmongTheSmallestMargins) {
  Toy toy = true_toy();
  toy.judge = [](const Case& value, Tier tier, Variant variant) {
    const double margin = sum_of_squares(value);
    return unless_mutant(variant, tier == Tier::working || margin > 1e5 || margin < 20 ? 1 + margin : -1.0);
  };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  EXPECT_GT(record.drawn.failing, 0);
  EXPECT_EQ(record.drawn.overturned, record.drawn.failing);
  EXPECT_EQ(rule(record).verdict, Verdict::refuted);
}

TEST(Campaign, AnExceptionIsInconclusiveWithItsMessage) {
  Toy toy = true_toy();
  toy.judge = [](const Case& value, Tier, Variant variant) {
    if (variant == Variant::claim && value.list("n").front() > 0) {
      throw DoesNotExist("the flow ends at t = 1/2");
    }
    return unless_mutant(variant, 1.0);
  };
  const Ruling ruling = ruling_of(ToyClaim(toy));
  EXPECT_EQ(ruling.verdict, Verdict::inconclusive);
  EXPECT_NE(ruling.note.find("the flow ends at t = 1/2"), std::string::npos) << ruling.note;
}

TEST(Campaign, AFailureOfTheMachineEndsIt) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier, Variant) -> Judgement { throw std::bad_alloc(); };
  const ToyClaim memory(toy);
  EXPECT_THROW((void)run_alone(memory), std::bad_alloc);
  EXPECT_THROW((void)run_campaign(settings_for({&memory}), {.jobs = 3}), std::bad_alloc);
  toy.judge = [](const Case&, Tier, Variant) -> Judgement { throw MachineError("disk"); };
  const ToyClaim disk(toy);
  EXPECT_THROW((void)run_alone(disk), MachineError);
}

TEST(Campaign, CountsTheClassesOfItsCases) {
  const ToyClaim claim(true_toy());
  const ClaimRecord record = run_alone(claim).records.front();
  std::map<std::string, std::int64_t> classes;
  for (std::int64_t index = 0; index < 300; ++index) {
    ++classes[claim.classes(case_of(claim, index)).front()];
  }
  EXPECT_EQ(record.drawn.classes, classes);
  EXPECT_EQ(classes.size(), 2U);
}

/// Results in memory; asks for a stop after a number of them.
class MemoryStore : public TaskStore {
 public:
  explicit MemoryStore(std::size_t stop_after = SIZE_MAX) : stop_after_(stop_after) {}
  [[nodiscard]] const nlohmann::json* find(const std::string& name) const override {
    const auto found = results_.find(name);
    return found == results_.end() ? nullptr : &found->second;
  }
  void store(const std::string& name, const nlohmann::json& result) override {
    results_[name] = nlohmann::json::parse(result.dump());
    ++stored_;
    stop_ = stored_ >= stop_after_;
  }
  void go_on() {
    stop_after_ = SIZE_MAX;
    stop_ = false;
    stored_ = 0;
  }
  [[nodiscard]] const std::atomic<bool>* stop() const { return &stop_; }
  [[nodiscard]] std::size_t stored() const { return stored_; }

 private:
  std::map<std::string, nlohmann::json> results_;
  std::size_t stop_after_;
  std::size_t stored_ = 0;
  std::atomic<bool> stop_ = false;
};

TEST(Campaign, StoppedAnywhereAndResumedIsTheSame) {
  const ToyClaim holds(true_toy());
  const ToyClaim fails(false_toy());
  const Settings settings = settings_for({&holds, &fails}, 100);
  MemoryStore all;
  const nlohmann::json whole = certificate_of(settings, {.store = &all, .stop = all.stop()});
  for (std::size_t stop_after = 1; stop_after < all.stored(); stop_after += 5) {
    MemoryStore store(stop_after);
    const Execution execution{.jobs = 2, .store = &store, .stop = store.stop()};
    EXPECT_FALSE(run_campaign(settings, execution).complete) << stop_after;
    store.go_on();
    EXPECT_EQ(certificate_of(settings, execution).at("digest"), whole.at("digest")) << stop_after;
    EXPECT_LE(store.stored() + stop_after, all.stored()) << "finished tasks were run again";
  }
}

TEST(Mutants, OneThatSurvivesFailsTheRun) {
  Toy toy = true_toy();
  toy.judge = [](const Case&, Tier, Variant) -> Judgement { return {.margin = 1.0, .uncertainty = 0, .detail = {}}; };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim).records.front();
  EXPECT_FALSE(record.mutant->refuted);
  EXPECT_TRUE(rule(record).departure);
  EXPECT_EQ(exit_code_of({rule(record)}), 1);
  EXPECT_EQ(exit_code_of({rule_partially(record)}), 1);
}

TEST(Mutants, AreRefutedOnPlantedCasesAlone) {
  Toy toy = true_toy();
  toy.judge = [](const Case& value, Tier, Variant variant) -> Judgement {
    const bool found = variant == Variant::mutant && value.list("n") == Case::List{1, 2, 3};
    return {.margin = found ? -1.0 : 1.0, .uncertainty = 0, .detail = {}};
  };
  const ToyClaim claim(toy);
  const ClaimRecord record = run_alone(claim, 1).records.front();
  EXPECT_TRUE(record.mutant->refuted);
  EXPECT_EQ(record.mutant->index, 1);
  toy.planted = {Case{{"n", {0, 0, 0}}}};
  const ToyClaim alone(toy);
  EXPECT_FALSE(run_alone(alone).records.front().mutant->refuted);
}

TEST(ExcludedFailureRate, LeavesOnePercentForNoFailure) {
  for (const std::int64_t cases : {1, 200, 2000, 100000}) {
    EXPECT_NEAR(std::pow(1 - excluded_failure_rate(cases), static_cast<double>(cases)), 0.01, 1e-9) << cases;
  }
  EXPECT_DOUBLE_EQ(excluded_failure_rate(1), 0.99);
}

}  // namespace
}  // namespace straightedge::proofs
