// The parts of report.html: text, colours, figures.
#include <report/campaign_figures.hpp>
#include <report/gnuplot.hpp>
#include <report/html.hpp>
#include <report/palette.hpp>
#include <report/sweep_report.hpp>
#include <report/variance_figures.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace straightedge::report {
namespace {

double luminance(std::uint32_t colour) {
  const auto linear = [](std::uint32_t byte) {
    const double v = byte / 255.0;
    return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour >> 16U & 255U) + 0.7152 * linear(colour >> 8U & 255U) + 0.0722 * linear(colour & 255U);
}

double contrast(std::uint32_t a, std::uint32_t b) {
  const auto [low, high] = std::minmax({luminance(a), luminance(b)});
  return (high + 0.05) / (low + 0.05);
}

TEST(Palette, MeetsWcagAa) {
  EXPECT_NEAR(contrast(0x000000, 0xffffff), 21, 1e-9);
  EXPECT_LT(contrast(0x8c959f, 0xffffff), 4.5);  // a grey that would not do
  for (const Palette& colours : {kLight, kDark}) {
    for (const std::uint32_t behind : {colours.background, colours.surface}) {
      for (const std::uint32_t text :
           {colours.ink, colours.muted, colours.link, colours.good, colours.bad, colours.open}) {
        EXPECT_GE(contrast(text, behind), 4.5);
      }
    }
    for (const std::uint32_t line : colours.lines) {
      EXPECT_GE(contrast(line, colours.background), 3);
    }
  }
}

TEST(Html, EscapesWhatTextMayNotHold) {
  EXPECT_EQ(escaped("a<b & \"c\" 'd' > e"), "a&lt;b &amp; &quot;c&quot; &#39;d&#39; &gt; e");
  EXPECT_EQ(entry("Note", "x < y"), "<dt>Note</dt><dd>x &lt; y</dd>\n");
  EXPECT_EQ(entry("Note", ""), "");
}

TEST(Html, EncodesDataAsRfc4648Does) {
  EXPECT_EQ(data_uri("text/plain", ""), "data:text/plain;base64,");
  EXPECT_EQ(data_uri("text/plain", "foobar"), "data:text/plain;base64,Zm9vYmFy");
  EXPECT_EQ(data_uri("text/plain", "fooba"), "data:text/plain;base64,Zm9vYmE=");
}

TEST(Html, ATableRefusesARowThatIsTooShort) {
  Table table({{.title = "a"}, {.title = "b", .is_number = true}});
  table.add({"1", "2"});
  EXPECT_NE(table.html().find("<td>1</td><td class=\"number\">2</td>"), std::string::npos);
  EXPECT_THROW(table.add({"1"}), std::out_of_range);
}

Figure figure_of(const std::string& name, const std::string& table) {
  return {
      .name = name, .title = "a title", .text = "text", .table = table, .variables = {{"logx", "0"}, {"logy", "0"}}};
}

TEST(Figures, OneThatGnuplotCannotDrawIsThereAsItsData) {
  Figure figure = figure_of("sweep", "# nothing\ncurve,x,y\n");
  figure.variables.insert({{"curves", "'value'"}, {"count", "1"}, {"key", "'x'"}});
  std::vector<std::string> problems;
  const std::string html = draw({figure}, problems).at(0);
  ASSERT_EQ(problems.size(), 1);
  EXPECT_EQ(problems[0].rfind("sweep: gnuplot: ", 0), 0) << problems[0];
  EXPECT_NE(html.find("Not drawn"), std::string::npos);
  EXPECT_NE(html.find("download=\"sweep.csv\""), std::string::npos);
  EXPECT_EQ(html.find("<img"), std::string::npos);
}

TEST(Figures, AnUnknownScriptIsNoFigure) {
  EXPECT_THROW(static_cast<void>(figure_script("no-such-figure")), std::out_of_range);
}

/// The row of a table whose first cells are these.
std::vector<double> row_of(const std::string& table, const std::string& begin) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(begin + ",", 0) == 0) {
      std::vector<double> numbers;
      std::istringstream cells(line.substr(begin.size() + 1));
      for (std::string cell; std::getline(cells, cell, ',');) {
        numbers.push_back(std::stod(cell));
      }
      return numbers;
    }
  }
  return {};
}

