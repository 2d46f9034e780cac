#include <certify/json_value.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <certificate.hpp>
#include <fstream>
#include <iterator>
#include <nearest.hpp>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::certify {

using nlohmann::json;

namespace {

// Python's json writes these words, which are no JSON; most readers only say that the document is broken there.
bool holds_no_number(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return text.find("NaN") != std::string::npos || text.find("Infinity") != std::string::npos;
}

}  // namespace

json read_json(const std::filesystem::path& file, const char* schema) {
  try {
    return proofs::read_document(file, schema);
  } catch (const json::exception&) {
    throw InputError(fmt::format("{}: holds a number beyond double precision", file.string()));
  } catch (const InputError& error) {
    if (holds_no_number(file)) {
      throw InputError(
          fmt::format("{}; NaN and Infinity are no numbers of JSON: leave out what is unknown", error.what()));
    }
    throw;
  }
}

JsonValue::JsonValue(const json& value, std::string file, std::string path)
    : value_(value), file_(std::move(file)), path_(std::move(path)) {}

void JsonValue::refuse(const std::string& reason) const {
  throw InputError(path_.empty() ? fmt::format("{}: {}", file_, reason)
                                 : fmt::format("{}: {}: {}", file_, path_, reason));
}

JsonValue JsonValue::member(const json& value, const std::string& name) const {
  return {value, file_, path_ + name};
}

bool JsonValue::has(const std::string& name) const {
  return value_.is_object() && value_.contains(name);
}

JsonValue JsonValue::at(const std::string& name) const {
  if (!value_.is_object()) {
    refuse(fmt::format("is a JSON {}; an object is needed", value_.type_name()));
  }
  const auto found = value_.find(name);
  if (found == value_.end()) {
    refuse(fmt::format("'{}' is missing", name));
  }
  return member(*found, path_.empty() ? name : "." + name);
}

void JsonValue::require_no_others(const std::vector<std::string>& names) const {
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (const auto& [name, value] : value_.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      refuse(fmt::format("'{}' is not a member that is known here; {}", name, suggestion(name, known)));
    }
  }
}

std::string JsonValue::text() const {
  if (!value_.is_string()) {
    refuse(fmt::format("is a JSON {}; a string is needed", value_.type_name()));
  }
  return value_.get<std::string>();
}

std::string JsonValue::word(const std::vector<std::string>& words) const {
  const std::string found = text();
  if (std::find(words.begin(), words.end(), found) == words.end()) {
    refuse(fmt::format("\"{}\" is none of {}", found, fmt::join(words, ", ")));
  }
  return found;
}

double JsonValue::number() const {
  if (!value_.is_number()) {
    refuse(fmt::format("is a JSON {}; a number is needed", value_.type_name()));
  }
  return value_.get<double>();
}

std::uint64_t JsonValue::count() const {
  if (!value_.is_number_unsigned()) {
    refuse(fmt::format("{} is not an integer from 0", value_.dump()));
  }
  return value_.get<std::uint64_t>();
}

std::vector<JsonValue> JsonValue::items() const {
  if (!value_.is_array()) {
    refuse(fmt::format("is a JSON {}; an array is needed", value_.type_name()));
  }
  std::vector<JsonValue> items;
  for (std::size_t i = 0; i < value_.size(); ++i) {
    items.push_back(member(value_[i], fmt::format("[{}]", i)));
  }
  return items;
}

std::vector<double> JsonValue::numbers() const {
  if (!value_.is_array()) {
    refuse(fmt::format("is a JSON {}; an array of numbers is needed", value_.type_name()));
  }
  std::vector<double> numbers;
  for (const json& item : value_) {
    // The place is written only where it is needed: arrays of norms are long.
    numbers.push_back(item.is_number() ? item.get<double>()
                                       : member(item, fmt::format("[{}]", numbers.size())).number());
  }
  return numbers;
}

Vector<double> JsonValue::vector(Eigen::Index length) const {
  const std::vector<double> values = numbers();
  if (static_cast<Eigen::Index>(values.size()) != length) {
    refuse(fmt::format("has {} numbers; {} are needed", values.size(), length));
  }
  return Eigen::Map<const Vector<double>>(values.data(), length);
}

Matrix<double> JsonValue::matrix(Eigen::Index rows, Eigen::Index columns) const {
  const std::vector<JsonValue> lines = items();
  if (static_cast<Eigen::Index>(lines.size()) != rows) {
    refuse(fmt::format("has {} rows; {} are needed", lines.size(), rows));
  }
  Matrix<double> result(rows, columns);
  for (Eigen::Index i = 0; i < rows; ++i) {
    result.row(i) = lines[static_cast<std::size_t>(i)].vector(columns).transpose();
  }
  return result;
}

}  // namespace straightedge::certify
