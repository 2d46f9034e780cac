#include <gtest/gtest.h>

#include <certificate_verify.hpp>
#include <digest.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

using nlohmann::json;

class CertificateFile : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("certificate-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path written(const std::string& text) const {
    const std::filesystem::path file = folder_ / "certificate.json";
    write_file(file, text);
    return file;
  }
  std::string refusal(const std::string& text) const {
    const std::filesystem::path file = written(text);
    try {
      (void)read_certificate(file);
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(file.string()), std::string::npos) << "the file is not named";
      return error.what();
    }
    return "";
  }

  std::filesystem::path folder_;
};

json toy_certificate() {
  return certificate_of(settings_for(registered_toys(), 100), {});
}

json with_digest(json certificate) {
  certificate["digest"] = fixtures::json_digest(certificate, {"run", "digest"});
  return certificate;
}

TEST_F(CertificateFile, ComesBackUnchanged) {
  const json certificate = toy_certificate();
  EXPECT_EQ(read_certificate(written(certificate.dump(1))), certificate);
}

TEST_F(CertificateFile, ThatWasAlteredIsRefused) {
  json certificate = toy_certificate();
  certificate["rows"][1]["verdict"] = "supported";
  EXPECT_NE(refusal(certificate.dump()).find("altered"), std::string::npos);
  certificate = toy_certificate();
  certificate.erase("digest");
  EXPECT_NE(refusal(certificate.dump()).find("missing"), std::string::npos);
}

TEST_F(CertificateFile, WhoseRunDiffersIsTheSame) {
  json certificate = toy_certificate();
  certificate["run"]["seconds"] = 1e6;
  EXPECT_EQ(read_certificate(written(certificate.dump())).at("digest"), certificate.at("digest"));
}

TEST_F(CertificateFile, ThatIsTruncatedOrOfAnotherKindIsRefused) {
  const std::string text = toy_certificate().dump();
  EXPECT_NE(refusal(text.substr(0, text.size() / 2)).find("truncated"), std::string::npos);
  EXPECT_NE(refusal("{\"schema\": \"straightedge/certificate/2\"}").find("another version"), std::string::npos);
  EXPECT_NE(refusal("{\"schema\": \"straightedge/counterexample/1\"}").find("not the one wanted"), std::string::npos);
  EXPECT_NE(refusal("[]").find("not the one wanted"), std::string::npos);
  EXPECT_THROW((void)read_certificate(folder_ / "nothing.json"), InputError);
  EXPECT_THROW((void)read_certificate(folder_), InputError);
}

TEST(Certificate, ItsRecordsGiveTheSameCertificate) {
  const Settings settings = settings_for(registered_toys(), 100);
  const json certificate = certificate_of(settings, {});
  const std::vector<ClaimRecord> records = records_of(certificate);
  const json again = make_certificate(settings_of(certificate), records, rule_all(records, {}), {});
  EXPECT_EQ(again.at("digest"), certificate.at("digest"));
}

TEST(Certificate, OfAnUnknownClaimIsRefused) {
  const ToyClaim unknown(true_toy("toy/unknown"));
  const json certificate = certificate_of(settings_for({&unknown}, 10), {});
  EXPECT_THROW((void)records_of(certificate), InputError);
}

TEST(Verify, FindsEverythingAgainInAnHonestCertificate) {
  const std::vector<Verification> rows = verify(toy_certificate());
  ASSERT_EQ(rows.size(), 2U);
  for (const Verification& row : rows) {
    EXPECT_TRUE(row.departures.empty()) << row.departures.front();
    EXPECT_GE(row.agreements.size(), 4U);  // verdict, smallest margin, that of the search, mutant
  }
  EXPECT_EQ(rows[1].agreements.size(), 7U);  // and the first failing case, the search's, and the counterexample
}

TEST(Verify, FindsAVerdictThatTheRecordsDoNotGive) {
  json certificate = toy_certificate();
  certificate["rows"][1]["verdict"] = "supported";
  const std::vector<Verification> rows = verify(with_digest(certificate));
  EXPECT_TRUE(rows[0].departures.empty());
  EXPECT_EQ(rows[1].departures.size(), 1U);
}

TEST(Verify, FindsASearchedMarginThatIsNotTheCases) {
  json certificate = toy_certificate();
  json& margin = certificate["rows"][0]["search"]["smallest"]["outcome"]["margin"];
  margin = margin.get<double>() + 1e-6;
  EXPECT_EQ(verify(with_digest(certificate))[0].departures.size(), 1U);
}

