#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <empirical_velocity/bf16_parts.hpp>
#include <empirical_velocity/products.hpp>
#include <limits>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

struct Problem {
  std::int64_t queries;
  std::int64_t bank;
  std::int64_t dimension;
  Schedule schedule;
  Pairing pairing;
  std::vector<double> x, t, x0, x1;
};

std::vector<double> normals(std::size_t n, unsigned seed, double shift = 0.0) {
  std::mt19937_64 engine(seed);
  std::normal_distribution<double> normal(shift);
  std::vector<double> values(n);
  for (double& value : values) {
    value = static_cast<double>(static_cast<float>(normal(engine)));  // fp32 and fp64 read the same numbers
  }
  return values;
}

/// Queries near the midpoints of pairs, at times t, t + step, ...
Problem problem(std::int64_t queries, std::int64_t bank, std::int64_t d, Schedule schedule, Pairing pairing, double t,
                double step = 0.0, double shift = 0.0) {
  Problem p{queries, bank, d, schedule, pairing, {}, {}, {}, {}};
  p.x = normals(static_cast<std::size_t>(queries * d), 1, shift);
  p.x0 = normals(static_cast<std::size_t>(bank * d), 2, shift);
  p.x1 = normals(static_cast<std::size_t>(bank * d), 3, shift);
  for (std::int64_t b = 0; b < queries; ++b) {
    p.t.push_back(t + step * static_cast<double>(b));
  }
  return p;
}

/// The formula as it stands, in long double, with all weights in memory.
std::vector<double> by_formula(const Problem& p) {
  using Real = long double;
  const auto at = [&](const std::vector<double>& m, std::int64_t i, std::int64_t j) {
    return Real(m[static_cast<std::size_t>(i * p.dimension + j)]);
  };
  std::vector<double> v;
  for (std::int64_t b = 0; b < p.queries; ++b) {
    const double t = p.t[static_cast<std::size_t>(b)];
    const Real u = 1 - Real(t);
    const Real variance = p.schedule.squared(t);
    const bool is_frozen = p.pairing == Pairing::frozen;
    const Real h = u * u + variance;
    std::vector<Real> l(static_cast<std::size_t>(p.bank));
    Real maximum = -std::numeric_limits<Real>::infinity();
    const auto point = [&](std::int64_t i, std::int64_t j) {
      return (is_frozen ? u * at(p.x0, i, j) : Real(0)) + t * at(p.x1, i, j);
    };
    for (std::int64_t i = 0; i < p.bank; ++i) {
      Real distance = 0;
      for (std::int64_t j = 0; j < p.dimension; ++j) {
        const Real difference = at(p.x, b, j) - point(i, j);
        distance += difference * difference;
      }
      l[static_cast<std::size_t>(i)] = -distance / (2 * (is_frozen ? variance : h));
      maximum = std::max(maximum, l[static_cast<std::size_t>(i)]);
    }
    Real sum = 0;
    for (Real& level : l) {
      level = std::exp(level - maximum);
      sum += level;
    }
    for (std::int64_t j = 0; j < p.dimension; ++j) {
      Real mean = 0;
      Real mean_point = 0;
      for (std::int64_t i = 0; i < p.bank; ++i) {
        const Real w = l[static_cast<std::size_t>(i)] / sum;
        mean += w * (is_frozen ? at(p.x1, i, j) - at(p.x0, i, j) : at(p.x1, i, j));
        mean_point += w * point(i, j);
      }
      const Real x = at(p.x, b, j);
      v.push_back(static_cast<double>(is_frozen ? mean + p.schedule.target_ratio(t) * (x - mean_point)
                                                : (u + variance) / h * mean - u / h * x +
                                                      p.schedule.target_cross(t) / h * (x - t * mean)));
    }
  }
  return v;
}

enum class Way { direct, products };

template <class T>
std::vector<T> stored(const std::vector<double>& values) {
  std::vector<T> result;
  for (const double value : values) {
    result.push_back(store<T>(static_cast<Arithmetic<T>>(value)));
  }
  return result;
}

