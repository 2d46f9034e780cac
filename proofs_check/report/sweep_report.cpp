#include <report/sweep_report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <report/figure.hpp>
#include <report/html.hpp>
#include <set>
#include <sstream>

namespace straightedge::report {
namespace {

constexpr std::size_t kCurves = 6;  // as many as there are colours

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::istringstream row(line);
  for (std::string cell; std::getline(row, cell, separator);) {
    cells.push_back(cell);
  }
  return cells;
}

/// "1/3" too, as keys have it; nothing for what is no number.
std::optional<double> number(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    const auto above = number(text.substr(0, slash));
    const auto below = number(text.substr(slash + 1));
    return above && below ? std::optional(*above / *below) : std::nullopt;
  }
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

struct Points {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

Points read(const std::string& csv) {
  Points points;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  points.columns = split(line, ',');
  while (std::getline(lines, line)) {
    points.rows.push_back(split(line, ','));
    points.rows.back().resize(points.columns.size());
  }
  return points;
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool is_quantity(const std::string& column) {
  return column.find('[') == std::string::npos && !ends_with(column, "_radius") && !ends_with(column, "_witness") &&
         !ends_with(column, "_overlaps");
}

/// The values of all keys but the first, as one text: a curve for each.
std::string curve_of(const SweepTable& table, const std::vector<std::string>& row) {
  std::string text;
  for (std::size_t i = 1; i < table.axes.size(); ++i) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : "; ", table.axes[i].key, row[i]);
  }
  return text.empty() ? "value" : text;
}

std::vector<std::string> curves_of(const SweepTable& table, const Points& points) {
  std::vector<std::string> all;
  for (const auto& row : points.rows) {
    const std::string curve = curve_of(table, row);
    if (std::find(all.begin(), all.end(), curve) == all.end()) {
      all.push_back(curve);
    }
  }
  std::vector<std::string> some;
  const std::size_t count = std::min(all.size(), kCurves);
  for (std::size_t k = 0; k < count; ++k) {
    some.push_back(all[count == 1 ? 0 : k * (all.size() - 1) / (count - 1)]);
  }
  return some;
}

Figure figure_of(const SweepTable& table, const Points& points, std::size_t column) {
  const std::vector<std::string> curves = curves_of(table, points);
  std::string rows =
      fmt::format("# straightedge {}\ncurve,{},{}\n", table.command, table.axes[0].key, points.columns[column]);
  double least = std::numeric_limits<double>::infinity();
  double largest = 0;
  for (std::size_t curve = 0; curve < curves.size(); ++curve) {
    for (const auto& row : points.rows) {
      const std::optional<double> x = number(row[0]);
      const std::optional<double> y = number(row[column]);
      if (x && y && curve_of(table, row) == curves[curve]) {
        rows += fmt::format("{},{:.10g},{:.10g}\n", curve + 1, *x, *y);
        least = std::min(least, *y);
        largest = std::max(largest, *y);
      }
    }
    rows += "\n";
  }
  std::string titles;
  for (const std::string& curve : curves) {
    titles += fmt::format("{}\"{}\"", titles.empty() ? "" : " ", curve);
  }
  return {.name = "sweep",
          .title = points.columns[column],
          .text = curves.size() > 1
                      ? fmt::format("Against {}, a curve for each of the other keys' values.", table.axes[0].key)
                      : fmt::format("Against {}.", table.axes[0].key),
          .table = rows,
          .variables = {{"curves", fmt::format("'{}'", titles)},
                        {"count", std::to_string(curves.size())},
                        {"key", fmt::format("'{}'", table.axes[0].key)},
                        {"logx", table.axes[0].is_geometric ? "1" : "0"},
                        {"logy", least > 0 && largest > 100 * least ? "1" : "0"}},
          .height = 360,
          .narrow_height = curves.size() > 1 ? 260 + 18 * static_cast<int>(curves.size()) : 260,
          .file = points.columns[column]};
}

/// The different values of a column, as they are printed.
std::set<std::string> values_of(const Points& points, std::size_t column) {
  std::set<std::string> values;
  for (const auto& row : points.rows) {
    values.insert(row[column]);
  }
  return values;
}

/// Quantities with one value, or with none.
std::string constants(const Points& points, const std::vector<std::size_t>& columns) {
  Table table({{.title = "quantity"}, {.title = "value"}});
  for (const std::size_t column : columns) {
    const std::set<std::string> values = values_of(points, column);
    const std::string& value = *values.rbegin();  // "" comes before any other
    table.add({escaped(points.columns[column]), value.empty()        ? "does not exist, or is no number"
                                                : values.size() == 1 ? escaped(value)
                                                                     : escaped(value) + " where it exists"});
  }
  return table.is_empty() ? "" : "<h2 id=\"constant\">What does not change</h2>\n" + table.html();
}

}  // namespace

std::string sweep_report(const SweepTable& table, std::vector<std::string>& problems) {
  const Points points = read(table.csv);
  std::vector<Figure> figures;
  std::vector<std::size_t> constant;
  for (std::size_t column = table.axes.size(); column < points.columns.size() && !points.rows.empty(); ++column) {
    if (!is_quantity(points.columns[column])) {
      continue;
    }
    const std::set<std::string> values = values_of(points, column);
    if (std::count_if(values.begin(), values.end(), number) > 1) {
      figures.push_back(figure_of(table, points, column));
    } else {
      constant.push_back(column);
    }
  }
  std::string body = fmt::format(
      "<h1>Exact quantities over a sweep</h1>\n<p class=\"muted\">{} points, each value with an error radius: "
      "{}.</p>\n{}",
      points.rows.size(), download("sweep.csv", "text/csv", table.csv, "the whole table (CSV)"),
      command(table.command));
  for (const std::string& note : table.notes) {
    body += fmt::format("<p>{}</p>\n", escaped(note));
  }
  body += "<h2 id=\"figures\">Figures</h2>\n";
  for (const std::string& figure : draw(figures, problems)) {
    body += figure;
  }
  body += constants(points, constant) +
          fmt::format("<h2 id=\"problem\">The problem</h2>\n<p>At the first point:</p>\n<pre>{}</pre>\n",
                      escaped(table.problem));
  return page("straightedge exact --sweep", body);
}

}  // namespace straightedge::report
