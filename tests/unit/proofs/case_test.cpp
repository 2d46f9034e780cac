#include <gtest/gtest.h>

#include <case.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

using nlohmann::json;

TEST(Case, ComesBackFromJsonUnchanged) {
  const Case value{{"d", {3}},
                   {"root", {0, -8, 12}},
                   {"empty", {}},
                   {"ends", {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}}};
  EXPECT_EQ(json::parse(json(value).dump()).get<Case>(), value);
}

TEST(Case, NamesTheMissingList) {
  try {
    (void)Case{{"d", {3}}}.list("root");
    FAIL() << "no exception";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("'root'"), std::string::npos);
  }
}

TEST(Case, AnIntegerIsAListOfOne) {
  const Case value{{"d", {3}}, {"two", {1, 2}}};
  EXPECT_EQ(value.integer("d"), 3);
  EXPECT_EQ(value.integer_or("sigma", 7), 7);
  EXPECT_EQ(value.integer_or("d", 7), 3);
  EXPECT_THROW((void)value.integer("two"), InputError);
}

TEST(Case, RefusesWhatIsNoListOfIntegers) {
  for (const char* text : {"[1]", "3", "{\"d\": 3}", "{\"d\": [1.5]}", "{\"d\": [\"1\"]}", "{\"d\": [null]}",
                           "{\"d\": [9223372036854775808]}", "{\"d\": [[1]]}"}) {
    EXPECT_THROW((void)json::parse(text).get<Case>(), InputError) << text;
  }
}

}  // namespace
}  // namespace straightedge::proofs
