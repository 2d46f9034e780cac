#include <case_words.hpp>

#include <gtest/gtest.h>

namespace straightedge::proofs {
namespace {

TEST(CaseInWords, NamesWhatTheIntegersOfAGaussianCaseStandFor) {
  const Case simple{{"d", {2}}, {"root", {8, -8}}, {"angles", {1920}}, {"sigma", {13}}};
  EXPECT_EQ(in_words(simple), "d = 2, M^(1/2) with eigenvalues 2, 0.5, rotated by 120 degrees, s = 0.0507812");
  const Case unturned{{"d", {2}}, {"root", {0, 0}}, {"frame", {0}}, {"planes", {0}}};
  EXPECT_EQ(in_words(unturned), "d = 2, M^(1/2) with eigenvalues 1, 1");
  const Case more{{"d", {1}}, {"root", {0}}, {"offset", {7}}};
  EXPECT_EQ(in_words(more), "d = 1, M^(1/2) with eigenvalues 1, and keys of the claim's own");
  const Case line{{"d", {1}}, {"root", {8}}, {"angles", {}}, {"reflect", {1}}};
  EXPECT_EQ(in_words(line), "d = 1, M^(1/2) with eigenvalues 2, reflected");
  const Case full{{"d", {2}},       {"root", {0, 1}}, {"frame", {3}},   {"mean", {-8, 40}},
                  {"angles", {-8}}, {"planes", {46}}, {"reflect", {1}}, {"time", {1024}}};
  EXPECT_EQ(in_words(full),
            "d = 2, M^(1/2) with eigenvalues 1, 1.125 along turned axes, mu = (-0.5, 2.5), rotated by -0.5 degrees in "
            "turned planes, reflected, t = 0.25");
}

TEST(CaseInWords, SaysNothingOfOtherCases) {
  EXPECT_EQ(in_words({{"d", {2}}, {"pairs", {1, 2, 3}}}), "");
}

}  // namespace
}  // namespace straightedge::proofs
