#include <nearest.hpp>

#include <gtest/gtest.h>

#include <array>

namespace straightedge::cli {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndTranspositions) {
  EXPECT_EQ(edit_distance("sigma", "sigma"), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("simga", "sigma"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("abcd", "badc"), 2U);
}

TEST(EditDistance, IsSymmetric) {
  EXPECT_EQ(edit_distance("degrees", "degree"), edit_distance("degree", "degrees"));
  EXPECT_EQ(edit_distance("matrix", "planes"), edit_distance("planes", "matrix"));
}

TEST(Suggestion, NamesTheNearWordAndListsAllForAFarOne) {
  constexpr std::array<std::string_view, 3> known{"kind", "sigma", "target"};
  EXPECT_EQ(suggestion("tarqet", known), "did you mean \"target\"");
  EXPECT_EQ(suggestion("frequency", known), "known are \"kind\", \"sigma\", \"target\"");
}

}  // namespace
}  // namespace straightedge::cli
