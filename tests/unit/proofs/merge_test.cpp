#include <gtest/gtest.h>

#include <digest.hpp>
#include <merge.hpp>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

using nlohmann::json;

std::vector<ShardCertificate> shards_of(const Settings& settings, std::int64_t count) {
  std::vector<ShardCertificate> shards;
  for (std::int64_t index = 1; index <= count; ++index) {
    shards.push_back(
        {"shard-" + std::to_string(index), certificate_of(settings, {.shard = {.index = index, .count = count}})});
  }
  return shards;
}

std::string merged_digest(std::vector<ShardCertificate> shards) {
  const Merged merged = merge_shards(std::move(shards));
  return make_certificate(merged.settings, merged.records, rule_all(merged.records, {}), {}).at("digest");
}

std::string refusal(std::vector<ShardCertificate> shards) {
  try {
    (void)merge_shards(std::move(shards));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Merge, OfAllShardsIsTheWholeCampaign) {
  for (const std::int64_t cases : {5, 100, 301}) {  // with 5 cases some of seven shards have none
    const Settings settings = settings_for(registered_toys(), cases);
    const std::string whole = certificate_of(settings, {}).at("digest");
    for (const std::int64_t count : {2, 7}) {
      EXPECT_EQ(merged_digest(shards_of(settings, count)), whole) << cases << " cases in " << count << " shards";
    }
  }
}

TEST(Merge, DoesNotDependOnTheOrderOfTheShards) {
  const Settings settings = settings_for(registered_toys(), 100);
  std::vector<ShardCertificate> shards = shards_of(settings, 3);
  const std::string forward = merged_digest(shards);
  std::swap(shards[0], shards[2]);
  EXPECT_EQ(merged_digest(shards), forward);
}

TEST(Merge, KeepsTheCounterexampleOfLowestIndex) {
  const Settings settings = settings_for(registered_toys(), 300);
  const std::vector<ShardCertificate> shards = shards_of(settings, 7);
  std::int64_t lowest = 300;
  for (const ShardCertificate& shard : shards) {
    for (const json& counterexample : shard.certificate.at("counterexamples")) {
      lowest = std::min(lowest, counterexample.at("index").get<std::int64_t>());
    }
  }
  const Merged merged = merge_shards(shards);
  ASSERT_EQ(merged.records[1].counterexamples.size(), 1U);
  EXPECT_EQ(merged.records[1].counterexamples.front().index, lowest);
}

TEST(Merge, AShardGivesNoVerdict) {
  const json shard = shards_of(settings_for(registered_toys(), 100), 2).front().certificate;
  for (const json& row : shard.at("rows")) {
    EXPECT_EQ(row.at("verdict"), "partial");
    EXPECT_TRUE(row.at("smallest_margin").is_null());
  }
}

TEST(Merge, RefusesAHole) {
  std::vector<ShardCertificate> shards = shards_of(settings_for(registered_toys(), 20), 3);
  for (std::size_t missing = 0; missing < 3; ++missing) {
    std::vector<ShardCertificate> two = shards;
    two.erase(two.begin() + static_cast<std::ptrdiff_t>(missing));
    const std::string expected = "shard " + std::to_string(missing + 1) + "/3 is missing";
    EXPECT_EQ(refusal(two), expected);
  }
}

TEST(Merge, RefusesAnOverlap) {
  std::vector<ShardCertificate> shards = shards_of(settings_for(registered_toys(), 20), 3);
  shards.push_back(shards[1]);
  EXPECT_NE(refusal(shards).find("shard 2/3 is given twice"), std::string::npos);
  std::vector<ShardCertificate> mixed = shards_of(settings_for(registered_toys(), 20), 2);
  mixed[1] = shards[2];
  EXPECT_NE(refusal(mixed).find("a shard of 3"), std::string::npos);
}

TEST(Merge, RefusesOtherSettingsSeedOrVersion) {
  const Settings settings = settings_for(registered_toys(), 20);
  const std::vector<ShardCertificate> shards = shards_of(settings, 2);
  Settings other = settings;
  other.seed = 12;
  EXPECT_NE(refusal({shards[0], shards_of(other, 2)[1]}).find("seed differs"), std::string::npos);
  other = settings;
  other.cases = 21;
  EXPECT_NE(refusal({shards[0], shards_of(other, 2)[1]}).find("settings differs"), std::string::npos);
  std::vector<ShardCertificate> versions = shards;
  versions[1].certificate["version"] = "0.0.1";
  EXPECT_NE(refusal(versions).find("version differs"), std::string::npos);
  versions[0].certificate["version"] = "0.0.1";
  EXPECT_NE(refusal(versions).find("merge it with that version's program"), std::string::npos);
}

TEST(Merge, RefusesAWholeCampaign) {
  const json whole = certificate_of(settings_for(registered_toys(), 20), {});
  EXPECT_NE(refusal({{"whole", whole}}).find("of a whole campaign"), std::string::npos);
}

TEST(Merge, RefusesShardsThatDisagreeOnWhatEachJudges) {
  std::vector<ShardCertificate> shards = shards_of(settings_for(registered_toys(), 20), 2);
  shards[1].certificate["rows"][0]["mutant"]["planted"] = 1;
  EXPECT_NE(refusal(shards).find("has another 'mutant'"), std::string::npos);
}

}  // namespace
}  // namespace straightedge::proofs
