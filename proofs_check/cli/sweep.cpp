#include "sweep.hpp"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <straightedge/error.hpp>

#include "problem_numbers.hpp"

namespace straightedge::cli {
namespace {

constexpr std::size_t kMostPoints = 1'000'000;
constexpr int kGeometricDigits = 20;

[[noreturn]] void refuse(std::string_view text, const std::string& what) {
  throw InputError(
      fmt::format("--sweep {}: {}; write KEY=FROM:TO:N or KEY=log:FROM:TO:N, such as "
                  "noise.sigma=0:0.3:31",
                  text, what));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(at + 1);
  }
}

Rational number(std::string_view text, const std::string& part) {
  try {
    return parse_number(part);
  } catch (const InputError& error) {
    refuse(text, error.what());
  }
}

std::size_t count(std::string_view text, const std::string& part) {
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (failure != std::errc() || end != part.data() + part.size() || value < 1 || value > kMostPoints) {
    refuse(text, fmt::format("N is \"{}\", which is not a whole number from 1 to {}", part, kMostPoints));
  }
  return value;
}

std::vector<Rational> linear(const Rational& from, const Rational& to, std::size_t n) {
  std::vector<Rational> values{from};
  for (std::size_t k = 1; k < n; ++k) {
    values.push_back(from + (to - from) * Rational(k) / Rational(n - 1));
  }
  return values;
}

std::vector<Rational> geometric(const Rational& from, const Rational& to, std::size_t n) {
  const auto first = from_rational<Real50>(from);
  const Real50 step = log(from_rational<Real50>(to) / first);
  std::vector<Rational> values{from};
  for (std::size_t k = 1; k + 1 < n; ++k) {
    const Real50 value = first * exp(step * Real50(k) / Real50(n - 1));
    values.push_back(parse_rational(to_decimal<Real50>(value, kGeometricDigits)));
  }
  if (n > 1) {
    values.push_back(to);
  }
  return values;
}

}  // namespace

SweepAxis parse_sweep(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    refuse(text, "there is no key before =");
  }
  std::vector<std::string> parts = split(text.substr(equals + 1), ':');
  const bool is_geometric = parts.front() == "log";
  if (is_geometric) {
    parts.erase(parts.begin());
  }
  if (parts.size() != 3) {
    refuse(text, fmt::format("{} parts after =", parts.size()));
  }
  const Rational from = number(text, parts[0]);
  const Rational to = number(text, parts[1]);
  const std::size_t n = count(text, parts[2]);
  if (n == 1 && from != to) {
    refuse(text, "one point cannot be at both ends");
  }
  if (is_geometric && (from <= 0 || to <= 0)) {
    refuse(text, "a geometric sweep needs positive ends");
  }
  return {std::string(text.substr(0, equals)), is_geometric ? geometric(from, to, n) : linear(from, to, n),
          is_geometric};
}

std::vector<std::vector<Setting>> sweep_points(const std::vector<SweepAxis>& axes) {
  std::vector<std::vector<Setting>> points{{}};
  std::set<std::string> keys;
  for (const SweepAxis& axis : axes) {
    if (!keys.insert(axis.key).second) {
      throw InputError(fmt::format("--sweep {}: given twice; give each key once", axis.key));
    }
    if (points.size() * axis.values.size() > kMostPoints) {
      throw InputError(fmt::format("--sweep: the grid has more than {} points; take fewer", kMostPoints));
    }
    std::vector<std::vector<Setting>> next;
    for (const std::vector<Setting>& point : points) {
      for (const Rational& value : axis.values) {
        next.push_back(point);
        next.back().push_back({axis.key, value});
      }
    }
    points = std::move(next);
  }
  return points;
}

}  // namespace straightedge::cli
