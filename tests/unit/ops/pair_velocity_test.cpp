#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <pair_velocity/kernels.hpp>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

using Index = std::int64_t;
constexpr Index no_row = std::numeric_limits<Index>::max();

template <class T>
struct Problem {
  Index groups;
  Index batch;
  Index d;
  std::vector<T> th, Th, x, t;
  std::vector<T> v{};
  Index singular = no_row;

  void run() {
    v.assign(x.size(), store<T>(Arithmetic<T>(-77)));
    pair_velocity_cpu<T>({th.data(), Th.data(), x.data(), t.data(), v.data(), groups, batch, d, &singular});
  }
  [[nodiscard]] double velocity(Index row, Index i) const {
    return static_cast<double>(load(v[static_cast<std::size_t>(row * d + i)]));
  }
};

template <class T>
std::vector<T> uniforms(Index n, unsigned seed, double low, double high) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(low, high);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) {
    value = store<T>(static_cast<Arithmetic<T>>(uniform(engine)));
  }
  return values;
}

/// |Th_ij| < 1 / (2 d): no time in [0, 1] is singular.
template <class T>
Problem<T> random_problem(Index groups, Index batch, Index d) {
  const double scale = 0.5 / static_cast<double>(d);
  return {groups,
          batch,
          d,
          uniforms<T>(groups * d, 1, -1.0, 1.0),
          uniforms<T>(groups * d * d, 2, -scale, scale),
          uniforms<T>(groups * batch * d, 3, -2.0, 2.0),
          uniforms<T>(groups * batch, 4, 0.0, 1.0)};
}

/// The line that starts at z = x - t v passes x at t with velocity v if and only if v = th + Th z.
template <class T>
double defect(const Problem<T>& p) {
  double worst = 0.0;
  for (Index row = 0; row < p.groups * p.batch; ++row) {
    const Index g = row / p.batch;
    for (Index i = 0; i < p.d; ++i) {
      double sum = static_cast<double>(load(p.th[static_cast<std::size_t>(g * p.d + i)]));
      for (Index j = 0; j < p.d; ++j) {
        const double z = static_cast<double>(load(p.x[static_cast<std::size_t>(row * p.d + j)])) -
                         static_cast<double>(load(p.t[static_cast<std::size_t>(row)])) * p.velocity(row, j);
        sum += static_cast<double>(load(p.Th[static_cast<std::size_t>((g * p.d + i) * p.d + j)])) * z;
      }
      const double difference = std::fabs(p.velocity(row, i) - sum);
      worst = std::isnan(difference) ? HUGE_VAL : std::fmax(worst, difference);
    }
  }
  return worst;
}

TEST(PairVelocity, IsThatOfTheLineThroughThePoint) {
  for (const Index d : {1, 2, 3, 4, 5, 8, 33, 64, 65, 90}) {
    for (const Index batch : {1, 5, 33}) {
      auto fp64 = random_problem<double>(3, batch, d);
      fp64.run();
      EXPECT_LT(defect(fp64), 1e-14) << d << " " << batch;
      EXPECT_EQ(fp64.singular, no_row);
      auto fp32 = random_problem<float>(3, batch, d);
      fp32.run();
      EXPECT_LT(defect(fp32), 4e-6) << d << " " << batch;
      auto bf16 = random_problem<Bf16>(3, batch, d);
      bf16.run();
      EXPECT_LT(defect(bf16), 3e-2) << d << " " << batch;
    }
  }
}

TEST(PairVelocity, IsConstantAlongEachLine) {
  // z = (1, -2), v = th + Th z = (0.5 + 1 + 1, 0.25 - 2 + 2) = (2.5, 0.25): all numbers are exact.
  Problem<double> p{1, 3, 2, {0.5, 0.25}, {1.0, -0.5, -2.0, -1.0}, {}, {0.0, 0.25, 0.5}};
  for (const double t : p.t) {
    p.x.push_back(1.0 + t * 2.5);
    p.x.push_back(-2.0 + t * 0.25);
  }
  p.run();
  for (Index row = 0; row < 3; ++row) {
    EXPECT_DOUBLE_EQ(p.velocity(row, 0), 2.5);
    EXPECT_DOUBLE_EQ(p.velocity(row, 1), 0.25);
  }
}

TEST(PairVelocity, OfAHalfTurnIsSingularInTheMiddleAndNamesTheFirstSuchRow) {
  // Row 3 of group 1 of 2, 20 rows each: among regular ones in the same pack.
  auto p = random_problem<float>(2, 20, 2);
  for (std::size_t g = 0; g < 2; ++g) {
    p.Th[4 * g] = p.Th[4 * g + 3] = -2.0F;
    p.Th[4 * g + 1] = p.Th[4 * g + 2] = 0.0F;
  }
  for (float& t : p.t) {
    t = t == 0.5F ? 0.25F : t;
  }
  p.run();
  EXPECT_EQ(p.singular, no_row);
  p.t[23] = 0.5F;
  p.t[37] = 0.5F;
  p.run();
  EXPECT_EQ(p.singular, 23);
}

TEST(PairVelocity, RefusesATimeThatIsNotANumber) {
  auto p = random_problem<double>(1, 4, 65);
  p.t[2] = std::nan("");
  p.run();
  EXPECT_EQ(p.singular, 2);
}

TEST(PairVelocity, HasTheSameBitsAtAnyNumberOfThreads) {
  auto p = random_problem<float>(3, 1001, 3);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  p.run();
  const std::vector<float> one = p.v;
  at::set_num_threads(4);
  p.run();
  EXPECT_EQ(p.v, one);
  at::set_num_threads(threads);
}

TEST(PairVelocity, OfNoRowsIsEmpty) {
  auto p = random_problem<double>(2, 0, 2);
  p.run();
  EXPECT_TRUE(p.v.empty());
  auto q = random_problem<double>(0, 3, 2);
  q.run();
  EXPECT_TRUE(q.v.empty());
}

}  // namespace
}  // namespace straightedge::ops
