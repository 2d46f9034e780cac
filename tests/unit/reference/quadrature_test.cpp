#include <straightedge/error.hpp>
#include <straightedge/quadrature.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

namespace straightedge {
namespace {

template <class T, class Function>
T integrate(const QuadratureRule<T>& rule, const Function& g) {
  T sum(0);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    sum += rule.weights[i] * g(rule.nodes[i]);
  }
  return sum;
}

template <class T>
double relative_error(const T& found, const T& exact) {
  using std::abs;
  return static_cast<double>(T(abs(T(found / exact - T(1)))));
}

template <class T>
class GaussLegendre : public ::testing::Test {};
using RealTiers = ::testing::Types<double, Real50, Real100, Real150>;
TYPED_TEST_SUITE(GaussLegendre, RealTiers);

TYPED_TEST(GaussLegendre, IntegratesPolynomialsOfDegreeTwoNMinusOneExactly) {
  using T = TypeParam;
  for (const int n : {1, 2, 3, 7, 20, 60}) {
    const QuadratureRule<T>& rule = gauss_legendre<T>(n);
    ASSERT_EQ(rule.nodes.size(), static_cast<std::size_t>(n));
    for (int degree = 0; degree < 2 * n; ++degree) {
      const T found = integrate(rule, [degree](const T& t) {
        T power(1);
        for (int k = 0; k < degree; ++k) {
          power *= t;
        }
        return power;
      });
      EXPECT_LE(relative_error(found, T(T(1) / T(degree + 1))), 400 * static_cast<double>(unit_roundoff<T>()));
    }
  }
}

TYPED_TEST(GaussLegendre, DoesNotIntegrateDegreeTwoN) {
  using T = TypeParam;
  // The error of n nodes on t^(2n) is (n!)^4 / ((2n+1) ((2n)!)^2): 1/180 for n = 2.
  const T found = integrate(gauss_legendre<T>(2), [](const T& t) { return T(t * t * t * t); });
  EXPECT_LE(relative_error(T(T(1) / T(5) - found), T(T(1) / T(180))), 1e3 * static_cast<double>(unit_roundoff<T>()));
}

TYPED_TEST(GaussLegendre, NodesAscendInsideTheIntervalAndAreSymmetric) {
  using T = TypeParam;
  const QuadratureRule<T>& rule = gauss_legendre<T>(41);
  for (std::size_t i = 0; i < 41; ++i) {
    EXPECT_GT(rule.nodes[i], i == 0 ? T(0) : rule.nodes[i - 1]);
    EXPECT_LT(rule.nodes[i], T(1));
    EXPECT_LE(relative_error(T(rule.nodes[i] + rule.nodes[40 - i]), T(1)), 4 * static_cast<double>(unit_roundoff<T>()));
    EXPECT_EQ(rule.weights[i], rule.weights[40 - i]);
  }
}

TEST(GaussLegendreCache, IsOneForAllThreads) {
  const QuadratureRule<Real50>* seen[4];
  std::thread threads[4];
  for (std::size_t i = 0; i < 4; ++i) {
    threads[i] = std::thread([&seen, i] { seen[i] = &gauss_legendre<Real50>(37); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const QuadratureRule<Real50>* rule : seen) {
    EXPECT_EQ(rule, &gauss_legendre<Real50>(37));
  }
}

TEST(GaussLegendreCache, RefusesToHaveNoNodes) {
  EXPECT_THROW((void)gauss_legendre<double>(0), InputError);
}

/// The isotropic integrals I_j = integral (c^2 + k^2 (1-2t)^2)^-j dt at an angle, with poles at 1/2 +- i c/(2k).
template <class T>
void check_isotropic_integrals(double degrees, int digits, double truncation) {
  using std::cos;
  using std::sin;
  const T angle = pi<T>() * T(degrees) / T(180);
  const T c = cos(T(angle / T(2)));
  const T k = sin(T(angle / T(2)));
  const T first = angle / sin(angle);
  const T second = (T(1) + first) / (T(2) * c * c);
  const T third = (T(1) + T(3) * second) / (T(4) * c * c);
  const std::complex<double> pole(0.5, static_cast<double>(T(c / (T(2) * k))));
  // A node is rounded by u, and t - 1/2 enters on the scale of the pole's distance.
  const double tolerance = truncation + 10 * static_cast<double>(unit_roundoff<T>()) / pole.imag();
  for (const Falloff falloff : {Falloff::none, Falloff::inverse_square}) {
    const QuadratureRule<T> rule = graded_rule<T>({pole, std::conj(pole)}, digits, falloff);
    const auto power = [&](int j) {
      return integrate(rule, [&](const T& t) {
        const T slope = T(1) - T(2) * t;
        const T q = c * c + k * k * slope * slope;
        return j == 1 ? T(T(1) / q) : j == 2 ? T(T(1) / (q * q)) : T(T(1) / (q * q * q));
      });
    };
    EXPECT_LE(relative_error(power(1), first), tolerance) << degrees;
    EXPECT_LE(relative_error(power(2), second), tolerance) << degrees;
    EXPECT_LE(relative_error(power(3), third), tolerance) << degrees;
  }
}

TEST(GradedRule, GivesTheIsotropicIntegralsAtAnyAngle) {
  for (const double degrees : {10.0, 120.0, 170.0, 179.9, 179.9999}) {
    check_isotropic_integrals<double>(degrees, 15, 1e-13);
    check_isotropic_integrals<Real50>(degrees, 46, 1e-45);
    check_isotropic_integrals<Real100>(degrees, 96, 1e-95);
  }
}

TEST(GradedRule, MeetsRealPolesJustOutsideTheInterval) {
  for (const double gap : {1.0, 0.1, 1e-3, 1e-8}) {
    const QuadratureRule<Real50> rule = graded_rule<Real50>({{-gap, 0.0}, {1.0 + gap, 0.0}}, 46);
    const Real50 g(gap);
    const Real50 high = Real50(1) + g;
    const Real50 found = integrate(rule, [&](const Real50& t) { return Real50(1 / pow(Real50(t + g), 6)); });
    EXPECT_LE(relative_error(found, Real50((1 / pow(g, 5) - 1 / pow(high, 5)) / 5)), 1e-45) << gap;
    const Real50 both = integrate(rule, [&](const Real50& t) { return Real50(1 / ((t + g) * (high - t))); });
    EXPECT_LE(relative_error(both, Real50(2 * log(Real50(high / g)) / (1 + 2 * g))), 1e-45) << gap;
  }
}

TEST(GradedRule, MeetsSeveralPairsOfPolesAtOnce) {
  // integral of b / ((t-a)^2 + b^2) is the angle under which [0, 1] is seen from a + ib.
  const std::complex<double> pairs[] = {{0.25, 0.0078125}, {0.625, 0.25}, {0.75, 0.001953125}};
  std::vector<std::complex<double>> poles{{-0.5, 0.0}};
  for (const auto& z : pairs) {
    poles.push_back(z);
    poles.push_back(std::conj(z));
  }
  const QuadratureRule<Real50> rule = graded_rule<Real50>(poles, 46);
  for (const auto& z : pairs) {
    const Real50 a(z.real());
    const Real50 b(z.imag());
    const Real50 found = integrate(rule, [&](const Real50& t) { return Real50(b / ((t - a) * (t - a) + b * b)); });
    EXPECT_LE(relative_error(found, Real50(atan(Real50((1 - a) / b)) + atan(Real50(a / b)))), 1e-45);
  }
}

TEST(GradedRule, WithoutPolesIntegratesPolynomials) {
  const QuadratureRule<Real50> rule = graded_rule<Real50>({}, 50);
  const Real50 found = integrate(rule, [](const Real50& t) { return Real50(t * t * t * t); });
  EXPECT_LE(relative_error(found, Real50(Real50(1) / 5)), 1e-49);
}

TEST(GradedRule, IsNotDrawnToAPairOfPolesFarAway) {
  // What rounding makes of a multiple eigenvalue 0 of Th; 4/3 is a pole of the field itself.
  for (const double far : {1e3, 1e9, 5e49}) {
    const std::vector<std::complex<double>> poles{{-far, far / 3}, {-far, -far / 3}, {-4.0 / 3, 0}};
    const auto rule = graded_rule<Real50>(poles, 52, Falloff::inverse_square);
    const auto found = integrate(rule, [](const Real50& t) { return Real50(1) / ((t + Real50(4) / 3) * (t + 1)); });
    EXPECT_LT(relative_error<Real50>(found, 3 * log(Real50(8) / 7)), 1e-48) << far;
  }
}

TEST(GradedRule, ReachesTheDigitsOfEveryTier) {
  // integral 1/(t + 2) dt = log(3/2)
  const std::vector<std::complex<double>> poles{{-2.0, 0.0}};
  const auto g = [](const auto& t) {
    using T = std::decay_t<decltype(t)>;
    return T(T(1) / (t + T(2)));
  };
  EXPECT_LE(relative_error(integrate(graded_rule<Real50>(poles, 52), g), Real50(log(Real50(3) / 2))), 1e-48);
  EXPECT_LE(relative_error(integrate(graded_rule<Real100>(poles, 102), g), Real100(log(Real100(3) / 2))), 1e-98);
  EXPECT_LE(relative_error(integrate(graded_rule<Real150>(poles, 152), g), Real150(log(Real150(3) / 2))), 1e-148);
}

TEST(GradedRule, RefusesAPoleOnTheInterval) {
  for (const double t : {0.0, 0.3, 0.5, 1.0}) {
    EXPECT_THROW((void)graded_rule<Real50>({{t, 0.0}}, 46), DoesNotExist) << t;
    EXPECT_THROW((void)graded_rule<double>({{t, 0.0}, {2.0, 1.0}}, 15), DoesNotExist) << t;
  }
}

/// integral of (c^2 + k^2 (1-2t)^2)^-j dt for j = 1, 2, 3, all by the rule for its pair of poles to the order 6.
template <class T>
void check_pole_pair_rule(double degrees) {
  using std::cos;
  using std::sin;
  const T angle = pi<T>() * T(degrees) / T(180);
  const T c = cos(T(angle / T(2)));
  const T k = sin(T(angle / T(2)));
  const T first = angle / sin(angle);
  const T second = (T(1) + first) / (T(2) * c * c);
  const T third = (T(1) + T(3) * second) / (T(4) * c * c);
  const QuadratureRule<T> rule = pole_pair_rule<T>(T(0.5), T(c / (T(2) * k)), 6);
  ASSERT_EQ(rule.nodes.size(), 11U);
  const auto power = [&](int j) {
    return integrate(rule, [&](const T& t) {
      const T slope = T(1) - T(2) * t;
      const T q = c * c + k * k * slope * slope;
      return T(T(1) / T(pow(q, T(j))));
    });
  };
  // As above, t - 1/2 enters on the scale of the pole's distance.
  const auto distance = static_cast<double>(T(c / (T(2) * k)));
  const double tolerance =
      (30 * pole_pair_amplification(0.5, distance, 6) + 10 / distance) * static_cast<double>(unit_roundoff<T>());
  EXPECT_LE(relative_error(power(1), first), tolerance) << degrees;
  EXPECT_LE(relative_error(power(2), second), tolerance) << degrees;
  EXPECT_LE(relative_error(power(3), third), tolerance) << degrees;
}

TEST(PolePairRule, IsExactForTheIsotropicIntegrals) {
  for (const double degrees : {70.0, 90.0, 120.0, 170.0, 179.9}) {
    check_pole_pair_rule<double>(degrees);
    check_pole_pair_rule<Real50>(degrees);
    check_pole_pair_rule<Real100>(degrees);
    check_pole_pair_rule<Real150>(degrees);
  }
}

TEST(PolePairRule, IsExactToItsDegreeAndNoFurther) {
  // integral of t^n / ((t-a)^2 + b^2)^2, against the graded rule, which has no such bound.
  const Real50 a(Real50(3) / 10);
  const Real50 b(Real50(4) / 10);
  const std::complex<double> pole(0.3, 0.4);
  const auto error = [&](int n) {
    const auto g = [&](const Real50& t) {
      const Real50 q = (t - a) * (t - a) + b * b;
      return Real50(pow(t, n) / (q * q));
    };
    const Real50 truth = integrate(graded_rule<Real50>({pole, std::conj(pole)}, 50), g);
    return relative_error(integrate(pole_pair_rule<Real50>(a, b, 2), g), truth);
  };
  for (const int n : {0, 1, 2}) {
    EXPECT_LE(error(n), 1e-47) << n;
  }
  EXPECT_GE(error(3), 1e-3);
}

TEST(PolePairRule, RefusesARealPole) {
  EXPECT_THROW((void)pole_pair_rule<double>(0.5, 0.0, 6), InputError);
  EXPECT_THROW((void)pole_pair_rule<double>(0.5, 1.0, 0), InputError);
}

}  // namespace
}  // namespace straightedge
