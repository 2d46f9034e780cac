// From evidence to verdicts, and from runs to evidence, for every claim that runs decide.
#include <certify/certification.hpp>
#include <certify/trained_variance.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <straightedge/error.hpp>
#include <straightedge/gradient_variance.hpp>

namespace straightedge::certify {
namespace {

using proofs::Verdict;

Evidence with_p(double p_for, double p_against) {
  Evidence evidence;
  evidence.parts.push_back({.name = "part",
                            .estimate = 1.0,
                            .interval = {0.0, 2.0},
                            .p_for = p_for,
                            .p_against = p_against,
                            .detail = {},
                            .paper = {},
                            .would_suffice = "more"});
  return evidence;
}

TEST(Evidence, NeedsEveryPartAndFailsWithOne) {
  Evidence evidence = with_p(1e-4, 0.9);
  evidence.parts.push_back(with_p(1e-2, 1e-3).parts.front());
  EXPECT_DOUBLE_EQ(evidence.p_for(), 1e-2);
  EXPECT_DOUBLE_EQ(evidence.p_against(), 2e-3);
  evidence.lacking.emplace_back("a third part");
  EXPECT_EQ(evidence.p_for(), 1.0);
  EXPECT_EQ(evidence.p_against(), 1.0);
  EXPECT_EQ(Evidence{}.p_for(), 1.0);
}

TEST(CertifiedVerdict, FollowsTheAdjustedPInBothDirections) {
  EXPECT_EQ(decide(with_p(1e-4, 1.0), 9e-4, 1.0).verdict, Verdict::supported);
  EXPECT_EQ(decide(with_p(1.0, 1e-4), 1.0, 9e-4).verdict, Verdict::refuted);
  const Finding open = decide(with_p(2e-3, 1.0), 0.018, 1.0);
  EXPECT_EQ(open.verdict, Verdict::inconclusive) << "p < 0.01 is not enough where Holm's is not";
  EXPECT_NE(open.reason.find("0.018"), std::string::npos);
  EXPECT_NE(open.reason.find("more"), std::string::npos);
}

TEST(CertifiedVerdict, IsInconclusiveWhereSomethingIsLacking) {
  Evidence evidence = with_p(1e-9, 1.0);
  evidence.lacking.emplace_back("2 of at least 3 seeds");
  const Finding finding = decide(evidence, 1e-9, 1.0);
  EXPECT_EQ(finding.verdict, Verdict::inconclusive);
  EXPECT_EQ(finding.reason, "2 of at least 3 seeds");
}

TEST(CertifiedVerdict, OfAgreementNeedsTheExactValueInsideOfTheInterval) {
  EXPECT_EQ(decide(with_p(1e-5, 0.005), 1e-4, 0.04).verdict, Verdict::inconclusive);
  EXPECT_EQ(decide(with_p(1e-5, 0.5), 1e-4, 1.0).verdict, Verdict::supported);
}

TEST(CertifiedVerdict, FollowsABoundWhereTheClaimNamesOne) {
  Evidence evidence = with_p(1e-9, 1.0);
  evidence.bound = {.holds = false, .fails = false};
  EXPECT_EQ(decide(evidence, 1e-9, 1.0).verdict, Verdict::inconclusive);
  evidence.bound = {.holds = true, .fails = false};
  EXPECT_EQ(decide(evidence, 0.02, 1.0).verdict, Verdict::supported);
  evidence.bound = {.holds = false, .fails = true};
  EXPECT_EQ(decide(evidence, 1.0, 0.02).verdict, Verdict::refuted);
}

TEST(Mutant, SurvivesUnlessTheRunsSpeakAgainstTheClaim) {
  Row row{.claim = certified_claims().front(), .found = {}, .mutant = {}, .counts = true};
  row.mutant.verdict = Verdict::supported;
  row.found = decide(with_p(1e-4, 1.0), 9e-4, 1.0);
  EXPECT_TRUE(row.mutant_survives());
  row.found = decide(with_p(0.5, 0.5), 1.0, 1.0);
  EXPECT_TRUE(row.mutant_survives()) << "undecided data must not support a falsified claim";
  row.found = decide(with_p(1.0, 1e-4), 1.0, 9e-4);
  EXPECT_FALSE(row.mutant_survives()) << "refuted: with its arms exchanged the claim holds";
  row.found = decide(with_p(1.0, 2e-3), 1.0, 0.018);
  EXPECT_EQ(row.found.verdict, Verdict::inconclusive);
  EXPECT_FALSE(row.mutant_survives());
}

TEST(Judges, ExistForEveryRegisteredClaimAndSayWhatTheyLack) {
  ASSERT_EQ(certified_claims().size(), 9U);
  for (const proofs::Claim* claim : certified_claims()) {
    for (const proofs::Variant variant : {proofs::Variant::claim, proofs::Variant::mutant}) {
      const Evidence evidence = judge_of(claim->info().id)({}, variant);
      EXPECT_FALSE(evidence.lacking.empty()) << claim->info().id;
      EXPECT_TRUE(evidence.parts.empty()) << claim->info().id;
    }
  }
  EXPECT_THROW((void)judge_of("lemma-1"), std::logic_error);
}

TEST(Certification, WithoutRunsThatCountIsInconclusive) {
  const Certification nothing = certify({}, {});
  EXPECT_EQ(nothing.rows.size(), 9U);
  EXPECT_EQ(nothing.exit_code(), 3);
  for (const Row& row : nothing.rows) {
    EXPECT_FALSE(row.counts);
    EXPECT_FALSE(row.mutant_survives());
  }
}

// A run in memory; its name makes outputs that differ from others'.
certify::Run run_of(const Pairs& pairs, std::uint64_t seed, double sigma, const std::string& model = "mlp") {
  certify::Run run{};
  run.folder =
      pairs.kind + (pairs.frozen ? "-frozen-" : "-resampled-") + std::to_string(seed) + "-" + std::to_string(sigma);
  run.seed = seed;
  run.dimension = 2;
  run.model = model;
  run.pairs = pairs;
  run.noise = {.kind = NoiseKind::constant, .sigma = sigma, .target = RegressionTarget::displacement};
  run.identity = {{"pairs", {{"kind", pairs.kind}, {"mode", pairs.frozen ? "frozen" : "resampled"}}}, {"model", model}};
  run.step = 10;
  run.digests = {{run.folder + "/outputs.safetensors", run.folder}};
  run.outputs.dimension = 2;
  run.outputs.sources_sha256 = "the same";
  return run;
}

Pairs gaussian_pairs(const std::string& kind, double degrees = 0.0, bool frozen = true) {
  return {.kind = kind,
          .frozen = frozen,
          .count = 200,
          .target = Gaussian<double>{Vector<double>::Zero(2), Matrix<double>::Identity(2, 2)},
          .degrees = degrees};
}

// Squared norms of mean gradients of this variance and mean 0, in 8 dimensions: the first moments are exact.
GradientNorms norms_of(double variance, std::uint64_t seed, std::optional<Pairs> coupling = {},
                       const std::string& field = "network") {
  std::mt19937_64 random(seed);
  std::chi_squared_distribution<double> chi(8.0);
  GradientNorms norms{.step = 10,
                      .times = {},
                      .field = field,
                      .coupling = std::move(coupling),
                      .b = 1,
                      .big = 16,
                      .norms_b = {},
                      .norms_big = {}};
  for (int i = 0; i < 3000; ++i) {
    norms.norms_b.push_back(variance / 8.0 * chi(random));
    norms.norms_big.push_back(variance / 128.0 * chi(random));
  }
  return norms;
}

Row row_of(const std::vector<certify::Run>& runs, const std::string& claim) {
  return certify(runs, {claim}).rows.at(0);
}

TEST(Figure6, CountsPartnersAndItsMutantShufflesThem) {
  certify::Run run = run_of(gaussian_pairs("gaussian-rotated", -180.0), 1, 0.0);
  run.outputs.to_partner.assign(200, 0.05 * std::sqrt(2.0) * (1.0 - 1e-12));
  run.outputs.to_shuffled_partner.assign(200, 1.0);
  const Row row = row_of({run}, "figure-6");
  EXPECT_EQ(row.found.verdict, Verdict::supported);
  EXPECT_EQ(row.mutant.verdict, Verdict::refuted);
  run.outputs.to_partner.assign(200, 0.05 * std::sqrt(2.0) * (1.0 + 1e-12));
  EXPECT_EQ(row_of({run}, "figure-6").found.verdict, Verdict::refuted) << "RMS just beyond 0.05";
}

TEST(Figure6, WhoseMutantSurvivesFailsAsAWhole) {
  certify::Run run = run_of(gaussian_pairs("gaussian-rotated", 180.0), 1, 0.0);
  run.outputs.to_partner.assign(200, 0.0);
  run.outputs.to_shuffled_partner.assign(200, 0.0);  // as if all partners were one point
  const Certification found = certify({run}, {});
  EXPECT_EQ(found.exit_code(), 1);
}

TEST(Figure6, NeedsEveryRunAndIsRefutedByOne) {
  std::vector<certify::Run> runs;
  for (const std::uint64_t seed : {1, 2, 3}) {
    runs.push_back(run_of(gaussian_pairs("gaussian-rotated", 180.0), seed, 0.0));
    runs.back().outputs.to_partner.assign(200, seed == 3 ? 1.0 : 0.0);
    runs.back().outputs.to_shuffled_partner.assign(200, 1.0);
  }
  EXPECT_EQ(row_of(runs, "figure-6").found.verdict, Verdict::refuted);
  runs.pop_back();
  EXPECT_EQ(row_of(runs, "figure-6").found.verdict, Verdict::supported);
}

std::vector<certify::Run> networks(double optimal, double rotated, const std::vector<std::uint64_t>& seeds) {
  std::vector<certify::Run> runs;
  for (const std::uint64_t seed : seeds) {
    for (const double sigma : {0.0, 0.05}) {
      for (const auto& [kind, variance] : {std::pair{"gaussian-ot", optimal}, std::pair{"gaussian-rotated", rotated}}) {
        runs.push_back(run_of(gaussian_pairs(kind, 120.0), seed, sigma));
        runs.back().gradients.push_back(norms_of(variance, 100 * seed + runs.size()));
      }
    }
  }
  return runs;
}

TEST(Figure4, IsDecidedInBothDirectionsAndNotWhereNothingDiffers) {
  EXPECT_EQ(row_of(networks(1.0, 3.0, {1, 2, 3}), "figure-4/trained").found.verdict, Verdict::supported);
  EXPECT_EQ(row_of(networks(1.0, 3.0, {1, 2, 3}), "figure-4/trained").mutant.verdict, Verdict::refuted);
  const Row against = row_of(networks(3.0, 1.0, {1, 2, 3}), "figure-4/trained");
  EXPECT_EQ(against.found.verdict, Verdict::refuted);
  EXPECT_FALSE(against.mutant_survives());
  EXPECT_EQ(row_of(networks(2.0, 2.0, {1, 2, 3}), "figure-4/trained").found.verdict, Verdict::inconclusive);
}

TEST(Figure4, NeedsThreeSeedsWithAndWithoutNoise) {
  const Row two = row_of(networks(1.0, 3.0, {1, 2}), "figure-4/trained");
  EXPECT_EQ(two.found.verdict, Verdict::inconclusive);
  EXPECT_NE(two.found.reason.find("2 of at least 3 seeds; 1 more would do"), std::string::npos) << two.found.reason;
  std::vector<certify::Run> noisy = networks(1.0, 3.0, {1, 2, 3});
  std::erase_if(noisy, [](const certify::Run& run) { return run.noise.sigma == 0.0; });
  EXPECT_NE(row_of(noisy, "figure-4/trained").found.reason.find("no runs without noise"), std::string::npos);
}

TEST(Figure4, ReadsTheLastStepOverAllTimesOnly) {
  std::vector<certify::Run> runs = networks(1.0, 3.0, {1, 2, 3});
  for (certify::Run& run : runs) {
    GradientNorms early = norms_of(run.pairs.kind == "gaussian-ot" ? 9.0 : 1.0, 7);
    early.step = 5;
    GradientNorms bin = early;
    bin.step = 10;
    bin.times = {0.0, 0.5};
    run.gradients.push_back(early);
    run.gradients.push_back(bin);
  }
  EXPECT_EQ(row_of(runs, "figure-4/trained").found.verdict, Verdict::supported);
}

TEST(AffineAgrees, ComparesWithTheExactVarianceOfTheReference) {
  certify::Run run = run_of(gaussian_pairs("gaussian-rotated", 90.0, false), 1, 0.3, "affine");
  run.affine = PairField<double>{Vector<double>::Zero(2), Matrix<double>::Zero(2, 2)};
  // docs: the OT field under this rotation has 16 d k^2 [1 + d (q + F) + 2 q - c^2], d = 2, c^2 = k^2 = 1/2, q = 2/3.
  const double exact = 16.0 * (1.0 + 2.0 * (2.0 / 3.0 + 0.09) + 4.0 / 3.0 - 0.5);
  run.gradients.push_back(norms_of(exact, 5, {}, "affine"));
  const Row row = row_of({run}, "affine-agrees");
  EXPECT_EQ(row.found.verdict, Verdict::supported) << row.found.reason;
  EXPECT_EQ(row.mutant.verdict, Verdict::refuted);
  EXPECT_NE(row.found.evidence.parts.at(0).detail.find("exact 53.5467"), std::string::npos)
      << row.found.evidence.parts.at(0).detail;
  run.gradients.front() = norms_of(1.5 * exact, 5, {}, "affine");
  EXPECT_EQ(row_of({run}, "affine-agrees").found.verdict, Verdict::refuted);
  run.pairs.frozen = true;
  EXPECT_EQ(row_of({run}, "affine-agrees").found.verdict, Verdict::inconclusive) << "frozen pairs are a finite set";
}

TEST(NoiseByPairing, LeavesOutPairsWhosePartnerFollowsFromTheSource) {
  for (const std::string kind : {"independent", "gaussian-rotated"}) {
    std::vector<certify::Run> runs;
    for (const std::uint64_t seed : {1, 2, 3}) {
      for (const double sigma : {0.0, 0.05}) {
        for (const bool frozen : {true, false}) {
          runs.push_back(run_of(gaussian_pairs(kind, 120.0, frozen), seed, sigma));
          runs.back().outputs.to_partner.assign(100, frozen ? 0.0 : 1.0);
        }
      }
    }
    const Row row = row_of(runs, "noise-by-pairing");
    EXPECT_EQ(row.found.verdict, kind == "independent" ? Verdict::supported : Verdict::inconclusive)
        << row.found.reason;
    EXPECT_NE(row.mutant.verdict, Verdict::supported);
  }
}

TEST(Groups, DifferInNothingButNoiseAndSeed) {
  const certify::Run first = run_of(gaussian_pairs("gaussian-ot"), 1, 0.0);
  const certify::Run noisy = run_of(gaussian_pairs("gaussian-ot"), 1, 0.05);
  certify::Run other = run_of(gaussian_pairs("gaussian-ot"), 1, 0.0);
  other.identity["model"] = "another";
  const std::vector<certify::Run> runs = {first, noisy, other};
  const Groups groups = groups_of(runs);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].levels(), (std::vector<double>{0.0, 0.05}));
  const std::vector<certify::Run> twice = {first, first};
  EXPECT_THROW((void)groups_of(twice), InputError);
}

}  // namespace
}  // namespace straightedge::certify
