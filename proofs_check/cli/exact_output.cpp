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

bool is_matrix(Quantity quantity) {
  return quantity == Quantity::transport_map || quantity == Quantity::flow_map;
}

/// Of an outcome that has a value.
Shape shape_of(Quantity quantity, const enclosure::Outcome& outcome) {
  if (is_matrix(quantity)) {
    return {Shape::Kind::matrix, outcome.rows, outcome.columns};
  }
  return {quantity == Quantity::singular_times ? Shape::Kind::list : Shape::Kind::scalar, 1, outcome.columns};
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

constexpr int kMoreDigitsOfWitness = 10;  // its radii are smaller than ours

/// The witness's value in our format. It has one.
Result shown(Quantity quantity, const Testimony& testimony, int digits) {
  return as_result(testimony.outcome, shape_of(quantity, testimony.outcome), digits + kMoreDigitsOfWitness);
}

Json witness_json(Quantity quantity, const Testimony& testimony, int digits) {
  Json json = Json::object();
  if (testimony.outcome.is_enclosed()) {
    const Result result = shown(quantity, testimony, digits);
    json = {{"value", value_json(result)}, {"radius", result.radius}};
  } else {
    json = {
        {"value", nullptr}, {"status", status_name(testimony.outcome.status)}, {"reason", testimony.outcome.reason}};
  }
  json["overlaps"] =
      testimony.agreement == Agreement::undecided ? Json(nullptr) : Json(testimony.agreement == Agreement::overlaps);
  return json;
}

struct TableRow {
  std::string name;
  std::string value;
  std::string radius;
  std::string kind;
};

/// Lines of a quantity: one, or one for each row of a matrix, its entries side by side.
void append_rows(const std::string& name, const Result& result, const std::string& kind, std::vector<TableRow>& rows) {
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
    rows.push_back({first ? name : "", lines[i], first ? radius : "", first ? kind : ""});
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

/// ",NAME" or ",NAME[i][j]" for each entry, and ",NAME_radius".
std::string columns_of(Quantity quantity, const std::string& name, Eigen::Index dimension) {
  std::string columns;
  if (!is_matrix(quantity)) {
    columns = ',' + name;
  } else {
    for (Eigen::Index i = 0; i < dimension; ++i) {
      for (Eigen::Index j = 0; j < dimension; ++j) {
        columns += fmt::format(",{}[{}][{}]", name, i, j);
      }
    }
  }
  return columns + fmt::format(",{}_radius", name);
}

std::string cells(const Result& result) {
  const bool is_list = result.shape.kind == Shape::Kind::list;
  std::string text(",");
  for (std::size_t i = 0; i < result.entries.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : (is_list ? " " : ","), result.entries[i]);
  }
  return text + ',' + result.radius;
}

std::string empty_cells(Quantity quantity, Eigen::Index dimension) {
  const Eigen::Index entries = is_matrix(quantity) ? dimension * dimension : 1;
  return std::string(static_cast<std::size_t>(entries) + 1, ',');
}

/// The witness's lines below ours: in the table where either has a value, else among what does not exist.
void append_witness(Quantity quantity, const Testimony& testimony, bool is_in_table, int digits,
                    std::vector<TableRow>& rows, std::string& missing) {
  const std::string agreement = agreement_name(testimony.agreement);
  const std::string status = status_name(testimony.outcome.status);
  if (testimony.outcome.is_enclosed()) {
    const std::string name = is_in_table ? "  witness" : std::string(name_of(quantity)) + ", witness";
    append_rows(name, shown(quantity, testimony, digits), agreement, rows);
    return;
  }
  if (is_in_table) {
    rows.push_back({"  witness", status, "", agreement});
  }
  missing += is_in_table ? fmt::format("{}: ", name_of(quantity)) : "  ";
  missing +=
      fmt::format("witness: {}: {}{}\n", status, testimony.outcome.reason, is_in_table ? "" : " (" + agreement + ")");
}

}  // namespace

nlohmann::ordered_json to_json(const Answer& answer, int digits) {
  Json json = Json::object();
  for (const Quantity quantity : kQuantities) {
    Json& entry = json[std::string(name_of(quantity))] = result_json(answer.results.at(quantity));
    if (answer.witness) {
      entry["witness"] = witness_json(quantity, answer.witness->at(quantity), digits);
    }
  }
  return json;
}

nlohmann::ordered_json exact_document(const ReadProblem& read, const Request& request, const Answer& answer) {
  Json json{{"schema", "straightedge/exact/1"}, {"digits", request.digits}};
  if (request.time) {
    json["time"] = exact_text(*request.time);
  }
  json["problem"] = to_json(read.problem);
  json["notes"] = read.notes;
  json["quantities"] = to_json(answer, request.digits);
  return json;
}

std::string exact_table(const ReadProblem& read, const Request& request, const Answer& answer) {
  std::vector<TableRow> rows{{"quantity", "value", "radius", "kind"}};
  std::string missing;
  for (const Quantity quantity : kQuantities) {
    const Result& result = answer.results.at(quantity);
    const std::string name(name_of(quantity));
    if (result.exists()) {
      append_rows(name, result, kind_name(result.kind), rows);
    } else {
      missing += fmt::format("{}: does not exist: {}\n", name, result.reason);
    }
    if (answer.witness) {
      const Testimony& testimony = answer.witness->at(quantity);
      append_witness(quantity, testimony, result.exists(), request.digits, rows, missing);
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
  if (answer.witness) {
    text += '\n' + summary_of(*answer.witness) + '\n';
  }
  return text;
}

std::string csv_header(const std::vector<std::string>& keys, Eigen::Index dimension, bool with_witness) {
  std::string line;
  for (const std::string& key : keys) {
    line += fmt::format("{}{}", line.empty() ? "" : ",", key);
  }
  for (const Quantity quantity : kQuantities) {
    const std::string name(name_of(quantity));
    line += columns_of(quantity, name, dimension);
    if (with_witness) {
      line += columns_of(quantity, name + "_witness", dimension) + fmt::format(",{}_overlaps", name);
    }
  }
  return line + '\n';
}

std::string csv_row(const std::vector<Setting>& at, const Answer& answer, int digits, Eigen::Index dimension) {
  std::string line;
  for (const Setting& setting : at) {
    line += fmt::format("{}{}", line.empty() ? "" : ",", exact_text(setting.value));
  }
  for (const Quantity quantity : kQuantities) {
    const Result& result = answer.results.at(quantity);
    line += result.exists() ? cells(result) : empty_cells(quantity, dimension);
    if (!answer.witness) {
      continue;
    }
    const Testimony& testimony = answer.witness->at(quantity);
    line +=
        testimony.outcome.is_enclosed() ? cells(shown(quantity, testimony, digits)) : empty_cells(quantity, dimension);
    const bool decided = testimony.agreement != Agreement::undecided;
    line += decided ? (testimony.agreement == Agreement::overlaps ? ",true" : ",false") : ",";
  }
  return line + '\n';
}

}  // namespace straightedge::cli
