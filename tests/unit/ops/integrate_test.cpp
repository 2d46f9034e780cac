#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <integrate/kernels.hpp>
#include <limits>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

using Index = std::int64_t;
constexpr Index no_row = std::numeric_limits<Index>::max();
constexpr std::array methods = {Method::euler, Method::heun, Method::rk4};

std::size_t size(Index n) {
  return static_cast<std::size_t>(n);
}

template <class T>
std::vector<T> uniforms(Index n, unsigned seed, double scale) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-scale, scale);
  std::vector<T> values(size(n));
  for (T& value : values) {
    value = store<T>(static_cast<Arithmetic<T>>(uniform(engine)));
  }
  return values;
}

template <class T>
struct Problem {
  Index batch;
  Index d;
  TimeGrid grid;
  std::vector<T> th, Th, x;
  std::vector<T> x1{};
  Index singular = no_row;

  void run() {
    x1.assign(x.size(), store<T>(Arithmetic<T>(-77)));
    integrate_cpu<T>({th.data(), Th.data(), x.data(), x1.data(), batch, d, grid, &singular});
  }
};

template <class T>
Problem<T> random_problem(Index batch, Index d, const TimeGrid& grid) {
  return {batch,
          d,
          grid,
          uniforms<T>(d, 1, 1.0),
          uniforms<T>(d * d, 2, 0.5 / static_cast<double>(d)),
          uniforms<T>(batch * d, 3, 2.0)};
}

/// x of the pair field's line that starts at z, at time t.
template <class T>
double point(const Problem<T>& p, const std::vector<double>& z, double t, Index i) {
  double v = load(p.th[size(i)]);
  for (Index j = 0; j < p.d; ++j) {
    v += static_cast<double>(load(p.Th[size(i * p.d + j)])) * z[size(j)];
  }
  return z[size(i)] + t * v;
}

/// The largest |x1 - point of the line at t1| for samples that are put on known lines at t0.
template <class T>
double distance_from_lines(Problem<T>& p) {
  const std::vector<double> starts = uniforms<double>(p.batch * p.d, 9, 2.0);
  const auto start = [&](Index b) {
    return std::vector<double>(starts.begin() + b * p.d, starts.begin() + (b + 1) * p.d);
  };
  for (Index b = 0; b < p.batch; ++b) {
    for (Index i = 0; i < p.d; ++i) {
      p.x[size(b * p.d + i)] = rounded<T>(point(p, start(b), p.grid.t0, i));
    }
  }
  p.run();
  double worst = 0.0;
  for (Index b = 0; b < p.batch; ++b) {
    for (Index i = 0; i < p.d; ++i) {
      const double distance = std::fabs(load(p.x1[size(b * p.d + i)]) - point(p, start(b), p.grid.t1, i));
      worst = std::isnan(distance) ? HUGE_VAL : std::fmax(worst, distance);
    }
  }
  return worst;
}

TEST(Integrate, FollowsTheLinesOfThePairField) {
  for (const Method method : methods) {
    for (const Index d : {1, 2, 3, 4, 5, 33}) {
      for (const Index batch : {1, 7, 50}) {
        for (const auto& [t0, t1, steps] :
             {std::tuple<double, double, Index>{0.0, 1.0, 1}, {0.0, 1.0, 7}, {0.75, 0.125, 3}}) {
          auto fp64 = random_problem<double>(batch, d, {t0, t1, steps, method});
          EXPECT_LT(distance_from_lines(fp64), 1e-13) << d << " " << batch << " " << steps;
          EXPECT_EQ(fp64.singular, no_row);
        }
      }
    }
    auto fp32 = random_problem<float>(9, 3, {0.0, 1.0, 5, method});
    EXPECT_LT(distance_from_lines(fp32), 2e-6);
    auto bf16 = random_problem<Bf16>(9, 3, {0.0, 1.0, 5, method});
    EXPECT_LT(distance_from_lines(bf16), 0.1);
  }
}

TEST(Integrate, ManyStepsWithFactorsThatAreHeldInParts) {
  // 400 steps of three times with 65^2 numbers: more than are held at once.
  auto p = random_problem<double>(3, 65, {0.0, 1.0, 400, Method::rk4});
  EXPECT_LT(distance_from_lines(p), 1e-11);
}

TEST(Integrate, IsInFp64WhateverTheInputs) {
  auto fp32 = random_problem<float>(20, 3, {0.0, 1.0, 11, Method::heun});
  fp32.run();
  Problem<double> fp64{20,
                       3,
                       fp32.grid,
                       {fp32.th.begin(), fp32.th.end()},
                       {fp32.Th.begin(), fp32.Th.end()},
                       {fp32.x.begin(), fp32.x.end()}};
  fp64.run();
  for (std::size_t i = 0; i < fp64.x1.size(); ++i) {
    EXPECT_EQ(fp32.x1[i], static_cast<float>(fp64.x1[i]));
  }
}

