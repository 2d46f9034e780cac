#include "quantities_decimal.hpp"

#include <mpfr.h>

#include <algorithm>

#include "problem_numbers.hpp"
#include "quantities_reasons.hpp"

namespace straightedge::cli {
namespace {

constexpr int kEstimateFactor = 10;  // a radius from disagreement: ten times the disagreement

/// "0.5000" -> "0.5", "1.50e-7" -> "1.5e-7".
std::string without_trailing_zeros(const std::string& decimal) {
  const auto mark = decimal.find('e');
  std::string digits = decimal.substr(0, mark);
  const std::string exponent = mark == std::string::npos ? "" : decimal.substr(mark);
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') {
      digits.pop_back();
    }
  }
  return digits == "0" || digits == "-0" ? "0" : digits + exponent;
}

std::string rounded(const Real150& value, int digits) {
  return value == 0 ? "0" : without_trailing_zeros(to_decimal<Real150>(value, digits));
}

Real150 absolute(const Rational& value) {
  return from_rational<Real150>(value < 0 ? Rational(-value) : value);
}

std::vector<Rational> entries_of(const Matrix<Rational>& a) {
  std::vector<Rational> entries;
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j < a.cols(); ++j) {
      entries.push_back(a(i, j));
    }
  }
  return entries;
}

/// Decimals of `values`, and the largest |decimal - value| in `rounding`.
std::vector<std::string> decimals(const std::vector<Rational>& values, int digits, Rational& rounding) {
  std::vector<std::string> result;
  for (const Rational& value : values) {
    result.push_back(rounded(from_rational<Real150>(value), digits));
    const Rational error = parse_rational(result.back()) - value;
    rounding = std::max(rounding, error < 0 ? Rational(-error) : error);
  }
  return result;
}

/// floor(log10 |value|) from the decimal itself; value != 0.
int decimal_exponent(const Real150& value) {
  const std::string text = value.str(6, std::ios_base::scientific);
  return std::stoi(text.substr(text.find('e') + 1));
}

}  // namespace

std::string radius_text(const Real150& radius) {
  if (radius == 0) {
    return "0";
  }
  std::array<char, 64> text{};
  mpfr_snprintf(text.data(), text.size(), "%.2RUe", radius.backend().data());
  return text.data();
}

Result exact_result(const std::vector<Rational>& entries, int digits) {
  Rational rounding(0);
  Result result;
  result.entries = decimals(entries, digits, rounding);
  result.radius = radius_text(absolute(rounding));
  result.kind = ResultKind::exact;
  result.shape = {Shape::Kind::list, 1, static_cast<Eigen::Index>(entries.size())};
  return result;
}

Result exact_result(const Rational& value, int digits) {
  Result result = exact_result(std::vector<Rational>{value}, digits);
  result.shape = {};
  return result;
}

Result exact_result(const Matrix<Rational>& value, int digits) {
  Result result = exact_result(entries_of(value), digits);
  result.shape = {Shape::Kind::matrix, value.rows(), value.cols()};
  return result;
}

Result enclosed_result(const std::vector<Rational>& lower, const std::vector<Rational>& upper, int digits) {
  std::vector<Rational> middle;
  Rational half_width(0);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    middle.push_back((lower[i] + upper[i]) / 2);
    half_width = std::max(half_width, Rational((upper[i] - lower[i]) / 2));
  }
  Result result = exact_result(middle, digits);
  if (half_width != 0) {
    Rational rounding(0);
    result.entries = decimals(middle, digits, rounding);
    result.radius = radius_text(absolute(Rational(rounding + half_width)));
    result.kind = ResultKind::enclosed;
  }
  return result;
}

template <RealScalar Low, RealScalar High>
Result estimated_result(const TierValue<Low>& low, const TierValue<High>& high, int digits) {
  Result result;
  result.shape = high.shape;
  if (!low.reason.empty() || !high.reason.empty() || low.entries.size() != high.entries.size()) {
    result.reason = low.reason.empty() || high.reason.empty() ? kTiersDisagree : high.reason;
    return result;
  }
  // Of an empty list there is nothing to disagree about, but finding nothing took rounded numbers.
  Real150 radius(high.entries.empty() ? Real150(unit_roundoff<Low>()) : Real150(0));
  for (std::size_t i = 0; i < high.entries.size(); ++i) {
    const Real150 value(high.entries[i]);
    result.entries.push_back(rounded(value, digits));
    const Real150 disagreement = abs(Real150(low.entries[i]) - value);
    const Real150 rounding = abs(Real150(result.entries.back()) - value);
    const Real150 floor = Real150(unit_roundoff<Low>()) * std::max(Real150(1), Real150(abs(value)));
    radius = std::max(radius, Real150(kEstimateFactor * disagreement + rounding + floor));
  }
  result.radius = radius_text(radius);
  result.kind = ResultKind::estimated;
  return result;
}

ShortDecimal supported_digits(const std::string& text, const std::string& radius) {
  const Real150 value(text);
  const Real150 bound(radius);
  if (bound == 0 || value == 0) {
    return {text, radius};
  }
  // One digit below the radius, so that rounding here adds at most half of the radius' last supported place.
  const int digits = value == 0 ? 1 : decimal_exponent(value) - decimal_exponent(bound) + 1;
  const std::string shorter = rounded(value, std::max(1, digits));
  if (shorter.size() >= text.size()) {
    return {text, radius};
  }
  return {shorter, radius_text(Real150(bound + abs(Real150(shorter) - value)))};
}

#define STRAIGHTEDGE_INSTANTIATE(Low, High) \
  template Result estimated_result<Low, High>(const TierValue<Low>&, const TierValue<High>&, int);

STRAIGHTEDGE_INSTANTIATE(Real50, Real100)
STRAIGHTEDGE_INSTANTIATE(Real100, Real150)

}  // namespace straightedge::cli
