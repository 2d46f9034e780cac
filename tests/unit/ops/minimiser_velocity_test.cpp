#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <minimiser_velocity/kernels.hpp>
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
struct Problem {
  Index components;
  Index batch;
  Index d;
  Schedule schedule;
  std::vector<T> pi, mu, M, C, x, t;
  std::vector<T> v{};
  Index singular = no_row;

  void run() {
    v.assign(x.size(), store<T>(Arithmetic<T>(-77)));
    minimiser_velocity_cpu<T>({pi.data(), mu.data(), M.data(), C.data(), x.data(), t.data(), v.data(), components,
                               batch, d, schedule, &singular});
  }
};

template <class T>
Problem<T> random_problem(Index components, Index batch, Index d, const Schedule& schedule) {
  std::mt19937 engine(static_cast<unsigned>(components * 100 + d));
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  const auto next = [&] { return store<T>(static_cast<Arithmetic<T>>(uniform(engine))); };
  Problem<T> p{components, batch, d, schedule, {}, {}, {}, {}, {}, {}};
  for (Index k = 0; k < components; ++k) {
    p.pi.push_back(store<T>(static_cast<Arithmetic<T>>(1.5 + uniform(engine))));
    std::vector<double> g(size(d * d));
    for (double& entry : g) {
      entry = uniform(engine) / std::sqrt(static_cast<double>(d));
    }
    for (Index i = 0; i < d; ++i) {
      p.mu.push_back(next());
      for (Index j = 0; j < d; ++j) {
        // x1 = mu + g x0 + 0.5 e: M = g g^T + I / 4, and C = E[(x1 - mu) x0^T] = g.
        double sum = i == j ? 0.25 : 0.0;
        for (Index l = 0; l < d; ++l) {
          sum += g[size(i * d + l)] * g[size(j * d + l)];
        }
        p.M.push_back(store<T>(static_cast<Arithmetic<T>>(sum)));
        p.C.push_back(store<T>(static_cast<Arithmetic<T>>(g[size(i * d + j)])));
      }
    }
  }
  for (Index b = 0; b < batch; ++b) {
    p.t.push_back(store<T>(static_cast<Arithmetic<T>>(0.5 + 0.4375 * uniform(engine))));
    for (Index i = 0; i < d; ++i) {
      p.x.push_back(next());
    }
  }
  return p;
}

/// ln |det a|, and b := a^{-1} b, by Gauss-Jordan elimination with full row search.
long double solve(std::vector<long double> a, std::vector<long double>& b) {
  const std::size_t n = b.size();
  long double log_determinant = 0.0L;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) {
      pivot = std::fabs(a[i * n + k]) > std::fabs(a[pivot * n + k]) ? i : pivot;
    }
    for (std::size_t j = 0; j < n; ++j) {
      std::swap(a[k * n + j], a[pivot * n + j]);
    }
    std::swap(b[k], b[pivot]);
    log_determinant += std::log(std::fabs(a[k * n + k]));
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
  return log_determinant;
}

/// The regression of the target on x_t for row b: for each component by Cov(target, x_t) Cov(x_t)^{-1}, and Bayes.
template <class T>
std::vector<long double> regression(const Problem<T>& p, Index b) {
  const Index d = p.d;
  const long double t = load(p.t[size(b)]);
  const bool is_bridge = p.schedule.kind == ScheduleKind::bridge;
  const long double s = p.schedule.kind == ScheduleKind::none ? 0.0L : p.schedule.s;
  const long double variance = s * s * (is_bridge ? t * (1.0L - t) : 1.0L);
  const long double cross =
      is_bridge && p.schedule.target == TargetKind::interpolant ? s * s * (1.0L - 2.0L * t) / 2.0L : 0.0L;
  std::vector<long double> density(size(p.components));
  std::vector<std::vector<long double>> velocities;
  for (Index k = 0; k < p.components; ++k) {
    const auto M = [&](Index i, Index j) -> long double { return load(p.M[size((k * d + i) * d + j)]); };
    const auto C = [&](Index i, Index j) -> long double { return load(p.C[size((k * d + i) * d + j)]); };
    const auto mu = [&](Index i) -> long double { return load(p.mu[size(k * d + i)]); };
    std::vector<long double> covariance(size(d * d));
    std::vector<long double> centred(size(d));
    for (Index i = 0; i < d; ++i) {
      centred[size(i)] = load(p.x[size(b * d + i)]) - t * mu(i);
      for (Index j = 0; j < d; ++j) {
        covariance[size(i * d + j)] = t * t * M(i, j) + t * (1.0L - t) * (C(i, j) + C(j, i)) +
                                      (i == j ? (1.0L - t) * (1.0L - t) + variance : 0.0L);
      }
    }
    std::vector<long double> w = centred;
    const long double log_determinant = solve(covariance, w);
    long double quadratic = 0.0L;
    std::vector<long double> u(size(d));
    for (Index i = 0; i < d; ++i) {
      quadratic += centred[size(i)] * w[size(i)];
      u[size(i)] = mu(i);
      for (Index j = 0; j < d; ++j) {
        // Cov(x1 - x0 + f' z, x_t) = t M + (1-t) C - t C^T - (1-t) I + f f' I.
        const long double identity = i == j ? 1.0L : 0.0L;
        u[size(i)] += (t * M(i, j) + (1.0L - t) * C(i, j) - t * C(j, i) - (1.0L - t - cross) * identity) * w[size(j)];
      }
    }
    density[size(k)] = load(p.pi[size(k)]) * std::exp(-quadratic / 2.0L - log_determinant / 2.0L);
    velocities.push_back(u);
  }
  long double total = 0.0L;
  std::vector<long double> v(size(d), 0.0L);
  for (std::size_t k = 0; k < density.size(); ++k) {
    total += density[k];
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] += density[k] * velocities[k][i];
    }
  }
  for (long double& coordinate : v) {
    coordinate /= total;
  }
  return v;
}

