// Every registered claim, whatever it is about: its texts are complete, its planted cases hold, its mutant is refuted
// by them, and freshly drawn cases agree in double and at 50 digits.
#include <claim.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <proof.hpp>

#include <cctype>
#include <set>

namespace straightedge::proofs {
namespace {

std::vector<const Claim*> decided_here() {
  std::vector<const Claim*> result;
  for (const Claim* claim : registry()) {
    if (claim->info().by == DecidedBy::prove) {
      result.push_back(claim);
    }
  }
  return result;
}

bool decidedly_holds(const Judgement& j) {
  return j.margin > j.uncertainty;
}
bool decidedly_fails(const Judgement& j) {
  return j.margin < -j.uncertainty;
}

TEST(Registry, HasEveryClaimOfTheDesignOnce) {
  const std::set<std::string> expected{"lemma-1",
                                       "prop-1",
                                       "lemma-2",
                                       "prop-2",
                                       "counterexample-1",
                                       "remark-2",
                                       "figure-4/own",
                                       "figure-4/rotated",
                                       "figure-5",
                                       "figure-6",
                                       "table-1",
                                       "table-2",
                                       "table-3",
                                       "counterexample-1/trained",
                                       "figure-4/trained",
                                       "figure-5/trained",
                                       "affine-agrees",
                                       "noise-by-pairing",
                                       "isotropic-pair-variance",
                                       "isotropic-ot-variance",
                                       "crossover",
                                       "random-vs-rotated",
                                       "independent-rectifies-to-ot",
                                       "noisy-reflow-contracts",
                                       "noisy-reflow-shrinks",
                                       "straight-means-one-step",
                                       "noise-alone-memorises",
                                       "zero-loss-is-reached",
                                       "noise-pulls-towards-ot",
                                       "sgd-stationary",
                                       "loss-against-variance"};
  std::set<std::string> found;
  for (const Claim* claim : registry()) {
    EXPECT_TRUE(found.insert(claim->info().id).second) << claim->info().id << " is registered twice";
  }
  EXPECT_EQ(found, expected);
}

TEST(Registry, StatesWhatEachClaimNeedsAndWhatWouldRefuteIt) {
  for (const Claim* claim : registry()) {
    const ClaimInfo& info = claim->info();
    for (const std::string* text : {&info.label, &info.statement, &info.hypotheses, &info.paper}) {
      EXPECT_GT(text->size(), 3U) << info.id;
    }
    if (info.by == DecidedBy::prove) {
      for (const std::string* text : {&info.margin, &info.refuted_by, &info.mutant}) {
        EXPECT_GT(text->size(), 15U) << info.id;
      }
      EXPECT_EQ(info.expected, info.when_cases_hold) << info.id;
    } else {
      EXPECT_EQ(info.expected, Verdict::needs_runs) << info.id;
    }
  }
}

class EachClaim : public testing::TestWithParam<const Claim*> {};

TEST_P(EachClaim, HoldsOnItsPlantedCases) {
  const Claim& claim = *GetParam();
  ASSERT_FALSE(claim.planted().empty());
  for (const Case& value : claim.planted()) {
    EXPECT_TRUE(claim.admits(value));
    EXPECT_FALSE(claim.classes(value).empty());
    const Judgement j = claim.judge(value, Tier::digits50, Variant::claim);
    EXPECT_TRUE(decidedly_holds(j)) << "margin " << j.margin << " +- " << j.uncertainty << ": " << j.detail;
  }
}

TEST_P(EachClaim, HasAMutantThatItsPlantedCasesRefute) {
  const Claim& claim = *GetParam();
  bool refuted = false;
  for (const Case& value : claim.planted()) {
    refuted = refuted || decidedly_fails(claim.judge(value, Tier::digits50, Variant::mutant));
  }
  EXPECT_TRUE(refuted);
}

TEST_P(EachClaim, HasAProofThatFailsWhenFalsified) {
  const Proof* proof = GetParam()->proof();
  if (proof == nullptr) {
    return;  // most claims rest on their cases
  }
  EXPECT_GT(proof->set().size(), 10U);
  EXPECT_GT(proof->parts(), 0);
  EXPECT_TRUE(proof->check(0, Variant::claim).holds);
  bool failed = false;
  for (std::int64_t part = 0; part < proof->parts() && !failed; ++part) {
    failed = !proof->check(part, Variant::mutant).holds;
  }
  EXPECT_TRUE(failed);
}

TEST_P(EachClaim, IsNeverRefutedInDoubleWhereItHoldsAtFiftyDigits) {
  const Claim& claim = *GetParam();
  const auto generator = claim.generator();
  int judged = 0;
  for (std::uint64_t seed = 0; seed < 200 && judged < 12; ++seed) {
    const Case value = generator(rc::Random(seed), 100).value();
    if (!claim.admits(value)) {
      continue;
    }
    ++judged;
    const Judgement precise = claim.judge(value, Tier::digits50, Variant::claim);
    EXPECT_TRUE(decidedly_holds(precise))
        << "margin " << precise.margin << " +- " << precise.uncertainty << ": " << precise.detail;
    const Judgement screened = claim.judge(value, Tier::working, Variant::claim);
    EXPECT_FALSE(decidedly_fails(screened))
        << "margin " << screened.margin << " +- " << screened.uncertainty << ": " << screened.detail;
  }
  EXPECT_EQ(judged, 12) << "the generator draws too few cases that satisfy the hypotheses";
}

std::string test_name(const testing::TestParamInfo<const Claim*>& info) {
  std::string name = info.param->info().id;
  for (char& c : name) {
    c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Registered, EachClaim, testing::ValuesIn(decided_here()), test_name);

}  // namespace
}  // namespace straightedge::proofs
