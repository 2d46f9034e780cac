// Scalar types: the arithmetic tiers in which every formula of the reference can be evaluated.
//
//   double      screening, about 16 decimal digits
//   Real50      50 decimal digits (MPFR, 168 bits)        the working precision of results
//   Real100     100 decimal digits                        certifies Real50 by disagreement
//   Real150     150 decimal digits                        certifies Real100
//   Rational    exact                                     finite sets, crossings, identities
//   Interval    intervals with 50-digit ends (MPFI)       enclosures; never pivots on one
//
// A formula is written once, as a template on the scalar, and instantiated in each tier that admits it.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <boost/multiprecision/mpfi.hpp>
#include <boost/multiprecision/mpfr.hpp>
#include <concepts>
#include <string>
#include <string_view>

namespace straightedge {
/// The tiers of the head comment: floating point of so many digits, exact numbers, intervals with 50-digit ends.
template <unsigned Digits>
using Real = boost::multiprecision::number<
    boost::multiprecision::mpfr_float_backend<Digits, boost::multiprecision::allocate_stack>,
    boost::multiprecision::et_off>;
using Real50 = Real<50>;
using Real100 = Real<100>;
using Real150 = Real<150>;
using Rational =
    boost::multiprecision::number<boost::multiprecision::cpp_rational_backend, boost::multiprecision::et_off>;
using Integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;
using Interval =
    boost::multiprecision::number<boost::multiprecision::mpfi_float_backend<50>, boost::multiprecision::et_off>;

/// Tiers with rounding: a square root and an ordering exist.
template <class T>
concept RealScalar =
    std::same_as<T, double> || std::same_as<T, Real50> || std::same_as<T, Real100> || std::same_as<T, Real150>;

/// The unit roundoff u of a real tier: |fl(x) - x| <= u |x|.
template <RealScalar T>
[[nodiscard]] T unit_roundoff() {
  return std::numeric_limits<T>::epsilon() / 2;
}

/// pi in tier T, correctly rounded up to the last bit.
template <RealScalar T>
[[nodiscard]] T pi();

/// Reads "0.1", "-3", "1/3" or "1e-3" exactly. Throws InputError for anything else, NaN and infinities included.
[[nodiscard]] Rational parse_rational(std::string_view text);

/// The nearest value of tier T. Exact for Rational; for Interval the tightest enclosure.
template <class T>
[[nodiscard]] T from_rational(const Rational& value);

/// The rational that a binary64 is.
[[nodiscard]] Rational exact_rational(double value);

/// "p/q", or "p" for an integer.
[[nodiscard]] std::string to_string(const Rational& value);

/// `digits` significant decimal digits, in plain notation where it is short and scientific elsewhere.
template <RealScalar T>
[[nodiscard]] std::string to_decimal(const T& value, int digits);

}  // namespace straightedge
