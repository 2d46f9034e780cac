#include "problem_numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <straightedge/error.hpp>

namespace straightedge::cli {
namespace {

constexpr int kLargestExponent = 9999;
constexpr int kLongestDecimal = 40;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return result;
}

bool is_not_finite(std::string_view text) {
  std::string word = lower(text);
  if (word.starts_with('-') || word.starts_with('+')) {
    word.erase(0, 1);
  }
  return word == "nan" || word == "inf" || word == "infinity";
}

bool has_huge_exponent(std::string_view text) {
  const auto mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) {
    return false;
  }
  std::string_view digits = text.substr(mark + 1);
  if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  int exponent = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  return failure == std::errc::result_out_of_range || exponent > kLargestExponent || exponent < -kLargestExponent;
}

// An error shows what it is about, not a page of it.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string result(text.substr(0, kLongest));
  std::replace_if(
      result.begin(), result.end(), [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, ' ');
  return text.size() > kLongest ? result + "..." : result;
}

}  // namespace

Rational parse_number(std::string_view text) {
  if (text.empty()) {
    throw InputError("a number is missing; write a decimal or a fraction such as 1/3");
  }
  if (is_not_finite(text)) {
    throw InputError(fmt::format("{} is not finite; write a finite number", excerpt(text)));
  }
  if (has_huge_exponent(text)) {
    throw InputError(
        fmt::format("the exponent of {} is too large; it must be within ±{}", excerpt(text), kLargestExponent));
  }
  try {
    return parse_rational(text);
  } catch (const InputError&) {
    throw InputError(fmt::format(
        "\"{}\" is not a number; write a decimal such as 0.1 or 1e-3, or a fraction such as 1/3", excerpt(text)));
  }
}

bool looks_numeric(std::string_view text) {
  if (is_not_finite(text) || has_huge_exponent(text)) {
    return text.find_first_of("0123456789") != std::string_view::npos || is_not_finite(text);
  }
  try {
    static_cast<void>(parse_rational(text));
    return true;
  } catch (const InputError&) {
    return false;
  }
}

std::string exact_text(const Rational& value) {
  Integer rest = denominator(value);
  int twos = 0;
  int fives = 0;
  for (; rest % 2 == 0; rest /= 2) {
    ++twos;
  }
  for (; rest % 5 == 0; rest /= 5) {
    ++fives;
  }
  const int places = std::max(twos, fives);
  if (rest != 1 || places > kLongestDecimal) {
    return to_string(value);
  }
  const Integer scaled = abs(numerator(value)) * pow(Integer(10), static_cast<unsigned>(places)) / denominator(value);
  std::string digits = scaled.str();
  if (places > 0) {
    const auto width = static_cast<std::size_t>(places) + 1;
    digits.insert(0, digits.size() < width ? width - digits.size() : 0, '0');
    const std::size_t point = digits.size() - static_cast<std::size_t>(places);
    digits = fmt::format("{}.{}", digits.substr(0, point), digits.substr(point));
  }
  return fmt::format("{}{}", value < 0 ? "-" : "", digits);
}

std::string binary64_note(double value) {
  const std::string decimal = fmt::format("{}", value);
  if (parse_rational(decimal) == exact_rational(value)) {
    return fmt::format("{} is read as the binary64 {:a}, which it is exactly", decimal, value);
  }
  return fmt::format("{} is read as the binary64 {:a}; write \"{}\" for the exact decimal", decimal, value, decimal);
}

}  // namespace straightedge::cli
