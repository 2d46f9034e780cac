#include <survey.hpp>

#include <fmt/format.h>

#include <claim.hpp>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

using nlohmann::json;

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (const std::string& field : fields) {
    line.append(&field == &fields.front() ? "" : ",");
    if (field.find_first_of(",\"\n") == std::string::npos) {
      line.append(field);
      continue;
    }
    line.push_back('"');
    for (const char c : field) {
      line.append(c == '"' ? 2 : 1, c);
    }
    line.push_back('"');
  }
  return line.append("\n");
}

/// Each line of `text` behind a '#'.
std::string comment(const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) {
    result += fmt::format("# {}\n", line);
  }
  return result;
}

}  // namespace

double rounded_number(double value) {
  return std::strtod(fmt::format("{:.6g}", value).c_str(), nullptr);
}

void SurveyRecord::merge(const SurveyRecord& other) {
  if (other.rows != rows) {
    throw InputError(fmt::format("a survey of {} rows, where another shard's has {}", other.rows, rows));
  }
  for (const auto& [row, values] : other.measured) {
    if (!measured.emplace(row, values).second) {
      throw InputError(fmt::format("row {} of a survey is in two shards", row));
    }
  }
}

void SurveyRecord::require_share(std::int64_t index, std::int64_t count, std::size_t columns) const {
  std::int64_t expected = index - 1;
  for (const auto& [row, values] : measured) {
    if (row != expected) {
      throw InputError(
          fmt::format("a survey has row {} where row {} of shard {}/{} is due", row, expected, index, count));
    }
    if (values.size() != columns) {
      throw InputError(fmt::format("row {} of a survey has {} values for {} columns", row, values.size(), columns));
    }
    expected += count;
  }
  if (expected < rows) {
    throw InputError(fmt::format("row {} of a survey is missing", expected));
  }
}

std::string to_string(const SurveyValue& value) {
  if (const auto* word = std::get_if<std::string>(&value)) {
    return *word;
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return fmt::format("{:.6g}", *number);
  }
  return std::to_string(std::get<std::int64_t>(value));
}

void to_json(json& json, const SurveyColumn& column) {
  json = {{"name", column.name}, {"unit", column.unit}, {"meaning", column.meaning}};
}

json row_to_json(const SurveyRow& row) {
  json values = json::array();
  for (const SurveyValue& value : row) {
    std::visit([&values](const auto& held) { values.push_back(held); }, value);
  }
  return values;
}

SurveyRow row_from_json(const json& json) {
  SurveyRow row;
  for (const auto& value : json.is_array() ? json : throw InputError("a survey's row is not an array")) {
    if (value.is_number_float()) {
      row.emplace_back(value.get<double>());
    } else if (value.is_number_integer()) {
      row.emplace_back(value.get<std::int64_t>());
    } else if (value.is_string()) {
      row.emplace_back(value.get<std::string>());
    } else {
      throw InputError("a survey's row holds " + value.dump() + ", not a number or a word");
    }
  }
  return row;
}

void to_json(json& json, const SurveyRecord& record) {
  nlohmann::json measured = nlohmann::json::array();
  for (const auto& [row, values] : record.measured) {
    measured.push_back({{"row", row}, {"values", row_to_json(values)}});
  }
  json = {{"rows", record.rows}, {"measured", std::move(measured)}};
}

void from_json(const json& json, SurveyRecord& record) {
  record = {.rows = json.at("rows").get<std::int64_t>()};
  for (const auto& entry : json.at("measured")) {
    const auto row = entry.at("row").get<std::int64_t>();
    if (!record.measured.emplace(row, row_from_json(entry.at("values"))).second) {
      throw InputError(fmt::format("row {} of a survey is there twice", row));
    }
  }
}

std::string survey_csv(const Survey& survey, const SurveyRecord& record, const std::string& origin) {
  std::string text = comment(survey.title()) + comment(survey.method()) + comment(origin);
  if (!record.complete()) {
    text += comment(fmt::format("INCOMPLETE: {} of {} rows; `straightedge merge` joins the shards",
                                record.measured.size(), record.rows));
  }
  std::vector<std::string> names;
  for (const SurveyColumn& column : survey.columns()) {
    const std::string unit = column.unit.empty() ? "" : fmt::format(" in {}", column.unit);
    text += comment(fmt::format("{}{}: {}", column.name, unit, column.meaning));
    names.push_back(column.name);
  }
  text += comment(survey.figure()) + csv_line(names);
  for (const auto& [row, values] : record.measured) {
    std::vector<std::string> fields;
    std::transform(values.begin(), values.end(), std::back_inserter(fields),
                   [](const SurveyValue& value) { return to_string(value); });
    text += csv_line(fields);
  }
  return text;
}

std::string survey_file_name(const std::string& claim) {
  return file_stem(claim) + ".csv";
}

}  // namespace straightedge::proofs