TEST(Verify, FindsAMarginThatIsNotTheCases) {
  json certificate = toy_certificate();
  json& margin = certificate["rows"][0]["smallest_margin"]["outcome"]["margin"];
  margin = margin.get<double>() + 1e-6;
  EXPECT_EQ(verify(with_digest(certificate))[0].departures.size(), 1U);
}

TEST(Verify, FindsACounterexampleThatDoesNotRefute) {
  json certificate = toy_certificate();
  certificate["counterexamples"][0]["case"]["n"] = {900, 0, 0};
  EXPECT_EQ(verify(with_digest(certificate))[1].departures.size(), 1U);
}

TEST(Verify, FindsAMutantThatThePlantedCaseDoesNotRefute) {
  json certificate = toy_certificate();
  certificate["rows"][0]["mutant"]["planted"] = 99;
  EXPECT_EQ(verify(with_digest(certificate))[0].departures.size(), 1U);
}

/// How many departures of the row the alteration makes.
std::size_t departures_of(std::size_t row, const std::function<void(json&)>& alter) {
  json certificate = toy_certificate();
  alter(certificate);
  return verify(with_digest(certificate)).at(row).departures.size();
}

TEST(Verify, TakesNoUncertaintyFromTheCertificate) {
  EXPECT_EQ(departures_of(0,
                          [](json& certificate) {
                            json& outcome = certificate["rows"][0]["smallest_margin"]["outcome"];
                            outcome["margin"] = outcome["margin"].get<double>() + 1;
                            outcome["uncertainty"] = 1.5;
                          }),
            1U);
}

TEST(Verify, WantsEvidenceForEachFailure) {
  EXPECT_GE(departures_of(0, [](json& certificate) { certificate["rows"][0]["drawn"]["failing"] = 1; }), 1U);
  EXPECT_EQ(departures_of(1, [](json& certificate) { certificate["counterexamples"] = json::array(); }), 1U);
  EXPECT_EQ(departures_of(1,
                          [](json& certificate) {
                            json& index = certificate["rows"][1]["drawn"]["first_failing"]["index"];
                            index = index.get<std::int64_t>() + 1;
                          }),
            1U);
  EXPECT_GE(departures_of(0,
                          [](json& certificate) {
                            json& search = certificate["rows"][0]["search"];
                            search["failing"] = search["smallest"];
                            search["failing"]["outcome"]["decision"] = "fails";
                          }),
            1U);
  EXPECT_EQ(departures_of(1,
                          [](json& certificate) {
                            certificate["rows"][1]["search"]["failing"]["enclosure"] = {-2, -1};
                          }),
            1U);
}

TEST(Verify, FindsWhatIsMissing) {
  for (const char* part : {"mutant", "smallest_margin"}) {
    EXPECT_EQ(departures_of(0, [part](json& certificate) { certificate["rows"][0][part] = nullptr; }), 1U) << part;
  }
  EXPECT_EQ(departures_of(0, [](json& certificate) { certificate["rows"][0]["drawn"]["cases"] = 1000000; }), 1U);
  EXPECT_EQ(departures_of(0, [](json& certificate) { certificate["rows"][0]["search"]["starts"] = 1; }), 1U);
  json certificate = toy_certificate();
  certificate["rows"].erase(1);
  EXPECT_THROW((void)verify(with_digest(certificate)), InputError);
}

TEST(Verify, RefusesAShardThatThereIsNot) {
  for (const auto& [index, count] : {std::pair(0, 1), std::pair(1, 0), std::pair(3, 2)}) {
    json certificate = toy_certificate();
    certificate["run"]["shard"] = {{"index", index}, {"count", count}};
    EXPECT_THROW((void)verify(certificate), InputError);
  }
}

TEST(Replay, JudgesTheCaseAgain) {
  (void)registered_toys();
  Counterexample counterexample{.claim = "toy/false", .value = Case{{"n", {901, 0, 0}}}};
  EXPECT_EQ(replay(counterexample).decision, Decision::fails);
  counterexample.value.set("n", {900, 0, 0});
  EXPECT_EQ(replay(counterexample).decision, Decision::holds);
  counterexample.claim = "toy/nothing";
  EXPECT_THROW((void)replay(counterexample), InputError);
}

}  // namespace
}  // namespace straightedge::proofs
