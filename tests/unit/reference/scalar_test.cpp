#include <straightedge/error.hpp>
#include <straightedge/scalar.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace straightedge {
namespace {

TEST(ParseRational, ReadsDecimalsAndFractionsExactly) {
  EXPECT_EQ(parse_rational("0.1"), Rational(1, 10));
  EXPECT_EQ(parse_rational("-3"), Rational(-3));
  EXPECT_EQ(parse_rational("+2.50"), Rational(5, 2));
  EXPECT_EQ(parse_rational("1/3"), Rational(1, 3));
  EXPECT_EQ(parse_rational("-4/6"), Rational(-2, 3));
  EXPECT_EQ(parse_rational("1e-3"), Rational(1, 1000));
  EXPECT_EQ(parse_rational("2.5E+2"), Rational(250));
  EXPECT_EQ(parse_rational(".5"), Rational(1, 2));
  EXPECT_EQ(parse_rational("5."), Rational(5));
  EXPECT_EQ(parse_rational("0"), Rational(0));
}

TEST(ParseRational, TakesNoLeadingZeroForOctal) {
  EXPECT_EQ(parse_rational("010"), Rational(10));
  EXPECT_EQ(parse_rational("0.0123"), Rational(123, 10000));
  EXPECT_EQ(parse_rational("007/010"), Rational(7, 10));
}

TEST(ParseRational, RefusesEverythingElse) {
  for (const char* text :
       {"",     "-",   "+",   ".",    "e3", "1e", "1e+-3", "--1",           "1/0",     "1/-2",  "1/2/3",
        "0x10", "nan", "inf", "-inf", "1 ", " 1", "1,5",   "1e99999999999", "1e10001", "1.2.3", "1/2.5"}) {
    EXPECT_THROW((void)parse_rational(text), InputError) << "\"" << text << "\"";
  }
}

TEST(ParseRational, SaysWhatWouldBeRight) {
  try {
    (void)parse_rational("abc");
    FAIL() << "not refused";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("\"abc\""), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("1/3"), std::string::npos);
  }
}

template <class T>
class FromRational : public ::testing::Test {};
using RealTiers = ::testing::Types<double, Real50, Real100, Real150>;
TYPED_TEST_SUITE(FromRational, RealTiers);

TYPED_TEST(FromRational, IsTheNearestValue) {
  using T = TypeParam;
  for (const Rational& value :
       {Rational(1, 3), Rational(-2, 7), Rational(1, 10), Rational(Integer("123456789012345678901234567890"), 997)}) {
    const T found = from_rational<T>(value);
    // The neighbours are farther from the value, which two more digits of precision than the widest tier can tell.
    using Wide = Real<200>;
    const Wide exact = Wide(numerator(value)) / Wide(denominator(value));
    const Wide error = abs(Wide(Wide(found) - exact));
    EXPECT_LE(error, Wide(abs(exact)) * Wide(unit_roundoff<T>()));
    EXPECT_GT(error, Wide(0));
  }
}

TYPED_TEST(FromRational, KeepsWhatTheTierHolds) {
  using T = TypeParam;
  EXPECT_EQ(from_rational<T>(Rational(-5, 8)), T(-0.625));
  EXPECT_EQ(from_rational<T>(Rational(0)), T(0));
}

TEST(FromRationalToDouble, RefusesOverflow) {
  EXPECT_THROW((void)from_rational<double>(parse_rational("1e400")), InputError);
}

TEST(FromRationalToInterval, IsTheTightestEnclosure) {
  const Interval third = from_rational<Interval>(Rational(1, 3));
  const Real50 low(lower(third));
  const Real50 high(upper(third));
  EXPECT_LT(low, high);
  EXPECT_EQ(nextafter(low, high), high);
  EXPECT_LT(Real100(low), Real100(1) / 3);
  EXPECT_GT(Real100(high), Real100(1) / 3);
}

TEST(ExactRational, IsTheDoubleThatIsGiven) {
  EXPECT_EQ(exact_rational(0.1), Rational(Integer("3602879701896397"), Integer("36028797018963968")));
  EXPECT_EQ(exact_rational(-1.5), Rational(-3, 2));
  EXPECT_THROW((void)exact_rational(std::numeric_limits<double>::infinity()), InputError);
  EXPECT_THROW((void)exact_rational(std::numeric_limits<double>::quiet_NaN()), InputError);
}

TYPED_TEST(FromRational, PiIsMachinsSum) {
  using T = TypeParam;
  const auto arctangent_of_reciprocal = [](int n) {
    T sum(0);
    T power = T(1) / T(n);
    for (int k = 0; power > unit_roundoff<T>() / T(16); ++k, power /= T(n * n)) {
      sum += (k % 2 == 0 ? power : T(-power)) / T(2 * k + 1);
    }
    return sum;
  };
  const T machin = T(16) * arctangent_of_reciprocal(5) - T(4) * arctangent_of_reciprocal(239);
  using std::abs;
  EXPECT_LE(static_cast<double>(T(abs(T(pi<T>() - machin)))), 100 * static_cast<double>(unit_roundoff<T>()));
}

TEST(ToString, WritesFractionsInLowestTerms) {
  EXPECT_EQ(to_string(Rational(4, -6)), "-2/3");
  EXPECT_EQ(to_string(Rational(8, 2)), "4");
}

TEST(ToDecimal, RoundsToSignificantDigits) {
  EXPECT_EQ(to_decimal(Real50(2) / 3, 5), "0.66667");
  EXPECT_EQ(to_decimal(-0.5, 17), "-0.5");
  EXPECT_EQ(to_decimal(1e-20, 3), "1e-20");
  EXPECT_EQ(to_decimal(Real100(1) / 3, 60), "0." + std::string(60, '3'));
}

}  // namespace
}  // namespace straightedge
