#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <journal.hpp>
#include <sstream>
#include <straightedge/error.hpp>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

using nlohmann::json;

class JournalFile : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::path(::testing::TempDir()) /
            ("journal-" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::remove(file_);
    settings_ = settings_for({&claim_}, 100);
  }
  void TearDown() override { std::filesystem::remove(file_); }

  void record(std::initializer_list<const char*> names) {
    Journal journal(file_, settings_, {}, false);
    for (const char* name : names) {
      journal.store(name, {{"of", name}});
    }
  }
  std::string text() const {
    std::ostringstream all;
    all << std::ifstream(file_).rdbuf();
    return all.str();
  }
  void overwrite(const std::string& text) const { std::ofstream(file_) << text; }

  ToyClaim claim_{true_toy()};
  Settings settings_;
  std::filesystem::path file_;
};

TEST_F(JournalFile, KeepsResultsAcrossRuns) {
  record({"a", "b"});
  const Journal journal(file_, settings_, {}, true);
  EXPECT_EQ(journal.resumed(), 2U);
  EXPECT_EQ(*journal.find("b"), (json{{"of", "b"}}));
  EXPECT_EQ(journal.find("c"), nullptr);
}

TEST_F(JournalFile, StartsAnewUnlessItIsResumed) {
  record({"a", "b"});
  record({"c"});
  const Journal journal(file_, settings_, {}, true);
  EXPECT_EQ(journal.resumed(), 1U);
  EXPECT_EQ(journal.find("a"), nullptr);
}

TEST_F(JournalFile, CutAtAnyByteLosesAtMostTheLineThatWasCut) {
  record({"a", "b", "c"});
  const std::string whole = text();
  const std::size_t first_line = whole.find('\n') + 1;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    overwrite(cut);
    const auto lines = static_cast<std::size_t>(std::count(cut.begin(), cut.end(), '\n'));
    {
      Journal journal(file_, settings_, {}, true);
      EXPECT_EQ(journal.resumed(), length < first_line ? 0 : lines - 1) << length;
      journal.store("d", 1);
    }
    const Journal again(file_, settings_, {}, true);
    EXPECT_NE(again.find("d"), nullptr) << length;
  }
}

TEST_F(JournalFile, OfOtherSettingsIsRefused) {
  record({"a"});
  const auto refused = [&](const Settings& settings, const Shard& shard) {
    EXPECT_THROW(Journal(file_, settings, shard, true), InputError);
  };
  Settings other = settings_;
  other.seed = 12;
  refused(other, {});
  other = settings_;
  other.cases = 101;
  refused(other, {});
  other = settings_;
  other.precise = Tier::digits100;
  refused(other, {});
  const ToyClaim second(true_toy("toy/second"));
  other = settings_;
  other.claims.push_back(&second);
  refused(other, {});
  refused(settings_, {.index = 1, .count = 2});
  EXPECT_EQ(Journal(file_, settings_, {}, true).resumed(), 1U) << "a refusal must not touch the file";
}

TEST_F(JournalFile, DamagedBeforeItsLastLineIsRefused) {
  record({"a", "b"});
  std::string damaged = text();
  damaged[damaged.find("\"of\"")] = '}';
  overwrite(damaged);
  EXPECT_THROW(Journal(file_, settings_, {}, true), InputError);
}

}  // namespace
}  // namespace straightedge::proofs