TEST(Integrate, NamesTheFirstTimeThatIsSingular) {
  for (const Method method : methods) {
    // 1 + t Th = 0 at t = 1/2, where step 4 of 8 begins; heun and rk4 meet it at the end of step 3 already.
    Problem<double> p{3, 1, {0.0, 1.0, 8, method}, {1.0}, {-2.0}, {0.0, 0.5, 1.0}};
    p.run();
    EXPECT_EQ(p.singular, method == Method::euler ? 4 : method == Method::heun ? 3 * 2 + 1 : 3 * 3 + 2);
    p.singular = no_row;
    p.grid.t1 = 0.25;
    p.run();
    EXPECT_EQ(p.singular, no_row);
  }
  // Far from the first factors that are held.
  Problem<double> p{1, 1, {0.0, 1.0, Index{1} << 21, Method::euler}, {1.0}, {-2.0}, {0.0}};
  p.run();
  EXPECT_EQ(p.singular, Index{1} << 20);
}

TEST(Integrate, HasTheSameBitsAtAnyNumberOfThreads) {
  auto p = random_problem<double>(1003, 3, {0.0, 1.0, 9, Method::rk4});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  p.run();
  const std::vector<double> one = p.x1;
  at::set_num_threads(4);
  p.run();
  EXPECT_EQ(p.x1, one);
  at::set_num_threads(threads);
}

/// dx/dt = x cos t, whose solution is exp(sin t).
struct CurvedField {
  Index n = 1;
  void velocity(const LinesAtTime& lines, const double* x, double scale, double* k) const {
    *k = (*x + (scale == 0.0 ? 0.0 : scale * *k)) * std::cos(lines.t);
  }
};

double error_on_curved_field(Method method, Index steps) {
  const TimeGrid grid{0.0, 2.0, steps, method};
  double x = 1.0;
  double k = std::nan("");
  double sum = std::nan("");
  for (Index step = 0; step < steps; ++step) {
    std::array<LinesAtTime, 3> lines{};
    for (Index i = 0; i < grid.times_a_step(); ++i) {
      lines[size(i)].t = grid.time(step, i);
    }
    take_step(CurvedField{}, method, grid.step_size(), lines.data(), &x, &k, &sum);
  }
  return std::fabs(x - std::exp(std::sin(2.0)));
}

TEST(Integrate, ConvergesWithTheOrderOfTheMethod) {
  for (const auto& [method, order] : {std::pair{Method::euler, 1.0}, {Method::heun, 2.0}, {Method::rk4, 4.0}}) {
    const double ratio = error_on_curved_field(method, 64) / error_on_curved_field(method, 128);
    EXPECT_NEAR(std::log2(ratio), order, 0.1);
  }
  EXPECT_LT(error_on_curved_field(Method::rk4, 128), 1e-8);
}

TEST(Integrate, RoundsToBf16Once) {
  // Half-way between two bf16 is 1 + 2^-8; a little above it rounds up, though binary32 cannot hold the little.
  EXPECT_EQ(rounded<Bf16>(1.0 + 0x1p-8).bits, 0x3F80);
  EXPECT_EQ(rounded<Bf16>(1.0 + 0x1p-8 + 0x1p-40).bits, 0x3F81);
  EXPECT_EQ(rounded<Bf16>(1.0 + 3 * 0x1p-8 - 0x1p-40).bits, 0x3F81);
  EXPECT_EQ(rounded<Bf16>(1.0 + 3 * 0x1p-8).bits, 0x3F82);
  EXPECT_EQ(rounded<Bf16>(-1.0 - 0x1p-8 - 0x1p-40).bits, 0xBF81);
  EXPECT_EQ(rounded<Bf16>(-1.0 - 3 * 0x1p-8 + 0x1p-40).bits, 0xBF81);
  EXPECT_EQ(rounded<Bf16>(1e300).bits, 0x7F80);
  EXPECT_EQ(rounded<Bf16>(0.0).bits, 0x0000);
  EXPECT_TRUE(std::isnan(load(rounded<Bf16>(std::nan("")))));
  EXPECT_EQ(rounded<float>(1.0 + 0x1p-40), 1.0F);
}

TEST(Integrate, OfNoSamplesIsEmpty) {
  auto p = random_problem<double>(0, 2, {0.0, 1.0, 3, Method::rk4});
  p.run();
  EXPECT_TRUE(p.x1.empty());
}

}  // namespace
}  // namespace straightedge::ops