/// v and, after it, whether the inputs were refused.
template <class T>
std::pair<std::vector<double>, bool> run(const Problem& p, Way way) {
  const std::vector<T> x = stored<T>(p.x), t = stored<T>(p.t), x0 = stored<T>(p.x0), x1 = stored<T>(p.x1);
  std::vector<T> v(x.size());
  int singular = 0;
  const EmpiricalVelocityArguments<T> arguments{
      x.data(),  t.data(),    p.pairing == Pairing::frozen ? x0.data() : nullptr,
      x1.data(), v.data(),    p.queries,
      p.bank,    p.dimension, p.schedule,
      p.pairing, &singular};
  if (way == Way::products) {
    empirical_velocity_by_products(arguments);
  } else {
    empirical_velocity_cpu(arguments);
  }
  std::vector<double> result;
  for (const T value : v) {
    result.push_back(static_cast<double>(load(value)));
  }
  return {result, singular != 0};
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    largest = difference <= largest ? largest : difference;  // a NaN stays
  }
  return largest;
}

constexpr Schedule constant{ScheduleKind::constant, 0.75, TargetKind::displacement};
constexpr Schedule bridge{ScheduleKind::bridge, 1.5, TargetKind::interpolant};

TEST(EmpiricalVelocity, FollowsTheFormulaInEveryDimension) {
  for (const Pairing pairing : {Pairing::frozen, Pairing::resampled}) {
    for (const Schedule& schedule : {constant, bridge}) {
      for (const std::int64_t d : {1, 2, 3, 8, 37}) {
        const Problem p = problem(5, 200, d, schedule, pairing, 0.125, 0.1875);
        const std::vector<double> expected = by_formula(p);
        EXPECT_LT(largest_difference(run<double>(p, Way::direct).first, expected), 1e-12) << d;
        EXPECT_LT(largest_difference(run<float>(p, Way::direct).first, expected), 2e-4) << d;
      }
    }
  }
}

TEST(EmpiricalVelocity, ByProductsIsTheSameOverSeveralBlocksOfTheBank) {
  for (const Pairing pairing : {Pairing::frozen, Pairing::resampled}) {
    for (const Schedule& schedule : {constant, bridge}) {
      // Resampled queries may differ in time; the bank is longer than a block, and no multiple of one.
      const Problem p = problem(3, 4500, 35, schedule, pairing, 0.25, pairing == Pairing::frozen ? 0.0 : 0.25);
      const std::vector<double> expected = by_formula(p);
      EXPECT_LT(largest_difference(run<double>(p, Way::products).first, expected), 1e-11);
      EXPECT_LT(largest_difference(run<float>(p, Way::products).first, expected), 2e-3);
    }
  }
}

TEST(EmpiricalVelocity, ByProductsPassesOverRowsWithoutWeight) {
  // Nearly no noise at a late time: one row of 9,000 has all the weight, or a few have it.
  const Schedule weak{ScheduleKind::constant, 0.0625, TargetKind::displacement};
  const Schedule weak_bridge{ScheduleKind::bridge, 0.25, TargetKind::interpolant};
  for (const Pairing pairing : {Pairing::frozen, Pairing::resampled}) {
    for (const Schedule& schedule : {weak, weak_bridge}) {
      Problem p = problem(4, 9000, 64, schedule, pairing, 0.9375);
      for (std::size_t j = 0; j < 64; ++j) {  // query 1 is at the place of row 7000
        p.x[64 + j] = (pairing == Pairing::frozen ? 0.0625 * p.x0[7000 * 64 + j] : 0.0) + 0.9375 * p.x1[7000 * 64 + j];
      }
      const std::vector<double> expected = by_formula(p);
      EXPECT_LT(largest_difference(run<double>(p, Way::products).first, expected), 1e-10);
      for (std::size_t j = 0; j < 64 && pairing == Pairing::frozen; ++j) {
        EXPECT_NEAR(expected[64 + j], p.x1[7000 * 64 + j] - p.x0[7000 * 64 + j], 1e-9);
      }
    }
  }
}

TEST(EmpiricalVelocity, OfALongBankBeginsWithAGuessAndLosesNoDigitsToAWrongOne) {
  constexpr std::int64_t d = 1500;
  constexpr std::int64_t bank = 6000;  // more than two blocks
  const Schedule none{ScheduleKind::none, 0.0, TargetKind::displacement};
  for (const bool is_misleading : {false, true}) {
    Problem p = problem(3, bank, d, none, Pairing::resampled, 0.5);
    for (std::size_t i = 0; i < p.x1.size() && is_misleading; ++i) {
      p.x1[i] *=
          i % static_cast<std::size_t>(d) % 192 < 16 ? 0.0 : 0.25;  // what the guess looks at is the same everywhere
    }
    for (std::size_t j = 0; j < static_cast<std::size_t>(d);
         ++j) {  // query 1 is near row 5000, query 2 between two rows
      p.x[d + j] = 0.5 * p.x1[5000 * d + j];
      p.x[2 * d + j] = 0.25 * (p.x1[3000 * d + j] + p.x1[3001 * d + j]);
    }
    const std::vector<double> expected = by_formula(p);
    EXPECT_LT(largest_difference(run<double>(p, Way::products).first, expected), 1e-10);
    EXPECT_LT(largest_difference(run<float>(p, Way::products).first, expected), 5e-2);
  }
}

