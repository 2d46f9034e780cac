#include <gtest/gtest.h>
#include <box_proof.hpp>
#include <box_table.hpp>
#include <certificate.hpp>
#include <certificate_verify.hpp>
#include <crossover_proof.hpp>
#include <pairing_boxes.hpp>
#include <pairing_identities.hpp>

#include <cmath>
#include <cstdio>
#include <sstream>
#include <straightedge/gradient_variance.hpp>

namespace straightedge::proofs {
namespace {

/// "x + y > `bound`" on [0, 8]^2, decided at the corners.
class CornerSum final : public BoxProof {
 public:
  explicit CornerSum(double bound, int depth = 4) : BoxProof({{0, 8}, {0, 8}}, 2, depth), bound_(bound) {}
  [[nodiscard]] std::string set() const override { return "a square"; }
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"x", "y"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant) const override {
    const double low = box[0].low + box[1].low;
    const double high = box[0].high + box[1].high;
    return low > bound_ ? BoxDecision::proved() : high <= bound_ ? BoxDecision::refuted() : BoxDecision::unknown();
  }

 private:
  double bound_;
};

ProofRecord check_all(const Proof& proof, Variant variant = Variant::claim) {
  ProofRecord record{.parts = proof.parts()};
  for (std::int64_t part = 0; part < proof.parts(); ++part) {
    record.add(part, proof.check(part, variant));
  }
  return record;
}

TEST(BoxProof, CoversTheRootWithItsParts) {
  const CornerSum proof(-1);
  ASSERT_EQ(proof.parts(), 4);
  double area = 0;
  for (std::int64_t part = 0; part < 4; ++part) {
    const Box box = proof.part_box(part);
    area += (box[0].high - box[0].low) * (box[1].high - box[1].low);
  }
  EXPECT_EQ(area, 64);
  EXPECT_TRUE(check_all(proof).complete());
}

TEST(BoxProof, LeavesOpenWhatItCannotDecide) {
  // x + y > 0 fails at the corner (0, 0) alone, which is on no box's lower side but one's.
  const ProofRecord record = check_all(CornerSum(0));
  EXPECT_EQ(record.failing, 0);
  EXPECT_GT(record.open, 0);
  EXPECT_NEAR(record.open, 1.0 / (4 * 16), 1e-9);  // one of 16 boxes of one of 4 parts
  EXPECT_FALSE(record.complete());
}

TEST(BoxProof, FailsWhereABoxIsRefuted) {
  const ProofRecord record = check_all(CornerSum(6));
  EXPECT_GT(record.failing, 0);
  EXPECT_NE(record.note.find("[0, "), std::string::npos);
}

TEST(BoxProof, IsCheckedAgainFromItsTraceWithFewerEvaluations) {
  const CornerSum proof(0);
  const PartOutcome found = proof.check(0, Variant::claim);
  const PartOutcome again = proof.recheck(0, found.trace);
  EXPECT_TRUE(again.holds) << again.note;
  EXPECT_EQ(again.open, found.open);
  EXPECT_LE(again.evaluations, (found.evaluations + 1) / 2);
}

/// "|x| > 1 on [-8, 8]", by one argument for either sign.
class TwoSides final : public BoxProof {
 public:
  TwoSides() : BoxProof({{-8, 8}}, 1, 5, {{'l', "left"}, {'r', "right"}}) {}
  [[nodiscard]] std::string set() const override { return "an interval"; }
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"x"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant) const override {
    return proves(box, 'l')   ? BoxDecision::proved('l')
           : proves(box, 'r') ? BoxDecision::proved('r')
                              : BoxDecision::unknown();
  }
  [[nodiscard]] bool proves(const Box& box, char argument) const override {
    return argument == 'l' ? box[0].high < -1 : argument == 'r' && box[0].low > 1;
  }
};

TEST(BoxProof, SharesItsVolumeAmongItsArgumentsAndWhatIsOpen) {
  const PartOutcome found = TwoSides().check(0, Variant::claim);
  // Boxes of length 1/2 at the depth limit: [-1.5, 1.5] is open, [-8, -1.5] and [1.5, 8] are not.
  EXPECT_EQ(found.open, 3.0 / 16);
  EXPECT_EQ(found.decided, (std::map<std::string, double>{{"left", 6.5 / 16}, {"right", 6.5 / 16}}));
  EXPECT_EQ(TwoSides().recheck(0, found.trace).decided, found.decided);
}

