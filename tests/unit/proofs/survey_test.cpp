// Surveys: tables of measurements beside a verdict, on a toy; memorisation_survey_test.cpp has a real one.
#include <survey.hpp>

#include <gtest/gtest.h>
#include <certificate_verify.hpp>
#include <journal.hpp>
#include <merge.hpp>
#include <report.hpp>
#include <report/prove_report.hpp>

#include <filesystem>
#include <sstream>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

using nlohmann::json;

/// One row for every twenty cases; its number is a function of the seed.
class ToySurvey final : public Survey {
 public:
  [[nodiscard]] std::string title() const override { return "Numbers < 7 & words"; }
  [[nodiscard]] std::string method() const override { return "Counting.\nTwice."; }
  [[nodiscard]] std::string figure() const override { return "number against row"; }
  [[nodiscard]] std::vector<SurveyColumn> columns() const override {
    return {{"row", "", "its index"}, {"number", "m", "of the seed"}, {"a, word", "", "with a comma"}};
  }
  [[nodiscard]] std::int64_t rows(std::int64_t cases) const override { return cases / 20; }
  [[nodiscard]] double weight(std::int64_t row, std::int64_t) const override { return static_cast<double>(row); }
  [[nodiscard]] SurveyRow measure(std::int64_t row, const SurveyPlan& plan) const override {
    return {row, rounded_number(1.0 / static_cast<double>(3 + plan.seed + static_cast<std::uint64_t>(row))),
            std::string("say \"so\", row ") + std::to_string(row)};
  }
};

const Claim* surveyed_toy() {
  static const ToySurvey survey;
  static const Claim* const registered = [] {
    Toy toy = true_toy("toy/surveyed");
    toy.survey = &survey;
    const Registration registration(std::make_unique<ToyClaim>(toy));
    return find_claim("toy/surveyed");
  }();
  return registered;
}

Settings surveyed(std::int64_t cases = 200) {
  return settings_for({surveyed_toy(), registered_toys().front()}, cases);
}

std::vector<ShardCertificate> shards_of(const Settings& settings, std::int64_t count) {
  std::vector<ShardCertificate> shards;
  for (std::int64_t index = 1; index <= count; ++index) {
    shards.push_back({"shard-" + std::to_string(index), certificate_of(settings, {.shard = {index, count}})});
  }
  return shards;
}

