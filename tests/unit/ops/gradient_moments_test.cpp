#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <gradient_moments/kernels.hpp>
#include <limits>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

using Index = std::int64_t;
constexpr Index no_row = std::numeric_limits<Index>::max();
constexpr Schedule no_noise{ScheduleKind::none, 0.0, TargetKind::displacement};

std::size_t size(Index n) {
  return static_cast<std::size_t>(n);
}

template <class T>
std::vector<T> uniforms(Index n, unsigned seed, double low, double high) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<T> values(size(n));
  for (T& value : values) {
    value = store<T>(static_cast<Arithmetic<T>>(uniform(engine)));
  }
  return values;
}

template <class T>
std::vector<double> as_double(const std::vector<T>& stored) {
  std::vector<double> values;
  for (const T value : stored) {
    values.push_back(load(value));
  }
  return values;
}

template <class T>
struct Problem {
  Index batch;
  Index d;
  Schedule schedule;
  std::vector<T> th, Th, x0, x1, z, t;
  std::vector<double> sums{};  // squared, th, Th
  std::vector<Index> refused{no_row, no_row};

  void run() {
    sums.assign(size(1 + d + d * d), -77.0);
    gradient_moments_cpu<T>({th.data(), Th.data(), x0.data(), x1.data(), z.data(), t.data(), sums.data(),
                             sums.data() + 1, sums.data() + 1 + d, batch, d, schedule, refused.data()});
  }
};

template <class T>
Problem<T> random_problem(Index batch, Index d, Schedule schedule) {
  const double scale = 0.5 / static_cast<double>(d);
  return {batch,
          d,
          schedule,
          uniforms<T>(d, 1, -1.0, 1.0),
          uniforms<T>(d * d, 2, -scale, scale),
          uniforms<T>(batch * d, 3, -2.0, 2.0),
          uniforms<T>(batch * d, 4, -1.0, 3.0),
          uniforms<T>(batch * d, 5, -2.0, 2.0),
          uniforms<T>(batch, 6, 0.0625, 0.9375)};
}

/// Solves a y = b by Gauss-Jordan elimination without pivoting, which serves matrices near I.
std::vector<long double> solution(std::vector<long double> a, std::vector<long double> b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      const long double factor = i == k ? 0.0L : a[i * n + k] / a[k * n + k];
      for (std::size_t j = 0; j < n; ++j) {
        a[i * n + j] -= factor * a[k * n + j];
      }
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = 0; k < n; ++k) {
    b[k] /= a[k * n + k];
  }
  return b;
}

/// |x1 - x0 (+ f' z) - v(xt, t)|^2 of a sample as a function of the parameters (th, Th).
long double loss(const std::vector<long double>& parameters, const std::vector<double>& x0,
                 const std::vector<double>& x1, const std::vector<double>& z, double time, const Schedule& schedule) {
  const std::size_t d = x0.size();
  const long double t = time;
  const long double root = std::sqrt(t * (1.0L - t));
  const bool is_bridge = schedule.kind == ScheduleKind::bridge;
  const long double level = schedule.kind == ScheduleKind::none ? 0.0L : schedule.s * (is_bridge ? root : 1.0L);
  const long double slope =
      is_bridge && schedule.target == TargetKind::interpolant ? schedule.s * (1.0L - 2.0L * t) / (2.0L * root) : 0.0L;
  std::vector<long double> a(d * d);
  std::vector<long double> b(d);
  for (std::size_t i = 0; i < d; ++i) {
    b[i] = (1.0L - t) * x0[i] + t * x1[i] + level * z[i] - t * parameters[i];
    for (std::size_t j = 0; j < d; ++j) {
      a[i * d + j] = (i == j ? 1.0L : 0.0L) + t * parameters[d + i * d + j];
    }
  }
  const std::vector<long double> y = solution(a, b);
  long double sum = 0.0L;
  for (std::size_t i = 0; i < d; ++i) {
    long double r = x1[i] - static_cast<long double>(x0[i]) + slope * z[i] - parameters[i];
    for (std::size_t j = 0; j < d; ++j) {
      r -= parameters[d + i * d + j] * y[j];
    }
    sum += r * r;
  }
  return sum;
}

/// The sums from central differences of the loss.
template <class T>
std::vector<double> sums_of_differences(const Problem<T>& p) {
  const std::size_t d = size(p.d);
  std::vector<long double> parameters;
  for (const double value : as_double(p.th)) {
    parameters.push_back(value);
  }
  for (const double value : as_double(p.Th)) {
    parameters.push_back(value);
  }
  std::vector<double> sums(1 + parameters.size(), 0.0);
  const auto row = [&](const std::vector<T>& values, std::size_t b) {
    return as_double(
        std::vector<T>(values.begin() + static_cast<Index>(b * d), values.begin() + static_cast<Index>((b + 1) * d)));
  };
  constexpr long double step = 0x1p-22L;
  for (std::size_t b = 0; b < size(p.batch); ++b) {
    for (std::size_t k = 0; k < parameters.size(); ++k) {
      const auto moved = [&](long double by) {
        std::vector<long double> at = parameters;
        at[k] += by;
        return loss(at, row(p.x0, b), row(p.x1, b), row(p.z, b), load(p.t[b]), p.schedule);
      };
      const long double gradient = (moved(step) - moved(-step)) / (2.0L * step);
      sums[1 + k] += static_cast<double>(gradient);
      sums[0] += static_cast<double>(gradient * gradient);
    }
  }
  return sums;
}

