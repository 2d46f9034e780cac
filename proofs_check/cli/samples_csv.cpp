// CSV as it is found: comma, semicolon or tab, whichever the first line has most of; RFC 4180 quoting.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <iterator>
#include <set>
#include <straightedge/error.hpp>

#include "problem_numbers.hpp"
#include "samples.hpp"

namespace straightedge::cli {
namespace {

struct Field {
  std::string text;
  std::size_t line;
  std::size_t column;
};
using Row = std::vector<Field>;

class CsvReader {
 public:
  CsvReader(std::string text, std::string name) : text_(std::move(text)), name_(std::move(name)) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
      at_ = line_start_ = 3;
    }
    const auto nul = text_.find('\0');
    if (nul != std::string::npos) {
      throw InputError(
          fmt::format("{}: not a CSV file: byte {} is NUL; give a text file, or .npy by that extension", name_, nul));
    }
    separator_ = find_separator();
  }

  /// The next row that is not blank; empty at the end.
  Row next() {
    while (at_ < text_.size()) {
      Row row = read_row();
      if (row.size() > 1 || !row.front().text.empty()) {
        return row;
      }
    }
    return {};
  }

  [[noreturn]] void fail(const Field& field, const std::string& what) const {
    throw InputError(fmt::format("{}:{}:{}: {}", name_, field.line, field.column, what));
  }

  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  [[nodiscard]] char find_separator() const {
    const std::string_view rest = std::string_view(text_).substr(at_);
    const std::array<char, 3> candidates{',', ';', '\t'};
    std::array<std::size_t, 3> counts{};
    bool quoted = false;
    for (const char c : rest) {
      if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == '\n' || c == '\r')) {
        break;
      }
      const auto match = std::find(candidates.begin(), candidates.end(), c);
      if (!quoted && match != candidates.end()) {
        ++counts[static_cast<std::size_t>(match - candidates.begin())];
      }
    }
    return candidates[static_cast<std::size_t>(std::max_element(counts.begin(), counts.end()) - counts.begin())];
  }

  Row read_row() {
    Row row;
    bool more = true;
    while (more) {
      row.push_back(read_field());
      more = at_ < text_.size() && text_[at_] == separator_;
      if (more) {
        ++at_;
      }
    }
    end_line();
    return row;
  }

  Field read_field() {
    Field field{"", line_, at_ - line_start_ + 1};
    if (at_ < text_.size() && text_[at_] == '"') {
      read_quoted(field);
      return field;
    }
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
      field.text += text_[at_++];
    }
    const auto first = field.text.find_first_not_of(" \t");
    const auto last = field.text.find_last_not_of(" \t");
    field.text = first == std::string::npos ? "" : field.text.substr(first, last - first + 1);
    return field;
  }

  void read_quoted(Field& field) {
    ++at_;
    while (true) {
      if (at_ == text_.size()) {
        fail(field, "quoted field without an end; close it with \"");
      }
      const char c = text_[at_++];
      if (c == '"') {
        if (at_ == text_.size() || text_[at_] != '"') {
          break;
        }
        ++at_;
      } else if (c == '\n') {
        ++line_;
        line_start_ = at_;
      }
      field.text += c;
    }
    if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
      fail(field, fmt::format("quoted field goes on after its closing quote; put '{}' or the end of the line there",
                              separator_ == '\t' ? "\\t" : std::string(1, separator_)));
    }
  }

  void end_line() {
    if (at_ < text_.size() && text_[at_] == '\r') {
      ++at_;
    }
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
    }
    ++line_;
    line_start_ = at_;
  }

  std::string text_;
  std::string name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  char separator_ = ',';
};

bool is_header(const Row& row) {
  return std::none_of(row.begin(), row.end(), [](const Field& f) { return f.text.empty() || looks_numeric(f.text); });
}

std::string list_names(const Row& header) {
  std::string result;
  for (const Field& field : header) {
    result += fmt::format("{}\"{}\"", result.empty() ? "" : ", ", field.text);
  }
  return result;
}

std::size_t find_column(const CsvReader& csv, const Row& first, bool header, const ColumnSelector& selector) {
  if (const auto* index = std::get_if<Eigen::Index>(&selector)) {
    if (*index < 0 || *index >= static_cast<Eigen::Index>(first.size())) {
      throw InputError(
          fmt::format("{}: has no column {}; columns count from 0 to {}", csv.name(), *index, first.size() - 1));
    }
    return static_cast<std::size_t>(*index);
  }
  const auto& wanted = std::get<std::string>(selector);
  if (!header) {
    throw InputError(fmt::format("{}: has no header, so that no column is called \"{}\"; give columns by index from 0",
                                 csv.name(), wanted));
  }
  const auto match = std::find_if(first.begin(), first.end(), [&](const Field& f) { return f.text == wanted; });
  if (match == first.end()) {
    throw InputError(fmt::format("{}: has no column \"{}\"; its header has {}", csv.name(), wanted, list_names(first)));
  }
  return static_cast<std::size_t>(match - first.begin());
}

std::vector<std::size_t> find_columns(const CsvReader& csv, const Row& first, bool header,
                                      const std::vector<ColumnSelector>& columns) {
  std::vector<std::size_t> result;
  if (columns.empty()) {
    for (std::size_t j = 0; j < first.size(); ++j) {
      result.push_back(j);
    }
    return result;
  }
  for (const ColumnSelector& selector : columns) {
    result.push_back(find_column(csv, first, header, selector));
  }
  const std::set<std::size_t> distinct(result.begin(), result.end());
  if (distinct.size() != result.size()) {
    throw InputError(csv.name() + ": a column is chosen twice; give each of columns once");
  }
  return result;
}

void append_row(const CsvReader& csv, const Row& row, std::size_t width, const std::vector<std::size_t>& chosen,
                SampleTable& table) {
  if (row.size() != width) {
    csv.fail(row.front(), fmt::format("{} fields in a file whose first row has {}; give every row the same number",
                                      row.size(), width));
  }
  for (const std::size_t j : chosen) {
    const Field& field = row[j];
    try {
      table.values.push_back(parse_number(field.text));
    } catch (const InputError& error) {
      csv.fail(field, std::string(error.what()) + ", or choose other columns with columns = [...]");
    }
  }
  ++table.points;
}

}  // namespace

SampleTable read_csv(std::istream& in, const std::string& name, const std::vector<ColumnSelector>& columns) {
  CsvReader csv(std::string(std::istreambuf_iterator<char>(in), {}), name);
  const Row first = csv.next();
  if (first.empty()) {
    throw InputError(name + ": has no rows; give one row a point");
  }
  const bool header = is_header(first);
  const std::vector<std::size_t> chosen = find_columns(csv, first, header, columns);
  SampleTable table{0, static_cast<Eigen::Index>(chosen.size()), {}};
  if (!header) {
    append_row(csv, first, first.size(), chosen, table);
  }
  for (Row row = csv.next(); !row.empty(); row = csv.next()) {
    append_row(csv, row, first.size(), chosen, table);
  }
  return table;
}

}  // namespace straightedge::cli