TEST(EmpiricalVelocity, OfBf16IsFoundInFp32) {
  for (const Pairing pairing : {Pairing::frozen, Pairing::resampled}) {
    for (const Schedule& schedule : {constant, bridge}) {
      for (const double step : {0.0, 0.25}) {
        Problem p = problem(3, 300, 50, schedule, pairing, 0.25, step);
        for (std::vector<double>* values : {&p.x, &p.x0, &p.x1}) {
          for (double& value : *values) {
            value = static_cast<double>(load(store<Bf16>(static_cast<float>(value))));
          }
        }
        const std::vector<double> expected = by_formula(p);
        for (const Way way : {Way::direct, Way::products}) {
          if (way == Way::products && pairing == Pairing::frozen && step != 0.0) {
            continue;
          }
          const std::vector<double> v = run<Bf16>(p, way).first;
          for (std::size_t i = 0; i < v.size(); ++i) {
            // Stored once, and weights and values may be rounded to bf16 before they are averaged.
            EXPECT_NEAR(v[i], expected[i], 0x1p-7 * (1.0 + std::abs(expected[i])));
          }
        }
      }
    }
  }
}

TEST(EmpiricalVelocity, KeepsItsDigitsFarFromTheOrigin) {
  const double shift = 65536.0;  // fp32 has 8 bits left behind the point
  for (const Pairing pairing : {Pairing::frozen, Pairing::resampled}) {
    Problem p = problem(3, 300, 40, constant, pairing, 0.5, 0.0, shift);
    if (pairing == Pairing::resampled) {
      for (double& x : p.x) {
        x -= 0.5 * shift;  // its points are t x1
      }
    }
    const std::vector<double> expected = by_formula(p);
    const double allowed = pairing == Pairing::frozen ? 1e-3 : 0.1;  // resampled: v itself is of the size of the shift
    EXPECT_LT(largest_difference(run<float>(p, Way::direct).first, expected), allowed);
    EXPECT_LT(largest_difference(run<float>(p, Way::products).first, expected), allowed);
  }
}

TEST(EmpiricalVelocity, OfAHalfTurnAtItsSingularTimeIsTheMean) {
  // x1 = -x0, t = 1/2: every p_i is the same point, so every pair counts the same, exactly.
  Problem p = problem(2, 64, 48, {ScheduleKind::constant, 0.001, TargetKind::displacement}, Pairing::frozen, 0.5);
  std::vector<double> mean(48, 0.0);
  for (std::size_t i = 0; i < p.x1.size(); ++i) {
    p.x1[i] = -p.x0[i];
    mean[i % 48] += 2.0 * p.x1[i] / 64.0;
  }
  for (const Way way : {Way::direct, Way::products}) {
    const std::vector<double> v = run<float>(p, way).first;
    EXPECT_LT(largest_difference({v.begin(), v.begin() + 48}, mean), 1e-5);
  }
}

TEST(EmpiricalVelocity, IsRefusedWhereWeightsDoNotExist) {
  const Schedule none{ScheduleKind::none, 0.0, TargetKind::displacement};
  const Problem without_noise = problem(2, 10, 33, none, Pairing::frozen, 0.5);
  const Problem at_the_end = problem(2, 10, 33, none, Pairing::resampled, 1.0);
  Problem at_no_time = problem(2, 10, 33, bridge, Pairing::resampled, 0.5);
  at_no_time.t[1] = std::numeric_limits<double>::quiet_NaN();
  const Problem before_the_start = problem(2, 10, 33, bridge, Pairing::frozen, 0.0);
  for (const Problem& p : {without_noise, at_the_end, at_no_time, before_the_start}) {
    for (const Way way : {Way::direct, Way::products}) {
      EXPECT_TRUE(run<double>(p, way).second);
      EXPECT_TRUE(run<Bf16>(p, way).second);
    }
  }
  EXPECT_FALSE(run<double>(problem(2, 10, 33, none, Pairing::resampled, 0.5), Way::direct).second);
}