template <class T>
void expect_differences(Index batch, Index d, const Schedule& schedule) {
  auto p = random_problem<T>(batch, d, schedule);
  p.run();
  EXPECT_EQ(p.refused, (std::vector<Index>{no_row, no_row}));
  const std::vector<double> expected = sums_of_differences(p);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(p.sums[i], expected[i], 1e-9 * std::fabs(expected[i]) + 1e-9 * static_cast<double>(batch))
        << "d = " << d << ", B = " << batch << ", number " << i;
  }
}

TEST(GradientMoments, AreThoseOfTheLossDifferentiatedNumerically) {
  for (const Index d : {1, 2, 3, 5, 9}) {
    for (const ScheduleKind kind : {ScheduleKind::none, ScheduleKind::constant, ScheduleKind::bridge}) {
      expect_differences<double>(11, d, {kind, 0.75, TargetKind::displacement});
      expect_differences<float>(8, d, {kind, 0.75, TargetKind::interpolant});
    }
  }
  expect_differences<Bf16>(3, 2, {ScheduleKind::bridge, 0.5, TargetKind::interpolant});
  expect_differences<double>(2, 12, no_noise);
}

TEST(GradientMoments, AreInFp64WhateverTheInputs) {
  auto fp32 = random_problem<float>(700, 3, {ScheduleKind::bridge, 0.75, TargetKind::interpolant});
  Problem<double> fp64{700,
                       3,
                       fp32.schedule,
                       as_double(fp32.th),
                       as_double(fp32.Th),
                       as_double(fp32.x0),
                       as_double(fp32.x1),
                       as_double(fp32.z),
                       as_double(fp32.t)};
  fp32.run();
  fp64.run();
  EXPECT_EQ(fp32.sums, fp64.sums);
}

TEST(GradientMoments, VanishForTheFieldThroughItsOwnPairs) {
  auto p = random_problem<double>(40, 3, no_noise);
  for (std::size_t b = 0; b < 40; ++b) {
    for (std::size_t i = 0; i < 3; ++i) {
      double v = p.th[i];
      for (std::size_t j = 0; j < 3; ++j) {
        v += p.Th[i * 3 + j] * p.x0[b * 3 + j];
      }
      p.x1[b * 3 + i] = p.x0[b * 3 + i] + v;
    }
  }
  p.run();
  EXPECT_LT(p.sums[0], 40 * 1e-28);
  for (const double sum : p.sums) {
    EXPECT_LT(std::fabs(sum), 40 * 1e-14);
  }
}

TEST(GradientMoments, OfManySamplesAreTheSumsOfTheirParts) {
  // 65 is beyond the packs; 6000 samples make several parts with a tail.
  for (const auto& [d, batch] : {std::pair<Index, Index>{1, 6000}, {4, 6003}, {7, 2501}, {13, 1001}, {65, 300}}) {
    auto p = random_problem<double>(batch, d, {ScheduleKind::constant, 0.5, TargetKind::displacement});
    p.run();
    std::vector<double> expected(p.sums.size(), 0.0);
    std::vector<double> size_of_terms = expected;
    for (Index b = 0; b < batch; ++b) {
      const auto row = [&](const std::vector<double>& values) {
        return std::vector<double>(values.begin() + b * d, values.begin() + (b + 1) * d);
      };
      Problem<double> one{1, d, p.schedule, p.th, p.Th, row(p.x0), row(p.x1), row(p.z), {p.t[size(b)]}};
      one.run();
      for (std::size_t i = 0; i < expected.size(); ++i) {
        expected[i] += one.sums[i];
        size_of_terms[i] += std::fabs(one.sums[i]);
      }
    }
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(p.sums[i], expected[i], 1e-13 * size_of_terms[i]) << d << " " << i;
    }
  }
}

TEST(GradientMoments, HaveTheSameBitsAtAnyNumberOfThreads) {
  auto p = random_problem<float>(3001, 3, {ScheduleKind::bridge, 0.75, TargetKind::displacement});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  p.run();
  const std::vector<double> one = p.sums;
  at::set_num_threads(4);
  p.run();
  EXPECT_EQ(p.sums, one);
  at::set_num_threads(threads);
}

TEST(GradientMoments, NameTheFirstSampleAtASingularTime) {
  auto p = random_problem<double>(1000, 2, no_noise);
  p.Th = {-2.0, 0.0, 0.0, -2.0};
  p.run();
  EXPECT_EQ(p.refused, (std::vector<Index>{no_row, no_row}));
  p.t[701] = p.t[333] = 0.5;
  p.run();
  EXPECT_EQ(p.refused, (std::vector<Index>{333, no_row}));
}

TEST(GradientMoments, NameTheFirstSampleWithoutASlope) {
  for (const double end : {0.0, 1.0}) {
    auto p = random_problem<double>(20, 2, {ScheduleKind::bridge, 0.5, TargetKind::interpolant});
    p.t[13] = p.t[17] = end;
    p.run();
    EXPECT_EQ(p.refused, (std::vector<Index>{no_row, 13}));
    p.refused = {no_row, no_row};
    p.schedule.target = TargetKind::displacement;
    p.run();
    EXPECT_EQ(p.refused, (std::vector<Index>{no_row, no_row}));
  }
}

TEST(GradientMoments, OfNoSamplesAreZero) {
  auto p = random_problem<double>(0, 2, no_noise);
  p.run();
  EXPECT_EQ(p.sums, std::vector<double>(7, 0.0));
}

}  // namespace
}  // namespace straightedge::ops
