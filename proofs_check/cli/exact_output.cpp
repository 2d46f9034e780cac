#include "exact_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "problem_numbers.hpp"
#include "quantities_decimal.hpp"

namespace straightedge::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(ResultKind kind) {
  switch (kind) {
    case ResultKind::exact:
      return "exact";
    case ResultKind::enclosed:
      return "enclosed";
    default:
      return "estimated";
  }
}

Json value_json(const Result& result) {
  if (result.shape.kind == Shape::Kind::scalar) {
    return result.entries.front();
  }
  if (result.shape.kind == Shape::Kind::list) {
    return Json(result.entries);
  }
  Json rows = Json::array();
  const auto width = static_cast<std::ptrdiff_t>(result.shape.columns);
  for (std::ptrdiff_t i = 0; i < result.shape.rows; ++i) {
    const auto start = result.entries.begin() + i * width;
    rows.push_back(std::vector<std::string>(start, start + width));
  }
  return rows;
}

Json result_json(const Result& result) {
  if (!result.exists()) {
    return {{"value", nullptr}, {"reason", result.reason}};
  }
  return {{"value", value_json(result)}, {"radius", result.radius}, {"kind", kind_name(result.kind)}};
}

struct TableRow {
  std::string name;
  std::string value;
  std::string radius;
  std::string kind;
};

/// Lines of a quantity: one, or one for each row of a matrix, its entries side by side.
void append_rows(Quantity quantity, const Result& result, std::vector<TableRow>& rows) {
  const auto width = static_cast<std::size_t>(result.shape.kind == Shape::Kind::scalar ? 1 : result.shape.columns);
  std::vector<std::string> lines(static_cast<std::size_t>(result.shape.rows));
  Real150 largest(result.radius);
  std::string radius = result.radius;
  for (std::size_t i = 0; i < result.entries.size(); ++i) {
    const ShortDecimal entry = supported_digits(result.entries[i], result.radius);
    std::string& line = lines[i / width];
    line += fmt::format("{}{}", line.empty() ? "" : "  ", entry.value);
    if (Real150(entry.radius) > largest) {
      largest = Real150(entry.radius);
      radius = entry.radius;
    }
  }
  if (result.entries.empty()) {
    lines = {"none"};
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool first = i == 0;
    rows.push_back({first ? std::string(name_of(quantity)) : "", lines[i], first ? radius : "",
                    first ? kind_name(result.kind) : ""});
  }
}

std::string describe(const Problem& problem) {
  std::string text = fmt::format("d = {}, {} coupling", problem.dimension(), to_string(problem.coupling));
  if (problem.coupling == CouplingKind::rotated && !problem.rotation.matrix) {
    text += fmt::format(" by {} degrees", exact_text(problem.rotation.degrees));
  }
  text += fmt::format(", noise {}", to_string(problem.noise.kind));
  if (problem.noise.kind != NoiseKind::none) {
    text += fmt::format(" {} (target {})", exact_text(problem.noise.sigma), to_string(problem.noise.target));
  }
  text += fmt::format(", field {}", to_string(problem.field));
  if (problem.samples) {
    text += fmt::format(", target fitted to {} points of {}", problem.samples->points, problem.samples->file);
  }
  return text;
}

std::string aligned(const std::vector<TableRow>& rows) {
  std::size_t name = 0;
  std::size_t value = 0;
  std::size_t radius = 0;
  for (const TableRow& row : rows) {
    name = std::max(name, row.name.size());
    value = std::max(value, row.value.size());
    radius = std::max(radius, row.radius.size());
  }
  std::string text;
  for (const TableRow& row : rows) {
    std::string line =
        fmt::format("{:<{}}  {:<{}}  {:<{}}  {}", row.name, name, row.value, value, row.radius, radius, row.kind);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::vector<std::string> column_names(Quantity quantity, Eigen::Index dimension) {
  const std::string name(name_of(quantity));
  if (quantity != Quantity::transport_map && quantity != Quantity::flow_map) {
    return {name};
  }
  std::vector<std::string> names;
  for (Eigen::Index i = 0; i < dimension; ++i) {
    for (Eigen::Index j = 0; j < dimension; ++j) {
      names.push_back(fmt::format("{}[{}][{}]", name, i, j));
    }
  }
  return names;
}

}  // namespace

nlohmann::ordered_json to_json(const Results& results) {
  Json json = Json::object();
  for (const Quantity quantity : kQuantities) {
    json[std::string(name_of(quantity))] = result_json(results.at(quantity));
  }
  return json;
}

nlohmann::ordered_json exact_document(const ReadProblem& read, const Request& request, const Results& results) {
  Json json{{"schema", "straightedge/exact/1"}, {"digits", request.digits}};
  if (request.time) {
    json["time"] = exact_text(*request.time);
  }
  json["problem"] = to_json(read.problem);
  json["notes"] = read.notes;
  json["quantities"] = to_json(results);
  return json;
}

std::string exact_table(const ReadProblem& read, const Request& request, const Results& results) {
  std::vector<TableRow> rows{{"quantity", "value", "radius", "kind"}};
  std::string missing;
  for (const Quantity quantity : kQuantities) {
    const Result& result = results.at(quantity);
    if (result.exists()) {
      append_rows(quantity, result, rows);
    } else {
      missing += fmt::format("{}: does not exist: {}\n", name_of(quantity), result.reason);
    }
  }
  std::string text = describe(read.problem) + '\n';
  if (request.time) {
    text += fmt::format("loss and moments are integrands at t = {}\n", exact_text(*request.time));
  }
  text += '\n' + aligned(rows);
  text += missing.empty() ? "" : '\n' + missing;
  for (std::size_t i = 0; i < read.notes.size(); ++i) {
    text += fmt::format("{}note: {}\n", i == 0 ? "\n" : "", read.notes[i]);
  }
  return text;
}

std::string csv_header(const std::vector<std::string>& keys, Eigen::Index dimension) {
  std::string line;
  for (const std::string& key : keys) {
    line += fmt::format("{}{}", line.empty() ? "" : ",", key);
  }
  for (const Quantity quantity : kQuantities) {
    for (const std::string& column : column_names(quantity, dimension)) {
      line += ',' + column;
    }
    line += fmt::format(",{}_radius", name_of(quantity));
  }
  return line + '\n';
}

std::string csv_row(const std::vector<Setting>& at, const Results& results, Eigen::Index dimension) {
  std::string line;
  for (const Setting& setting : at) {
    line += fmt::format("{}{}", line.empty() ? "" : ",", exact_text(setting.value));
  }
  for (const Quantity quantity : kQuantities) {
    const Result& result = results.at(quantity);
    if (!result.exists()) {
      line += std::string(column_names(quantity, dimension).size() + 1, ',');
      continue;
    }
    const bool is_list = result.shape.kind == Shape::Kind::list;
    line += ',';
    for (std::size_t i = 0; i < result.entries.size(); ++i) {
      line += fmt::format("{}{}", i == 0 ? "" : (is_list ? " " : ","), result.entries[i]);
    }
    line += ',' + result.radius;
  }
  return line + '\n';
}

}  // namespace straightedge::cli
