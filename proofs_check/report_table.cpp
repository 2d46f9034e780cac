#include <report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

struct Column {
  std::string title;
  bool right = false;
  std::vector<std::string> cells = {};
  [[nodiscard]] std::size_t width() const {
    std::size_t width = title.size();
    for (const std::string& cell : cells) {
      width = std::max(width, cell.size());
    }
    return width;
  }
  [[nodiscard]] std::string padded(const std::string& text) const {
    return right ? fmt::format("{:>{}}", text, width()) : fmt::format("{:<{}}", text, width());
  }
};

std::string margin_text(const ClaimRecord& record) {
  if (record.smallest) {
    return fmt::format("{:.3g}", record.smallest->outcome.margin);
  }
  const RankedMargin* drawn = record.drawn.smallest_margin();
  return drawn == nullptr ? "-" : fmt::format("{:.3g}", drawn->margin);
}

// None for what was not judged here.
const char* colour_of(const ClaimRecord& record, const Ruling& ruling) {
  const bool here = record.claim->info().by == DecidedBy::prove;
  return ruling.departure ? "\033[31m" : ruling.inconclusive ? "\033[33m" : here ? "\033[32m" : nullptr;
}

std::string trimmed(const std::string& line) {
  return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
}

std::string joined(const std::vector<Column>& columns, std::size_t row, const char* verdict_colour) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string cell = columns[i].padded(columns[i].cells[row]);
    line += (i == 0 ? "" : "  ") + (i == 1 && verdict_colour != nullptr ? verdict_colour + cell + "\033[0m" : cell);
  }
  return trimmed(line);
}

std::string heading(const std::vector<Column>& columns) {
  std::string line;
  for (const Column& column : columns) {
    line += (line.empty() ? "" : "  ") + column.padded(column.title);
  }
  return trimmed(line);
}

std::size_t width_of(const std::vector<Column>& columns) {
  std::size_t width = 0;
  for (const Column& column : columns) {
    width += (width == 0 ? 0 : 2) + column.width();
  }
  return width;
}

/// Removes the columns of these titles, one after the other, until the lines fit.
void leave_out(const std::vector<std::string>& titles, std::vector<Column>& columns, std::size_t width) {
  for (const std::string& title : titles) {
    if (width_of(columns) > width) {
      std::erase_if(columns, [&title](const Column& column) { return column.title == title; });
    }
  }
}

}  // namespace

std::string arithmetic_of(const ClaimRecord& record) {
  std::set<Tier> tiers;
  if (record.drawn.cases > record.drawn.redone) {
    tiers.insert(Tier::working);
  }
  for (const Tally* tally : {&record.drawn, &record.planted}) {
    for (const RankedMargin& ranked : tally->smallest) {
      tiers.insert(ranked.tier);
    }
  }
  if (record.smallest) {
    tiers.insert(record.smallest->outcome.tier);
  }
  std::string text;
  for (const Tier tier : tiers) {
    text += (text.empty() ? "" : ", ") + to_string(tier);
  }
  if (record.proof) {
    text += (text.empty() ? "" : ", ") + record.claim->proof()->arithmetic();
  }
  return text.empty() ? "-" : text;
}

std::string report_table(const std::vector<ClaimRecord>& records, const std::vector<Ruling>& rulings, bool colour,
                         std::size_t width) {
  std::vector<Column> columns = {{.title = "claim"},
                                 {.title = "verdict"},
                                 {.title = "expected"},
                                 {.title = "cases", .right = true},
                                 {.title = "smallest margin", .right = true},
                                 {.title = "arithmetic"},
                                 {.title = "seconds", .right = true}};
  for (std::size_t i = 0; i < records.size(); ++i) {
    const ClaimRecord& record = records[i];
    const bool here = record.claim->info().by == DecidedBy::prove;
    const std::string cells[] = {record.claim->info().id,
                                 verdict_name(rulings[i]),
                                 to_string(record.claim->info().expected),
                                 here ? fmt::format("{}", record.drawn.cases) : "-",
                                 margin_text(record),
                                 arithmetic_of(record),
                                 here ? fmt::format("{:.2f}", record.seconds) : "-"};
    for (std::size_t column = 0; column < columns.size(); ++column) {
      columns[column].cells.push_back(cells[column]);
    }
  }
  leave_out({"arithmetic", "seconds"}, columns, width);
  std::string text = heading(columns);
  for (std::size_t row = 0; row < records.size(); ++row) {
    text += joined(columns, row, colour ? colour_of(records[row], rulings[row]) : nullptr);
  }
  for (std::size_t row = 0; row < records.size(); ++row) {
    if (rulings[row].verdict == Verdict::proved && records[row].proof) {
      text += fmt::format("{}: proved for {}\n", records[row].claim->info().id, records[row].claim->proof()->set());
    }
    if (!rulings[row].note.empty()) {
      text += fmt::format("{}: {}\n", records[row].claim->info().id, rulings[row].note);
    }
    if (records[row].drawn.overturned > 0) {
      text += fmt::format("{}: {} case(s) on which the error bound of the margin in double did not hold\n",
                          records[row].claim->info().id, records[row].drawn.overturned);
    }
  }
  return text;
}

std::string claims_table(const std::vector<const Claim*>& claims) {
  std::vector<Column> columns = {{.title = "claim"}, {.title = "label"}, {.title = "by"}, {.title = "expected"}};
  for (const Claim* claim : claims) {
    const ClaimInfo& info = claim->info();
    const std::string cells[] = {info.id, info.label, to_string(info.by), to_string(info.expected)};
    for (std::size_t column = 0; column < columns.size(); ++column) {
      columns[column].cells.push_back(cells[column]);
    }
  }
  std::string text = heading(columns);
  for (std::size_t row = 0; row < claims.size(); ++row) {
    text += joined(columns, row, nullptr);
  }
  return text;
}

}  // namespace straightedge::proofs