TEST(EmpiricalVelocity, OfANaNIsNaNAndLeavesOtherQueriesAlone) {
  Problem p = problem(3, 100, 40, constant, Pairing::frozen, 0.5);
  const std::vector<double> expected = by_formula(p);
  p.x[40] = std::numeric_limits<double>::quiet_NaN();
  for (const Way way : {Way::direct, Way::products}) {
    const std::vector<double> v = run<double>(p, way).first;
    EXPECT_LT(largest_difference({v.begin(), v.begin() + 40}, {expected.begin(), expected.begin() + 40}), 1e-11);
    EXPECT_LT(largest_difference({v.begin() + 80, v.end()}, {expected.begin() + 80, expected.end()}), 1e-11);
    EXPECT_TRUE(std::isnan(v[40]) && std::isnan(v[79]));
  }
  p.x1[41] = std::numeric_limits<double>::quiet_NaN();
  for (const Way way : {Way::direct, Way::products}) {
    EXPECT_TRUE(std::isnan(run<double>(p, way).first[0]));
  }
}

TEST(EmpiricalVelocity, HasTheSameBitsTwice) {
  const Problem p = problem(7, 5000, 64, constant, Pairing::resampled, 0.125, 0.0625);
  EXPECT_EQ(run<float>(p, Way::products).first, run<float>(p, Way::products).first);
  EXPECT_EQ(run<float>(p, Way::direct).first, run<float>(p, Way::direct).first);
}

TEST(EmpiricalVelocity, OfNoQueriesIsEmpty) {
  EXPECT_TRUE(run<float>(problem(0, 10, 3, constant, Pairing::frozen, 0.5), Way::direct).first.empty());
}

TEST(EmpiricalVelocity, HasProductsWhereQueriesShareTheirPoints) {
  const auto has = [](const Problem& p) {
    int singular = 0;
    const EmpiricalVelocityArguments<double> arguments{nullptr, p.t.data(),  nullptr,    nullptr,   nullptr,  p.queries,
                                                       p.bank,  p.dimension, p.schedule, p.pairing, &singular};
    return has_products(arguments);
  };
  EXPECT_TRUE(has(problem(2, 4, 64, constant, Pairing::frozen, 0.5)));
  EXPECT_FALSE(has(problem(2, 4, 64, constant, Pairing::frozen, 0.5, 0.125)));
  EXPECT_TRUE(has(problem(2, 4, 64, constant, Pairing::resampled, 0.5, 0.125)));
  EXPECT_FALSE(has(problem(2, 4, 2, constant, Pairing::resampled, 0.5)));
}

TEST(Bf16Parts, SumToTheNumberItself) {
  for (const double value : normals(10000, 5)) {
    const float number = std::bit_cast<float>(std::bit_cast<std::uint32_t>(static_cast<float>(value)) | 1U);
    const Bf16Parts parts = split(number);
    EXPECT_EQ(double(load(parts.part[0])) + double(load(parts.part[1])) + double(load(parts.part[2])), double(number));
    EXPECT_LE(std::abs(load(parts.part[1])), 0x1p-8F * std::abs(number));
    EXPECT_LE(std::abs(load(parts.part[2])), 0x1p-16F * std::abs(number));
  }
}

TEST(Bf16Parts, OfTwoNumbersHaveSixProductsThatMakeTheirProduct) {
  const std::vector<double> left = normals(10000, 6);
  const std::vector<double> right = normals(10000, 7);
  double largest = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const Bf16Parts l = split(static_cast<float>(left[i]));
    const Bf16Parts r = split(static_cast<float>(right[i]));
    double product = 0.0;
    int kept = 0;
    for (int m = 0; m < 3; ++m) {
      for (int n = 0; n < 3; ++n) {
        product += is_kept(m, n) ? double(load(l.part[m])) * double(load(r.part[n])) : 0.0;
        kept += is_kept(m, n) ? 1 : 0;
      }
    }
    EXPECT_EQ(kept, 6);
    largest = std::max(largest, std::abs(product / (left[i] * right[i]) - 1.0));
  }
  EXPECT_LT(largest, 0x1p-22);
}

}  // namespace
}  // namespace straightedge::ops