// The numbers of the project's own claims: crossover and loss-against-variance at 120 degrees.
TEST(Figures, ThePhaseDiagramHasTheCrossoversOfTheClaims) {
  const std::vector<double> row = row_of(phase_diagram({}).table, "curve,120");
  ASSERT_EQ(row.size(), 4);
  EXPECT_NEAR(row[0] * row[0], 0.104608, 1e-6);
  EXPECT_NEAR(row[3] * row[3], 0.4135, 1e-4);
}

TEST(Figures, ABoxOfThePhaseDiagramHoldsTheCurve) {
  const Figure figure = phase_diagram({{90, 120}});
  const std::vector<double> box = row_of(figure.table, "box,90");
  ASSERT_EQ(box.size(), 3);
  EXPECT_EQ(box[0], 120);
  EXPECT_NEAR(box[1] * box[1], 0.104608, 1e-6);
  EXPECT_NEAR(box[2] * box[2], 0.312680, 1e-6);
  EXPECT_EQ(figure.variables.at("boxes"), "1");
}

// The mismatch table at s = 0.05, and F* of its problem.
TEST(Figures, VarianceOverNoiseAgreesWithTheTable) {
  const Figure figure = variance_over_noise();
  EXPECT_NEAR(std::pow(std::stod(figure.variables.at("crossover")), 2), 0.0791258689, 2e-9);
  const std::vector<double> row = row_of(figure.table, "0.01");
  ASSERT_EQ(row.size(), 4);
  EXPECT_GT(row[0], row[1]);  // at the OT field rotated pairs vary more than independent ones
  EXPECT_GT(row[2], row[3]);  // each under its own pairs: the OT field less
  EXPECT_GT(row[0], row[2]);  // below F*: under rotated pairs the pair field less
}

// Their integral over t, by the trapezoidal rule, is the table's variance plus what E g_t varies with t.
TEST(Figures, VarianceOverTimeIntegratesToLessThanTheWhole) {
  const std::string table = variance_over_time().table;
  std::vector<double> sums(4);
  for (int k = 0; k <= 100; ++k) {
    const std::vector<double> row = row_of(table, std::to_string(k / 100.0).substr(0, k % 100 == 0  ? 1
                                                                                      : k % 10 == 0 ? 3
                                                                                                    : 4));
    ASSERT_EQ(row.size(), 4) << k;
    for (std::size_t i = 0; i < 4; ++i) {
      sums[i] += row[i] * (k == 0 || k == 100 ? 0.005 : 0.01);
    }
  }
  EXPECT_LT(sums[0], 68.9491428516);
  EXPECT_GT(sums[0], 0.7 * 68.9491428516);
  EXPECT_LT(sums[2], 1.74246317121 * 1.001);
  EXPECT_GT(sums[2], 0.7 * 1.74246317121);
}

TEST(SweepReport, SaysWhatDoesNotChange) {
  const SweepTable table{.command = "straightedge exact x.toml --sweep noise.sigma=0:1:2",
                         .problem = "{}",
                         .notes = {"a < b"},
                         .axes = {{"noise.sigma", false}},
                         .csv = "noise.sigma,loss,loss_radius,angle,map[0][0],cost\n0,1,0,90,1,\n1,2,0,90,2,3\n"};
  std::vector<std::string> problems;
  const std::string html = sweep_report(table, problems);
  EXPECT_TRUE(problems.empty());
  EXPECT_NE(html.find("id=\"figure-loss\""), std::string::npos);
  EXPECT_NE(html.find("<td>angle</td><td>90</td>"), std::string::npos);
  EXPECT_NE(html.find("<td>cost</td><td>3 where it exists</td>"), std::string::npos);
  EXPECT_NE(html.find("a &lt; b"), std::string::npos);
  EXPECT_EQ(html.find("id=\"figure-loss_radius\""), std::string::npos);
}

}  // namespace
}  // namespace straightedge::report