template <class T>
void expect_regression(Index components, Index batch, Index d, const Schedule& schedule, double tolerance) {
  auto p = random_problem<T>(components, batch, d, schedule);
  p.run();
  EXPECT_EQ(p.singular, no_row);
  for (Index b = 0; b < batch; ++b) {
    const std::vector<long double> expected = regression(p, b);
    for (Index i = 0; i < d; ++i) {
      EXPECT_NEAR(static_cast<double>(load(p.v[size(b * d + i)])), static_cast<double>(expected[size(i)]), tolerance)
          << "K = " << components << ", d = " << d << ", row " << b << ", coordinate " << i;
    }
  }
}

TEST(MinimiserVelocity, IsTheRegressionOfTheTarget) {
  for (const Index d : {1, 2, 3, 4, 5, 11, 64, 66}) {
    for (const TargetKind target : {TargetKind::displacement, TargetKind::interpolant}) {
      expect_regression<double>(3, 9, d, {ScheduleKind::bridge, 0.5, target}, 1e-12);
      expect_regression<double>(1, 3, d, {ScheduleKind::constant, 0.25, target}, 1e-12);
      expect_regression<float>(2, 17, d, {ScheduleKind::none, 0.0, target}, 2e-4);
    }
  }
  expect_regression<Bf16>(2, 5, 2, {ScheduleKind::bridge, 0.5, TargetKind::interpolant}, 0.05);
}

TEST(MinimiserVelocity, IsTheConditionalMeanByQuadrature) {
  // d = 1: E[x1 - x0 + f' z | (1-t) x0 + t x1 + f z = x] over a grid of (x0, x1); the trapezoid rule converges
  // exponentially for Gaussians.
  Problem<double> p{2,
                    1,
                    1,
                    {ScheduleKind::bridge, 1.5, TargetKind::interpolant},
                    {0.75, 0.25},
                    {1.5, -1.0},
                    {0.75, 0.5},
                    {0.5, -0.25},
                    {0.375},
                    {0.375}};
  p.run();
  const double t = 0.375;
  const double level = 1.5 * std::sqrt(t * (1.0 - t));
  const double slope = 1.5 * (1.0 - 2.0 * t) / (2.0 * std::sqrt(t * (1.0 - t)));
  long double numerator = 0.0L;
  long double denominator = 0.0L;
  for (std::size_t k = 0; k < 2; ++k) {
    const double rest = p.M[k] - p.C[k] * p.C[k];  // variance of x1 given x0
    for (double x0 = -9.0; x0 <= 9.0; x0 += 0.0625) {
      for (double x1 = -9.0; x1 <= 9.0; x1 += 0.0625) {
        const double residual = x1 - p.mu[k] - p.C[k] * x0;
        const double z = (p.x[0] - (1.0 - t) * x0 - t * x1) / level;
        const double density =
            p.pi[k] * std::exp(-0.5 * (x0 * x0 + residual * residual / rest + z * z)) / std::sqrt(rest);
        numerator += density * (x1 - x0 + slope * z);
        denominator += density;
      }
    }
  }
  EXPECT_NEAR(p.v[0], static_cast<double>(numerator / denominator), 1e-13);
}

TEST(MinimiserVelocity, OfFarComponentsIsThatOfTheNearOne) {
  // exp of the levels alone would be 0 / 0.
  Problem<float> p{2, 1, 1, no_noise, {0.5F, 0.5F}, {0.0F, 1e3F}, {0x1p-20F, 0x1p-20F}, {0.0F, 0.0F}, {100.0F}, {0.5F}};
  p.run();
  const float sigma = 0.25F + 0x1p-22F;
  EXPECT_NEAR(p.v[0], (0.5F * 0x1p-20F - 0.5F) / sigma * 100.0F, 1e-3F);
}

TEST(MinimiserVelocity, LeavesOutAComponentOfWeightZero) {
  auto p = random_problem<double>(2, 4, 3, no_noise);
  p.pi[1] = 0.0;
  p.run();
  auto alone = random_problem<double>(2, 4, 3, no_noise);
  alone.components = 1;
  alone.run();
  EXPECT_EQ(p.v, alone.v);
}

TEST(MinimiserVelocity, NamesTheFirstRowWithoutADensity) {
  // The half turn x1 = -x0: all meet at t = 1/2, where Sigma = 0.
  Problem<double> p{1, 30, 1, no_noise, {1.0}, {0.0}, {1.0}, {-1.0}, {}, {}};
  p.x.assign(30, 0.5);
  p.t.assign(30, 0.25);
  p.run();
  EXPECT_EQ(p.singular, no_row);
  p.t[21] = p.t[27] = 0.5;
  p.run();
  EXPECT_EQ(p.singular, 21);
  p.singular = no_row;
  p.schedule = {ScheduleKind::constant, 0.125, TargetKind::displacement};
  p.run();
  EXPECT_EQ(p.singular, no_row);
}

TEST(MinimiserVelocity, HasTheSameBitsAtAnyNumberOfThreads) {
  auto p = random_problem<float>(3, 2001, 2, no_noise);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  p.run();
  const std::vector<float> one = p.v;
  at::set_num_threads(4);
  p.run();
  EXPECT_EQ(p.v, one);
  at::set_num_threads(threads);
}

TEST(MinimiserVelocity, OfNoRowsIsEmpty) {
  auto p = random_problem<double>(2, 0, 2, no_noise);
  p.run();
  EXPECT_TRUE(p.v.empty());
}

}  // namespace
}  // namespace straightedge::ops