TEST(BoxProof, RejectsATraceThatNamesAnotherArgument) {
  const PartOutcome found = TwoSides().check(0, Variant::claim);
  std::string altered = found.trace;
  altered[altered.find('r')] = 'l';
  EXPECT_FALSE(TwoSides().recheck(0, altered).holds);
}

TEST(BoxProof, WalksTheBoxesOfATraceInItsOrder) {
  std::vector<double> ends{-8};
  const TwoSides proof;
  EXPECT_TRUE(proof.walk(0, proof.check(0, Variant::claim).trace, [&](const Box& box, double share, char letter) {
    EXPECT_EQ(box[0].low, ends.back());
    EXPECT_EQ(share, (box[0].high - box[0].low) / 16);
    EXPECT_EQ(letter, box[0].high < -1 ? 'l' : box[0].low > 1 ? 'r' : 'o');
    ends.push_back(box[0].high);
    return true;
  }));
  EXPECT_EQ(ends.back(), 8);
  EXPECT_FALSE(proof.walk(0, "sl", [](const Box&, double, char) { return true; }));
  EXPECT_FALSE(proof.walk(0, "lr", [](const Box&, double, char) { return true; }));
}

TEST(BoxProof, RejectsEveryTraceWithOneLetterAltered) {
  const CornerSum proof(0);
  const PartOutcome found = proof.check(0, Variant::claim);
  for (std::size_t i = 0; i < found.trace.size(); ++i) {
    for (const char letter : {'s', 'p', 'o', 'x'}) {
      if (letter == found.trace[i]) {
        continue;
      }
      std::string altered = found.trace;
      altered[i] = letter;
      const PartOutcome again = proof.recheck(0, altered);
      EXPECT_TRUE(!again.holds || again.open != found.open) << altered;
    }
  }
  EXPECT_FALSE(proof.recheck(0, found.trace.substr(1)).holds);
  EXPECT_FALSE(proof.recheck(0, found.trace + "p").holds);
  EXPECT_FALSE(proof.recheck(0, "").holds);
}

Matrix<Real50> diagonal(double first, double second) {
  Matrix<Real50> result = Matrix<Real50>::Zero(2, 2);
  result.diagonal() << Real50(first), Real50(second);
  return result;
}

TEST(PairingDifference, IsThatOfTheTwoGradientVariances) {
  for (const auto& [l1, l2] : {std::pair{1.0, 1.0}, {0.1, 9.0}, {2.0, 0.5}, {10.0, 10.0}, {0.1, 0.1}}) {
    for (const double degrees : {120.0, 78.0, 30.0}) {
      const double phi = degrees * pi<double>() / 180;
      Gaussian<double> target{Vector<double>::Zero(2), Matrix<double>::Zero(2, 2)};
      target.covariance.diagonal() << l1, l2;
      const auto field = optimal_transport_field<double>(target);
      const auto rotated = variance_in_constant_noise<double>(
          rotated_coupling<double>(target, plane_rotation<double>(2, 0, 1, phi)), field);
      const auto independent = variance_in_constant_noise<double>(independent_coupling<double>(target), field);
      const auto found = pairing_difference<double>(std::sqrt(l1), std::sqrt(l2), 1 - std::cos(phi),
                                                    std::sin(phi) * std::sin(phi), gauss_legendre<double>(20));
      EXPECT_NEAR(found.constant, rotated.constant - independent.constant, 1e-11 * rotated.constant);
      EXPECT_NEAR(found.linear, rotated.linear - independent.linear, 1e-11 * rotated.linear);
      EXPECT_NEAR(rotated.quadratic, independent.quadratic, 1e-12 * rotated.quadratic);
    }
  }
}

TEST(PairingBoxes, CoverTheirWholeBoxAndTheirMutantFails) {
  const PairingBoxes proof;
  EXPECT_TRUE(check_all(proof).complete());
  EXPECT_GT(check_all(proof, Variant::mutant).failing, 0);
}

TEST(PairingProof, HoldsForAllTargetsInEachOfItsSteps) {
  EXPECT_TRUE(check_all(PairingProof()).complete());
  for (const Identity& step : {pairing_moments_identity(), substitution_identity(), pairing_integrals_identity()}) {
    EXPECT_GT(check_all(IdentityProof("", {step}), Variant::mutant).failing, 0);
  }
  EXPECT_GT(check_all(PairingSigns(), Variant::mutant).failing, 0);
}

