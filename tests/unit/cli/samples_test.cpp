#include <samples.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <sstream>
#include <straightedge/error.hpp>

namespace straightedge::cli {
namespace {

SampleTable csv(const std::string& text, const std::vector<ColumnSelector>& columns = {}) {
  std::istringstream in(text);
  return read_csv(in, "points.csv", columns);
}

std::vector<Rational> rationals(std::initializer_list<const char*> texts) {
  std::vector<Rational> result;
  for (const char* text : texts) {
    result.push_back(parse_rational(text));
  }
  return result;
}

std::string npy_file(const std::string& type, const std::string& fortran, const std::string& shape,
                     const std::string& bytes, int version = 1) {
  const std::string header = "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version);
  file += '\0';
  file += static_cast<char>(header.size());
  file += std::string(version == 1 ? 1 : 3, '\0');
  return file + header + bytes;
}

template <class T>
std::string bytes_of(const std::vector<T>& values, bool big_endian = false) {
  std::string bytes;
  for (const T value : values) {
    std::string one(sizeof(T), '\0');
    std::memcpy(one.data(), &value, sizeof(T));
    if (big_endian == (std::endian::native == std::endian::little)) {
      one = std::string(one.rbegin(), one.rend());
    }
    bytes += one;
  }
  return bytes;
}

SampleTable npy(const std::string& file, const std::vector<ColumnSelector>& columns = {}) {
  std::istringstream in(file);
  return read_npy(in, "points.npy", columns);
}

TEST(SamplesCsv, DecimalsAreReadExactly) {
  EXPECT_EQ(csv("0.1,1e-3\n1/3,-2\n").values, rationals({"1/10", "1/1000", "1/3", "-2"}));
}

TEST(SamplesCsv, SeparatorsLineEndsHeaderQuotesAndByteOrderMarkDoNotChangeTheData) {
  const std::vector<Rational> expected = csv("1,2\n3,4.5\n").values;
  EXPECT_EQ(csv("x,y\n1,2\n3,4.5\n").values, expected);
  EXPECT_EQ(csv("x;y\r\n1;2\r\n3;4.5").values, expected);
  EXPECT_EQ(csv("\"x, first\"\t\"y\"\n1\t2\n\n3\t4.5\n").values, expected);
  EXPECT_EQ(csv("\xEF\xBB\xBF"
                "1,2\n3,\"4.5\"\n")
                .values,
            expected);
  EXPECT_EQ(csv("x,y\r1, 2\r3 ,4.5\r").values, expected);
}

TEST(SamplesCsv, ColumnsAreChosenByNameOrIndexInTheOrderGiven) {
  const std::string text = "name,x,\"the \"\"y\"\"\"\na,1,2\nb,3,4\n";
  EXPECT_EQ(csv(text, {std::string("the \"y\""), Eigen::Index(1)}).values, rationals({"2", "1", "4", "3"}));
  EXPECT_EQ(csv(text, {std::string("x")}).dimension, 1);
}

TEST(SamplesCsv, AFirstRowWithANumberIsAPoint) {
  EXPECT_THROW(static_cast<void>(csv("1,oops\n2,3\n")), InputError);
  EXPECT_EQ(csv("1\n2\n").points, 2);
}

TEST(SamplesNpy, EveryTypeIsReadAsTheNumberThatItIs) {
  const std::vector<Rational> expected = rationals({"1", "2", "3", "100"});
  const std::string shape = "(2, 2)";
  EXPECT_EQ(npy(npy_file("<f8", "False", shape, bytes_of<double>({1, 2, 3, 100}))).values, expected);
  EXPECT_EQ(npy(npy_file("<f4", "False", shape, bytes_of<float>({1, 2, 3, 100}))).values, expected);
  EXPECT_EQ(npy(npy_file("|i1", "False", shape, bytes_of<std::int8_t>({1, 2, 3, 100}))).values, expected);
  EXPECT_EQ(npy(npy_file("<i8", "False", shape, bytes_of<std::int64_t>({1, 2, 3, 100}))).values, expected);
  EXPECT_EQ(npy(npy_file("<u2", "False", shape, bytes_of<std::uint16_t>({1, 2, 3, 100}))).values, expected);
  EXPECT_EQ(npy(npy_file("<u4", "False", shape, bytes_of<std::uint32_t>({1, 2, 3, 100}), 2)).values, expected);
}

TEST(SamplesNpy, NegativeIntegersKeepTheirSign) {
  EXPECT_EQ(npy(npy_file("<i2", "False", "(2,)", bytes_of<std::int16_t>({-1, -32768}))).values,
            rationals({"-1", "-32768"}));
  EXPECT_EQ(npy(npy_file("<i8", "False", "(1,)", bytes_of<std::int64_t>({INT64_MIN}))).values,
            rationals({"-9223372036854775808"}));
  EXPECT_EQ(npy(npy_file("<u8", "False", "(1,)", bytes_of<std::uint64_t>({UINT64_MAX}))).values,
            rationals({"18446744073709551615"}));
}

TEST(SamplesNpy, BigEndianAndFortranOrderHoldTheSamePoints) {
  EXPECT_EQ(npy(npy_file(">f8", "False", "(2, 2)", bytes_of<double>({0.5, 2, 3, -4}, true))).values,
            rationals({"0.5", "2", "3", "-4"}));
  EXPECT_EQ(npy(npy_file("<f8", "True", "(2, 2)", bytes_of<double>({0.5, 3, 2, -4}))).values,
            rationals({"0.5", "2", "3", "-4"}));
}

TEST(SamplesNpy, ADoubleIsNotRoundedToADecimal) {
  EXPECT_EQ(npy(npy_file("<f8", "False", "(1,)", bytes_of<double>({0.1}))).values.front(), exact_rational(0.1));
  EXPECT_NE(exact_rational(0.1), parse_rational("0.1"));
}

TEST(FittedGaussian, IsTheMeanAndTheCovarianceWithDivisorN) {
  const FittedGaussian fit = fit_gaussian(csv("0.1,1\n0.3,1/3\n0.2,0\n1,7\n"), "points.csv");
  const std::vector<Rational> x = rationals({"0.1", "0.3", "0.2", "1"});
  const std::vector<Rational> y = rationals({"1", "1/3", "0", "7"});
  Rational mean_x(0);
  Rational mean_y(0);
  for (std::size_t i = 0; i < 4; ++i) {
    mean_x += x[i] / 4;
    mean_y += y[i] / 4;
  }
  Rational xx(0);
  Rational xy(0);
  for (std::size_t i = 0; i < 4; ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x) / 4;
    xy += (x[i] - mean_x) * (y[i] - mean_y) / 4;
  }
  EXPECT_EQ(fit.mean(0), mean_x);
  EXPECT_EQ(fit.mean(1), mean_y);
  EXPECT_EQ(fit.covariance(0, 0), xx);
  EXPECT_EQ(fit.covariance(0, 1), xy);
  EXPECT_EQ(fit.covariance(1, 0), xy);
  EXPECT_EQ(fit.points, 4);
}

}  // namespace
}  // namespace straightedge::cli
