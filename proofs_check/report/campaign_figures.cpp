#include <report/campaign_figures.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <box_table.hpp>
#include <cmath>
#include <crossover_proof.hpp>
#include <map>
#include <report/flow_figures.hpp>
#include <report/variance_figures.hpp>
#include <set>
#include <string_view>
#include <survey.hpp>

namespace straightedge::report {
namespace {

using proofs::ClaimRecord;

const ClaimRecord* record_of(const std::vector<ClaimRecord>& records, const std::string& claim) {
  const auto found = std::find_if(records.begin(), records.end(),
                                  [&claim](const ClaimRecord& record) { return record.claim->info().id == claim; });
  return found == records.end() ? nullptr : &*found;
}

/// The ranges of phi on which F* of d = 2 is proved.
std::vector<proofs::Range> proved_crossings(const std::vector<ClaimRecord>& records) {
  std::vector<proofs::Range> ranges;
  const ClaimRecord* record = record_of(records, "crossover");
  if (record == nullptr) {
    return ranges;
  }
  for (const proofs::BoxTable& table : proofs::box_tables(*record)) {
    for (const proofs::BoxRow& row : table.rows) {
      if (table.proof->set() == proofs::CrossoverRoots(2).set() && row.argument != "open") {
        ranges.push_back(row.box.front());
      }
    }
  }
  return ranges;
}

struct SeenBox {
  std::string_view argument;
  double low, high;  ///< of the ratio
  double phi_low, phi_high;
};

/// The boxes of (lambda_1, lambda_2, phi), lambda_1 <= lambda_2, seen along the eigenvalues' common scale.
std::vector<SeenBox> seen_along_the_scale(const std::vector<proofs::BoxRow>& boxes) {
  std::vector<SeenBox> seen;
  for (const proofs::BoxRow& row : boxes) {
    const proofs::Range& first = row.box.at(0);
    const proofs::Range& second = row.box.at(1);
    const proofs::Range& phi = row.box.at(2);
    seen.push_back({row.argument, std::max(0.99, second.low / first.high), second.high / first.low, phi.low, phi.high});
  }
  return seen;
}

/// Tens of thousands of boxes as some hundred rectangles: in each strip of the angle, the ratios at which an argument
/// decides any of them.
std::string strips_of(const std::vector<SeenBox>& boxes) {
  constexpr double kStrip = 2;  // degrees
  std::string table = "argument,ratio low,ratio high,phi low (degrees),phi high (degrees)\n";
  for (double phi = 5; phi < 175; phi += kStrip) {
    std::map<std::string_view, std::map<double, double>> intervals;  // of each argument, by their lower ends
    for (const SeenBox& box : boxes) {
      if (box.phi_low <= phi + kStrip / 2 && phi + kStrip / 2 < box.phi_high) {
        double& high = intervals[box.argument][box.low];
        high = std::max(high, box.high);
      }
    }
    for (const auto& [argument, pieces] : intervals) {
      double low = pieces.begin()->first;
      double high = low;
      const auto close = [&, &name = argument] {
        table += fmt::format("{},{:.4g},{:.4g},{},{}\n", name, low, high, phi, phi + kStrip);
      };
      for (const auto& [from, to] : pieces) {
        if (from > high) {
          close();
          low = from;
        }
        high = std::max(high, to);
      }
      close();
    }
  }
  return table;
}

std::string text_of(const std::set<std::int64_t>& numbers) {
  return fmt::format("'{}'", fmt::join(numbers, " "));
}

std::optional<Figure> memorisation(const std::vector<ClaimRecord>& records, const std::string& origin) {
  const ClaimRecord* record = record_of(records, "noise-alone-memorises");
  if (record == nullptr || !record->survey) {
    return std::nullopt;
  }
  std::set<std::int64_t> dimensions;
  std::set<std::int64_t> sizes;
  for (const auto& [row, values] : record->survey->measured) {
    dimensions.insert(std::get<std::int64_t>(values.at(1)));
    sizes.insert(std::get<std::int64_t>(values.at(2)));
  }
  return Figure{
      .name = "memorisation",
      .title = "How often the exact noisy minimiser memorises",
      .text =
          "Flows of the minimiser on N random pairs in d dimensions: the fraction that ends within 5 % of the "
          "root-mean-square size from its partner (frozen sources, from one of them), or far nearer to one "
          "target than to any other (resampled, from a fresh source), with bounds at 99 %. With frozen sources in 32 "
          "dimensions it "
          "memorises at noise that is far from small: that noise restores generalisation does not follow from "
          "the minimiser.",
      .claims = {"noise-alone-memorises"},
      .table = proofs::survey_csv(*record->claim->survey(), *record->survey, origin),
      .variables = {{"dimensions", text_of(dimensions)}, {"sizes", text_of(sizes)}},
      .height = 520,
      .narrow_height = 700};
}

std::optional<Figure> own_boxes(const std::vector<ClaimRecord>& records, const std::string& origin) {
  const ClaimRecord* record = record_of(records, "figure-4/own");
  if (record == nullptr || !record->proof || !record->proof->complete()) {
    return std::nullopt;
  }
  const std::vector<proofs::BoxTable> tables = proofs::box_tables(*record);
  if (tables.empty()) {
    return std::nullopt;
  }
  return Figure{
      .name = "own-boxes",
      .title = "Which argument proves figure 4's own couplings where",
      .text =
          "Every problem of the plane with eigenvalues in [0.1, 10] and angles in [5, 175] degrees lies in a box "
          "on which interval arithmetic decides that the OT field has the lower gradient variance under its own "
          "pairs. At one ratio and angle there are boxes of several scales of the eigenvalues, and so of several "
          "arguments; figures/figure-4-own-boxes.csv has them all.",
      .claims = {"figure-4/own"},
      .table = "# " + origin + "\n" + strips_of(seen_along_the_scale(tables.front().rows)),
      .height = 480};
}

Figure margins(const std::vector<ClaimRecord>& records, const std::string& origin) {
  std::string table = fmt::format("# {}\nrow,claim,margin,margin of the search\n", origin);
  int rows = 0;
  for (const ClaimRecord& record : records) {
    if (const std::optional<double> margin = smallest_margin(record)) {
      table += fmt::format("{},{},{:.6g},{}\n", ++rows, record.claim->info().id, *margin,
                           record.search.smallest ? fmt::format("{:.6g}", record.search.smallest->outcome.margin) : "");
    }
  }
  return {
      .name = "margins",
      .title = "How nearly each claim fails",
      .text =
          "The smallest margin of each claim, of all its cases and of the adversarial search; below zero the claim "
          "would be false. What a margin measures each claim says, so that two rows are not to be compared. It is near "
          "zero where a case brings the two sides near to each other, by lying next to a boundary or because both are "
          "large. Of a refuted statement the cases here judge how far it does hold.",
      .claims = {},
      .table = table,
      .variables = {{"rows", std::to_string(rows)}},
      .height = 150 + 22 * rows,
      .narrow_height = 140 + 30 * rows};
}

}  // namespace

std::optional<double> smallest_margin(const ClaimRecord& record) {
  if (record.smallest) {
    return record.smallest->outcome.margin;
  }
  const proofs::RankedMargin* ranked = record.drawn.smallest_margin();
  return ranked == nullptr ? std::nullopt : std::optional(ranked->margin);
}

std::vector<Figure> campaign_figures(const std::vector<ClaimRecord>& records, const std::string& origin) {
  std::vector<Figure> figures = {crossing_lines(), variance_over_time(), variance_over_noise(),
                                 phase_diagram(proved_crossings(records)), reflow_contraction()};
  for (std::optional<Figure> figure : {memorisation(records, origin), own_boxes(records, origin)}) {
    if (figure) {
      figures.push_back(std::move(*figure));
    }
  }
  for (Figure& figure : figures) {
    std::erase_if(figure.claims, [&records](const std::string& claim) { return record_of(records, claim) == nullptr; });
  }
  std::erase_if(figures, [](const Figure& figure) { return figure.claims.empty(); });
  if (std::any_of(records.begin(), records.end(),
                  [](const ClaimRecord& record) { return smallest_margin(record).has_value(); })) {
    figures.push_back(margins(records, origin));
  }
  return figures;
}

}  // namespace straightedge::report