TEST(PairingProof, LowerBoundsAreBelowTheCoefficientsThemselves) {
  for (const double l1 : {1e-4, 0.01, 1.0, 30.0, 1e4}) {
    for (const double l2 : {1e-3, 0.5, 1.0, 2e3}) {
      for (const double degrees : {91.0, 120.0, 170.0}) {
        const double g = 1 - std::cos(degrees * pi<double>() / 180);
        const Gaussian<Real50> target{Vector<Real50>::Zero(2), diagonal(l1, l2)};
        const auto field = optimal_transport_field<Real50>(target);
        const auto rotation = plane_rotation<Real50>(2, 0, 1, Real50(degrees) * pi<Real50>() / Real50(180));
        const auto rotated = variance_in_constant_noise<Real50>(rotated_coupling<Real50>(target, rotation), field);
        const auto independent = variance_in_constant_noise<Real50>(independent_coupling<Real50>(target), field);
        const auto h = [](double a) {
          return (22 * (a * a * a * a + 1) + 7 * (a * a * a + a) + 2 * a * a) / (60 * a * a * a);
        };
        const double constant = static_cast<double>(Real50(rotated.constant - independent.constant));
        const double linear = static_cast<double>(Real50(rotated.linear - independent.linear));
        EXPECT_GT(constant, 8 * (2 - g) * (3 * g - 2)) << l1 << ' ' << l2 << ' ' << degrees;
        EXPECT_GT(linear, 8 * (g - 1) * (h(std::sqrt(l1)) + h(std::sqrt(l2)))) << l1 << ' ' << l2 << ' ' << degrees;
      }
    }
  }
}

TEST(CertificateWithBoxes, IsVerifiedAndWithOneBoxAlteredIsNot) {
  const Claim* claim = find_claim("crossover");
  ASSERT_NE(claim, nullptr);
  const Settings settings{.seed = 3, .cases = 20, .claims = {claim}};
  const Campaign campaign = run_campaign(settings, {});
  nlohmann::json certificate = make_certificate(settings, campaign.records, rule_all(campaign.records, {}), {});
  EXPECT_EQ(certificate.at("rows").at(0).at("verdict"), "proved");
  ASSERT_FALSE(certificate.at("proved_boxes").empty());
  const auto departures = [&certificate] { return verify(certificate).at(0).departures; };
  EXPECT_TRUE(departures().empty());
  auto& trace = certificate.at("proved_boxes").at(5).at("trace").get_ref<std::string&>();
  const std::string right = trace;
  for (const std::string& wrong : {std::string("o"), right + "p", "s" + right, std::string()}) {
    trace = wrong;
    EXPECT_FALSE(departures().empty()) << wrong;
  }
  trace = right;
  certificate.at("proved_boxes").erase(5);
  EXPECT_FALSE(departures().empty());
}

TEST(BoxTables, ListTheBoxesOfEachMemberWithTheArgumentThatDecidedThem) {
  const Claim* claim = find_claim("crossover");
  const Settings settings{.seed = 3, .cases = 20, .claims = {claim}};
  const ClaimRecord record = run_campaign(settings, {}).records.front();
  const std::vector<BoxTable> tables = box_tables(record);
  ASSERT_EQ(tables.size(), 3U);
  std::vector<std::string> names;
  for (const BoxTable& table : tables) {
    names.push_back(table.name);
    std::istringstream lines(to_csv(table, "Made by a test."));
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line.substr(0, 2), "# ");
    std::getline(lines, line);
    EXPECT_EQ(line, "# Made by a test.");
    std::getline(lines, line);
    EXPECT_EQ(line, "part,argument,phi (degrees) low,phi (degrees) high");
    double covered = 1;
    while (std::getline(lines, line)) {
      double low = 0;
      double high = 0;
      int part = 0;
      ASSERT_EQ(std::sscanf(line.c_str(), "%d,enclosure,%lf,%lf", &part, &low, &high), 3) << line;
      EXPECT_EQ(low, covered);
      covered = high;
    }
    EXPECT_EQ(covered, 179);
  }
  EXPECT_EQ(names, box_table_names(*claim));
  EXPECT_EQ(box_table_names(*find_claim("figure-4/own")), std::vector<std::string>{"figure-4-own-boxes.csv"});
  EXPECT_TRUE(box_table_names(*find_claim("lemma-1")).empty());
}

TEST(CrossoverProof, CoversAllAnglesAndItsMutantFails) {
  EXPECT_TRUE(check_all(CrossoverProof()).complete());
  EXPECT_GT(check_all(CrossoverSigns(), Variant::mutant).failing, 0);
  // Near 180 degrees 1e-9 of F* is less than the radius, but no part is near it alone.
  const CrossoverRoots roots(8);
  EXPECT_EQ(check_all(roots, Variant::mutant).failing, roots.parts());
}

}  // namespace
}  // namespace straightedge::proofs