std::string refusal(const std::vector<ShardCertificate>& shards) {
  try {
    (void)merge_shards(shards);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

json& measured(ShardCertificate& shard) {
  return shard.certificate["rows"][0]["survey"]["measured"];
}

TEST(Survey, HasEveryRowOfACampaignInOrder) {
  const json certificate = certificate_of(surveyed(), {});
  const json& survey = certificate.at("rows").at(0).at("survey");
  ASSERT_EQ(survey.at("rows"), 10);
  ASSERT_EQ(survey.at("measured").size(), 10U);
  for (std::int64_t row = 0; row < 10; ++row) {
    const json& entry = survey.at("measured").at(static_cast<std::size_t>(row));
    EXPECT_EQ(entry.at("row"), row);
    EXPECT_EQ(row_from_json(entry.at("values")), surveyed_toy()->survey()->measure(row, {11, 200}));
  }
  EXPECT_EQ(survey.at("columns").at(1), (json{{"name", "number"}, {"unit", "m"}, {"meaning", "of the seed"}}));
  EXPECT_TRUE(certificate.at("rows").at(1).at("survey").is_null()) << "a claim without a survey";
}

TEST(Survey, IsTheSameForAnyNumberOfThreads) {
  const json alone = certificate_of(surveyed(), {.jobs = 1});
  EXPECT_EQ(certificate_of(surveyed(), {.jobs = 2}).at("digest"), alone.at("digest"));
  EXPECT_EQ(certificate_of(surveyed(), {.jobs = 5}).at("digest"), alone.at("digest"));
}

TEST(Survey, IsTakenFromTheJournalOfAStoppedRun) {
  const Settings settings = surveyed();
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "survey-journal";
  const json whole = certificate_of(settings, {});
  {
    Journal journal(file, settings, {}, false);
    SurveyRow altered = surveyed_toy()->survey()->measure(3, {settings.seed, settings.cases});
    altered[0] = std::int64_t{1000};
    journal.store("toy/surveyed/survey/3", row_to_json(altered));
  }
  Journal journal(file, settings, {}, true);
  const json resumed = certificate_of(settings, {.store = &journal});
  std::filesystem::remove(file);
  // The row that the journal has is not measured again, and the others are.
  for (std::size_t row = 0; row < 10; ++row) {
    const auto values = [row](const json& of) { return of.at("rows").at(0).at("survey").at("measured").at(row); };
    EXPECT_EQ(values(resumed) == values(whole), row != 3) << row;
  }
  EXPECT_NE(resumed.at("digest"), whole.at("digest")) << "the digest covers the survey";
}

TEST(Survey, ChangesNoVerdict) {
  const json certificate = certificate_of(surveyed(), {});
  EXPECT_EQ(certificate.at("rows").at(0).at("verdict"), "supported");
}

TEST(Survey, OfShardsIsThatOfTheWhole) {
  const json whole = certificate_of(surveyed(), {});
  for (const std::int64_t count : {2, 7, 13}) {
    const Merged merged = merge_shards(shards_of(surveyed(), count));
    EXPECT_EQ(make_certificate(merged.settings, merged.records, rule_all(merged.records, {}), {}).at("digest"),
              whole.at("digest"))
        << count << " shards";
  }
}

TEST(Survey, OfShardsThatDoNotFitTogetherIsRefused) {
  const std::vector<ShardCertificate> good = shards_of(surveyed(), 3);
  ASSERT_EQ(refusal(good), "");
  std::vector<ShardCertificate> shards = good;
  measured(shards[1]).erase(1);
  EXPECT_NE(refusal(shards).find("shard-2: row 'toy/surveyed': a survey has row 7 where row 4"), std::string::npos)
      << refusal(shards);
  shards = good;
  measured(shards[2]).erase(measured(shards[2]).size() - 1);
  EXPECT_NE(refusal(shards).find("row 8 of a survey is missing"), std::string::npos) << refusal(shards);
  shards = good;
  measured(shards[0])[0]["row"] = 1;
  EXPECT_NE(refusal(shards).find("shard-1: row 'toy/surveyed': a survey has row 1 where row 0"), std::string::npos);
  shards = good;
  measured(shards[0]).push_back(measured(shards[0])[0]);
  EXPECT_NE(refusal(shards).find("is there twice"), std::string::npos);
  shards = good;
  measured(shards[0])[0]["values"].push_back(1);
  EXPECT_NE(refusal(shards).find("has 4 values for 3 columns"), std::string::npos);
  shards = good;
  shards[0].certificate["rows"][0]["survey"]["rows"] = 11;
  EXPECT_NE(refusal(shards).find("has not the survey of this program"), std::string::npos);
  shards = good;
  shards[1].certificate["rows"][0]["survey"] = nullptr;
  EXPECT_NE(refusal(shards).find("has not the survey of this program"), std::string::npos);
}

TEST(Survey, HasSomeRowsMeasuredAgainByVerify) {
  json certificate = certificate_of(surveyed(), {});
  const auto verification = [&certificate] { return verify(certificate).at(0); };
  EXPECT_TRUE(verification().departures.empty());
  EXPECT_NE(verification().agreements.back().find("rows 0, 1, 2, 3 of 10"), std::string::npos)
      << verification().agreements.back();
  certificate["rows"][0]["survey"]["measured"][2]["values"][1] = 0.5;
  ASSERT_EQ(verification().departures.size(), 1U);
  EXPECT_EQ(verification().departures.front(), "survey: row 2 is measured otherwise");
}

TEST(Survey, OfAShardWithoutRowsIsVerified) {
  const json certificate = certificate_of(surveyed(), {.shard = {13, 13}});
  EXPECT_TRUE(certificate.at("rows").at(0).at("survey").at("measured").empty());
  const Verification verification = verify(certificate).at(0);
  EXPECT_TRUE(verification.departures.empty());
  EXPECT_EQ(verification.agreements.back().find("survey"), std::string::npos);
}

TEST(Survey, IsATableOfTheReport) {
  const Settings settings = surveyed();
  const Campaign campaign = run_campaign(settings, {});
  const std::vector<Ruling> rulings = rule_all(campaign.records, {});
  std::vector<std::string> problems;
  const std::string html =
      report::prove_report(settings, campaign.records, rulings,
                           make_certificate(settings, campaign.records, rulings, {}), {"c", "d"}, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_NE(html.find("Numbers &lt; 7 &amp; words: 10 of 10 rows"), std::string::npos);
  EXPECT_NE(html.find("say &quot;so&quot;, row 9"), std::string::npos);
  EXPECT_NE(claims_markdown({surveyed_toy()}).find("**Survey**: Numbers < 7 & words"), std::string::npos);
}

TEST(Survey, IsACommentedTableAsCsv) {
  const Campaign campaign = run_campaign(surveyed(), {});
  const SurveyRecord& record = *campaign.records.front().survey;
  std::istringstream lines(survey_csv(*surveyed_toy()->survey(), record, "Seed 11."));
  std::vector<std::string> comments;
  std::vector<std::string> table;
  for (std::string line; std::getline(lines, line);) {
    (line.starts_with("# ") ? comments : table).push_back(line);
  }
  const std::vector<std::string> expected{"# Numbers < 7 & words",
                                          "# Counting.",
                                          "# Twice.",
                                          "# Seed 11.",
                                          "# row: its index",
                                          "# number in m: of the seed",
                                          "# a, word: with a comma",
                                          "# number against row"};
  EXPECT_EQ(comments, expected);
  ASSERT_EQ(table.size(), 11U);
  EXPECT_EQ(table[0], "row,number,\"a, word\"");
  EXPECT_EQ(table[2], "1,0.0666667,\"say \"\"so\"\", row 1\"");
}

TEST(Survey, OfAShardSaysInItsCsvThatItIsNotWhole) {
  const Campaign campaign = run_campaign(surveyed(), {.shard = {2, 3}});
  EXPECT_NE(survey_csv(*surveyed_toy()->survey(), *campaign.records.front().survey, "").find("INCOMPLETE: 3 of 10"),
            std::string::npos);
}

TEST(Survey, RowsKeepTheirTypesInJson) {
  const SurveyRow row{std::int64_t{3}, 3.0, std::string("3")};
  EXPECT_EQ(row_from_json(json::parse(row_to_json(row).dump())), row);
  EXPECT_THROW((void)row_from_json(json::array({true})), InputError);
  EXPECT_THROW((void)row_from_json(json::array({nullptr})), InputError);
  EXPECT_THROW((void)row_from_json(json::object()), InputError);
}

TEST(Survey, RoundsNumbersToSixDigits) {
  EXPECT_EQ(rounded_number(1.0 / 3), 0.333333);
  EXPECT_EQ(rounded_number(2e-7 / 3), 6.66667e-8);
  EXPECT_EQ(rounded_number(0), 0);
  EXPECT_EQ(rounded_number(std::nextafter(0.1, 1.0)), 0.1);
}

TEST(Survey, FileNamesHaveNoSlash) {
  EXPECT_EQ(survey_file_name("figure-4/own"), "figure-4-own.csv");
}

}  // namespace
}  // namespace straightedge::proofs
