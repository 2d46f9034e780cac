#include <report.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include "toy_claims.hpp"

namespace straightedge::proofs {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

TEST(ReportTable, LeavesOutWhatANarrowTerminalHasNoRoomFor) {
  const ToyClaim claim({.id = "isotropic-pair-variance", .judge = {}});
  const std::vector<ClaimRecord> records = {{.claim = &claim}};
  const std::vector<Ruling> rulings(1);
  const std::string whole = report_table(records, rulings, false, 1000);
  const std::size_t width = lines_of(whole).front().size();
  EXPECT_EQ(report_table(records, rulings, false, width), whole);

  const std::string narrower = report_table(records, rulings, false, width - 1);
  EXPECT_EQ(narrower.find("arithmetic"), std::string::npos);
  EXPECT_NE(narrower.find("seconds"), std::string::npos);

  const std::string narrowest = report_table(records, rulings, false, 1);
  EXPECT_EQ(narrowest.find("seconds"), std::string::npos);
  EXPECT_NE(narrowest.find("smallest margin"), std::string::npos);
  EXPECT_EQ(lines_of(narrowest).size(), lines_of(whole).size());
}

}  // namespace
}  // namespace straightedge::proofs
