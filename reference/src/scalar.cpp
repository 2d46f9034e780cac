#include <straightedge/scalar.hpp>

#include <straightedge/error.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>

namespace straightedge {
namespace {

/// Decimal exponents beyond this are refused: 10^n is built exactly, and nothing real needs more.
constexpr int kLargestExponent = 10000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[noreturn]] void reject(std::string_view text) {
  throw InputError("\"" + std::string(text) +
                   "\" is not a number: write a decimal such as 0.1, -3 or 1e-3, or a fraction such as 1/3");
}

Integer power_of_ten(int exponent) {
  return boost::multiprecision::pow(Integer(10), static_cast<unsigned>(exponent));
}

/// The digits of `text` as an integer; nothing unless they are all digits and at least one.
std::optional<Integer> parse_digits(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) {
    return std::nullopt;
  }
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));  // a leading 0 would mean octal
  return Integer(std::string(text));
}

/// The exponent after `e`: an optional sign and digits.
std::optional<int> parse_exponent(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') {
      return std::nullopt;
    }
  }
  int exponent = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (code != std::errc() || end != text.data() + text.size() || std::abs(exponent) > kLargestExponent) {
    return std::nullopt;
  }
  return exponent;
}

/// An unsigned decimal: digits, an optional fraction, an optional exponent.
std::optional<Rational> parse_decimal(std::string_view text) {
  int exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    const auto parsed = parse_exponent(text.substr(e + 1));
    if (!parsed) {
      return std::nullopt;
    }
    exponent = *parsed;
    text = text.substr(0, e);
  }
  std::string digits(text);
  if (const auto point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  const auto mantissa = parse_digits(digits);
  if (!mantissa) {
    return std::nullopt;
  }
  return exponent < 0 ? Rational(*mantissa, power_of_ten(-exponent)) : Rational(*mantissa * power_of_ten(exponent));
}

std::optional<Rational> parse_unsigned(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    return parse_decimal(text);
  }
  const auto numerator = parse_digits(text.substr(0, slash));
  const auto denominator = parse_digits(text.substr(slash + 1));
  if (!numerator || !denominator || *denominator == 0) {
    return std::nullopt;
  }
  return Rational(*numerator, *denominator);
}

/// A GMP rational with the lifetime of a C++ object.
class GmpRational {
 public:
  explicit GmpRational(const Rational& value) {
    mpq_init(value_);
    import(mpq_numref(value_), numerator(value));
    import(mpq_denref(value_), denominator(value));
  }
  ~GmpRational() { mpq_clear(value_); }
  GmpRational(const GmpRational&) = delete;
  GmpRational& operator=(const GmpRational&) = delete;
  [[nodiscard]] mpq_srcptr get() const { return value_; }

 private:
  static void import(mpz_ptr target, const Integer& value) {
    const auto& backend = value.backend();
    mpz_import(target, backend.size(), -1, sizeof(*backend.limbs()), 0, 0, backend.limbs());
    if (backend.sign()) {
      mpz_neg(target, target);
    }
  }
  mpq_t value_;
};

}  // namespace

template <RealScalar T>
T pi() {
  if constexpr (std::same_as<T, double>) {
    return std::numbers::pi;
  } else {
    T result;
    mpfr_const_pi(result.backend().data(), MPFR_RNDN);
    return result;
  }
}

Rational parse_rational(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    rest.remove_prefix(1);
  }
  const auto magnitude = parse_unsigned(rest);
  if (!magnitude) {
    reject(text);
  }
  return negative ? Rational(-*magnitude) : *magnitude;
}

template <class T>
T from_rational(const Rational& value) {
  if constexpr (std::same_as<T, Rational>) {
    return value;
  } else if constexpr (std::same_as<T, double>) {
    const auto result = static_cast<double>(value);
    if (!std::isfinite(result)) {
      throw InputError("a number of size 1e" + std::to_string(std::numeric_limits<double>::max_exponent10) +
                       " or more does not fit a double");
    }
    return result;
  } else {
    const GmpRational exact(value);
    T result;
    if constexpr (std::same_as<T, Interval>) {
      mpfi_set_q(result.backend().data(), exact.get());
    } else {
      mpfr_set_q(result.backend().data(), exact.get(), MPFR_RNDN);
    }
    return result;
  }
}

Rational exact_rational(double value) {
  if (!std::isfinite(value)) {
    throw InputError("a number must be finite, not NaN or an infinity");
  }
  return Rational(value);
}

std::string to_string(const Rational& value) {
  return value.str();
}

template <RealScalar T>
std::string to_decimal(const T& value, int digits) {
  if constexpr (std::same_as<T, double>) {
    return to_decimal(Real50(value), digits);
  } else {
    return value.str(digits, std::ios_base::fmtflags(0));
  }
}

template double pi<double>();
template Real50 pi<Real50>();
template Real100 pi<Real100>();
template Real150 pi<Real150>();
template double from_rational<double>(const Rational&);
template Real50 from_rational<Real50>(const Rational&);
template Real100 from_rational<Real100>(const Rational&);
template Real150 from_rational<Real150>(const Rational&);
template Rational from_rational<Rational>(const Rational&);
template Interval from_rational<Interval>(const Rational&);
template std::string to_decimal<double>(const double&, int);
template std::string to_decimal<Real50>(const Real50&, int);
template std::string to_decimal<Real100>(const Real100&, int);
template std::string to_decimal<Real150>(const Real150&, int);

}  // namespace straightedge
