#include <gtest/gtest.h>
#include <straightedge/reflow.hpp>
#include <straightedge/series.hpp>

#include <cmath>

namespace straightedge {
namespace {

using S = Series<Rational, 5>;

S variable() {
  return S(std::array<Rational, 6>{0, 1});
}

TEST(Series, OfAGeometricSeriesHasOnesOnly) {
  const S f = S(1) / (S(1) - variable());
  for (std::size_t k = 0; k <= 5; ++k) {
    EXPECT_EQ(f[k], 1);
  }
}

TEST(Series, OfAProductIsThatOfTheExpandedPolynomial) {
  const S h = variable();
  const S f = (S(1) + h) * (S(1) + h) * (S(2) - h * h);  // 2 + 4h + h^2 - 2h^3 - h^4
  const std::array<int, 6> expected{2, 4, 1, -2, -1, 0};
  for (std::size_t k = 0; k <= 5; ++k) {
    EXPECT_EQ(f[k], expected[k]);
  }
}

TEST(Series, QuotientTimesDivisorIsTheDividend) {
  const S h = variable();
  const S divisor = S(3) - h + S(2) * h * h * h;
  const S dividend = S(1) + S(7) * h - h * h;
  const S again = dividend / divisor * divisor;
  for (std::size_t k = 0; k <= 5; ++k) {
    EXPECT_EQ(again[k], dividend[k]);
  }
}

TEST(Series, SquareRootHasTheBinomialCoefficients) {
  using R = Series<double, 4>;
  const R root = sqrt(R(4) * (R(1) + R(std::array<double, 5>{0, 1})));
  const std::array<double, 5> expected{2, 1, -1.0 / 4, 1.0 / 8, -5.0 / 64};
  for (std::size_t k = 0; k <= 4; ++k) {
    EXPECT_DOUBLE_EQ(root[k], expected[k]);
  }
}

TEST(Series, OfTheIsotropicIntegralsIsTheirTaylorSeries) {
  // I_1 = phi/sin phi about 1: sum of the series at 0.1 further, against the closed form there.
  const Real50 x(1);
  std::array<Real50, 13> angle{x, Real50(1)};
  std::array<Real50, 13> cosine;
  std::array<Real50, 13> sine;
  Real50 factorial(1);
  const std::array<Real50, 4> derivatives{cos(x), -sin(x), -cos(x), sin(x)};
  for (std::size_t k = 0; k < 13; ++k) {
    factorial *= k == 0 ? 1 : static_cast<int>(k);
    cosine[k] = derivatives[k % 4] / factorial;
    sine[k] = derivatives[(k + 3) % 4] / factorial;
  }
  const auto series = isotropic_integrals_of<RealSeries>((RealSeries(1) + RealSeries(cosine)) / RealSeries(2),
                                                         RealSeries(angle) / RealSeries(sine));
  const auto expected = isotropic_integrals<Real50>(Real50("1.1"));
  for (const auto& [found, value] : {std::pair{series.i2, expected.i2}, {series.i3, expected.i3}}) {
    Real50 sum(0);
    for (std::size_t k = 13; k-- > 0;) {
      sum = sum / 10 + found[k];
    }
    EXPECT_LT(abs(sum / value - 1), Real50("1e-14"));  // (0.1 / (pi - 1))^13 = 5e-18, times C(17, 4)
  }
}

}  // namespace
}  // namespace straightedge
