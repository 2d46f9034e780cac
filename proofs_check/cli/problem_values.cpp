#include "problem_values.hpp"

#include <fmt/format.h>

#include <cmath>
#include <straightedge/error.hpp>

#include <nearest.hpp>
#include "problem_numbers.hpp"

namespace straightedge::cli {
namespace {

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
    case toml::node_type::floating_point:
      return "a number";
    default:
      return "a date or time";
  }
}

std::string quoted_list(std::span<const std::string_view> words) {
  std::string result;
  for (const std::string_view word : words) {
    result += fmt::format("{}\"{}\"", result.empty() ? "" : ", ", word);
  }
  return result;
}

}  // namespace

std::string ValueReader::place_of(const toml::source_region& region) const {
  if (region.begin.line == 0) {
    return settings_.empty() ? name_ : fmt::format("{} with {}", name_, settings_);
  }
  return fmt::format("{}:{}:{}", name_, region.begin.line, region.begin.column);
}

void ValueReader::fail(const toml::source_region& place, const std::string& what, const std::string& right) const {
  throw InputError(fmt::format("{}: {}; {}", place_of(place), what, right));
}

void ValueReader::fail(const toml::node& node, const std::string& what, const std::string& right) const {
  fail(node.source(), what, right);
}

Rational ValueReader::number(const toml::node& node, const std::string& key) {
  if (const auto* text = node.as_string()) {
    try {
      return parse_number(text->get());
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}: {}", place_of(node.source()), key, error.what()));
    }
  }
  if (const auto* integer = node.as_integer()) {
    return Rational(integer->get());
  }
  const auto* real = node.as_floating_point();
  if (real == nullptr) {
    fail(node, key + " is " + kind_of(node), "write a number, or one in quotes to have it read exactly");
  }
  if (!std::isfinite(real->get())) {
    fail(node, key + " is NaN or infinite", "write a finite number");
  }
  note(node, binary64_note(real->get()));
  return exact_rational(real->get());
}

const toml::array& ValueReader::array(const toml::node& node, const std::string& key, const std::string& shape) const {
  const auto* values = node.as_array();
  if (values == nullptr) {
    fail(node, key + " is " + kind_of(node), "write " + shape);
  }
  return *values;
}

Vector<Rational> ValueReader::vector(const toml::node& node, const std::string& key, Eigen::Index size) {
  const toml::array& values = array(node, key, "an array of numbers");
  const auto length = static_cast<Eigen::Index>(values.size());
  if (length == 0) {
    fail(node, key + " is empty", "write one number for each dimension");
  }
  if (size >= 0 && length != size) {
    fail(node, fmt::format("{} has {} entries", key, length), fmt::format("dimension {} needs {}", size, size));
  }
  Vector<Rational> result(length);
  for (Eigen::Index i = 0; i < length; ++i) {
    result(i) = number(*values.get(static_cast<std::size_t>(i)), fmt::format("{}[{}]", key, i));
  }
  return result;
}

Matrix<Rational> ValueReader::matrix(const toml::node& node, const std::string& key, Eigen::Index size) {
  const toml::array& rows = array(node, key, "a square array of arrays of numbers");
  const auto height = static_cast<Eigen::Index>(rows.size());
  if (height == 0) {
    fail(node, key + " is empty", "write a square array of arrays of numbers");
  }
  if (size >= 0 && height != size) {
    fail(node, fmt::format("{} has {} rows", key, height),
         fmt::format("dimension {} needs {} rows of {} numbers", size, size, size));
  }
  Matrix<Rational> result(height, height);
  for (Eigen::Index i = 0; i < height; ++i) {
    const toml::node& row = *rows.get(static_cast<std::size_t>(i));
    const std::string row_key = fmt::format("{}[{}]", key, i);
    const toml::array& entries = array(row, row_key, "an array of numbers");
    if (static_cast<Eigen::Index>(entries.size()) != height) {
      fail(row, fmt::format("{} has {} entries in a matrix of {} rows", row_key, entries.size(), height),
           fmt::format("write {} numbers, so that the matrix is square", height));
    }
    for (Eigen::Index j = 0; j < height; ++j) {
      result(i, j) = number(*entries.get(static_cast<std::size_t>(j)), fmt::format("{}[{}]", row_key, j));
    }
  }
  return result;
}

std::size_t ValueReader::choice(const toml::node& node, const std::string& key,
                                std::span<const std::string_view> choices) const {
  const auto* text = node.as_string();
  if (text == nullptr) {
    fail(node, key + " is " + kind_of(node), "write one of " + quoted_list(choices));
  }
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i] == text->get()) {
      return i;
    }
  }
  fail(node, fmt::format("{} = \"{}\" is not known", key, text->get()), suggestion(text->get(), choices));
}

std::pair<int, int> ValueReader::plane(const toml::node& node, const std::string& key, Eigen::Index dimension) const {
  const std::string right = fmt::format("write two different axes from 0 to {}, such as [0, 1]", dimension - 1);
  const toml::array& axes = array(node, key, "two axes such as [0, 1]");
  if (axes.size() != 2) {
    fail(node, fmt::format("{} has {} entries", key, axes.size()), right);
  }
  const auto axis = [&](std::size_t i) {
    const auto* value = axes.get(i)->as_integer();
    if (value == nullptr || value->get() < 0 || value->get() >= dimension) {
      fail(*axes.get(i), fmt::format("{}[{}] is not an axis in dimension {}", key, i, dimension), right);
    }
    return static_cast<int>(value->get());
  };
  const std::pair<int, int> result{axis(0), axis(1)};
  if (result.first == result.second) {
    fail(node, key + " names one axis twice", right);
  }
  return result;
}

const toml::node& ValueReader::require(const toml::table& table, const std::string& table_name, const std::string& key,
                                       const std::string& right) const {
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    fail(table.source(), fmt::format("[{}] lacks {}", table_name, key), right);
  }
  return *node;
}

void ValueReader::require_known(const toml::table& table, const std::string& table_name,
                                std::span<const std::string_view> known) const {
  for (const auto& [key, value] : table) {
    if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
      const std::string place = table_name.empty() ? "" : fmt::format(" in [{}]", table_name);
      fail(key.source(), fmt::format("unknown key \"{}\"{}", key.str(), place), suggestion(key.str(), known));
    }
  }
}

}  // namespace straightedge::cli
