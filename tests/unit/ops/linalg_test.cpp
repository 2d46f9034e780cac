#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <linalg/cholesky.hpp>
#include <linalg/lu.hpp>
#include <linalg/pack.hpp>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

using Index = std::int64_t;

template <class S>
std::vector<S> uniforms(Index n, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<double> uniform(-1.0, 1.0);
  std::vector<S> values(static_cast<std::size_t>(n));
  for (S& value : values) {
    value = static_cast<S>(uniform(engine));
  }
  return values;
}

/// max_i |sum_j a_ij y_j - b_i| / (n sum_j |a_ij| |y_j| + |b_i|), in units of roundoff; of a^T where `transposed`.
template <class S>
double residual(const std::vector<S>& a, const std::vector<S>& y, const std::vector<S>& b, Index n, bool transposed) {
  double worst = 0.0;
  for (Index i = 0; i < n; ++i) {
    long double sum = -static_cast<long double>(b[static_cast<std::size_t>(i)]);
    long double size = std::abs(sum);
    for (Index j = 0; j < n; ++j) {
      const long double product =
          static_cast<long double>(a[static_cast<std::size_t>(transposed ? j * n + i : i * n + j)]) *
          static_cast<long double>(y[static_cast<std::size_t>(j)]);
      sum += product;
      size += static_cast<long double>(n) * std::abs(product);
    }
    worst = std::max(worst, static_cast<double>(std::abs(sum) / size));
  }
  return worst / static_cast<double>(std::numeric_limits<S>::epsilon());
}

template <class S, class Size>
void expect_solves(Size n, unsigned seed) {
  const Index size = n;
  const std::vector<S> a = uniforms<S>(size * size, seed);
  const std::vector<S> b = uniforms<S>(size, seed + 1);
  std::vector<S> factors = a;
  std::vector<S> swaps(b.size());
  ASSERT_TRUE(factor_lu(factors.data(), swaps.data(), n));
  std::vector<S> y = b;
  solve_lu(factors.data(), swaps.data(), y.data(), n);
  EXPECT_LT(residual(a, y, b, size, false), 8.0) << size;
  y = b;
  solve_lu_transposed(factors.data(), swaps.data(), y.data(), n);
  EXPECT_LT(residual(a, y, b, size, true), 8.0) << size;
}

TEST(Lu, LeavesAResidualOfAFewRoundings) {
  for (const Index n : {1, 2, 3, 5, 8, 9, 17, 33, 64, 100}) {
    for (unsigned seed = 0; seed < 10; ++seed) {
      expect_solves<double>(n, seed);
      expect_solves<float>(n, seed);
    }
  }
  expect_solves<double>(FixedSize<1>{}, 1);
  expect_solves<double>(FixedSize<4>{}, 1);
  expect_solves<float>(FixedSize<7>{}, 1);
}

TEST(Lu, TakesTheLargestPivotAndOfEqualOnesTheFirst) {
  std::vector<double> a = {1.0, 2.0, 3.0, -4.0, 5.0, 6.0, 4.0, 8.0, 10.0};
  std::vector<double> swaps(3);
  ASSERT_TRUE(factor_lu(a.data(), swaps.data(), Index{3}));
  EXPECT_EQ(swaps, (std::vector<double>{1.0, 2.0, 2.0}));  // -4 before 4; then 13 of (3.25, 13)
  EXPECT_EQ(a[0], -4.0);
  EXPECT_EQ(a[3], -1.0);  // 4 / -4
  EXPECT_EQ(a[4], 13.0);
}

TEST(Lu, DoesNotLoseATinyLeadingEntry) {
  // Without pivoting y would be (0, 1).
  std::vector<double> a = {0x1p-60, 1.0, 1.0, 1.0};
  std::vector<double> swaps(2);
  ASSERT_TRUE(factor_lu(a.data(), swaps.data(), Index{2}));
  std::vector<double> y = {1.0, 2.0};
  solve_lu(a.data(), swaps.data(), y.data(), Index{2});
  EXPECT_EQ(y, (std::vector<double>{1.0, 1.0}));
}

TEST(Lu, RefusesSingularAndNonFiniteMatrices) {
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> refused = {{0.0, 0.0, 0.0, 0.0},          {1.0, 2.0, 2.0, 4.0},
                                                    {0.0, 1.0, 0.0, 2.0},          {infinity, 1.0, 0.0, 1.0},
                                                    {1.0, 0.0, std::nan(""), 1.0}, {1.0, infinity, 1.0, 1.0}};
  for (std::vector<double> a : refused) {
    std::vector<Pack<double>> packs(a.begin(), a.end());
    std::vector<Pack<double>> pack_swaps(2);
    EXPECT_FALSE(is_any(factor_lu(packs.data(), pack_swaps.data(), Index{2}))) << a[0] << " " << a[1] << " " << a[3];
    std::vector<double> swaps(2);
    EXPECT_FALSE(factor_lu(a.data(), swaps.data(), Index{2})) << a[0] << " " << a[1] << " " << a[3];
  }
}

TEST(Lu, OfAPackIsThatOfEachLaneToTheBit) {
  using P = Pack<float>;
  for (const Index n : {1, 2, 6, 7}) {
    std::vector<P> a(static_cast<std::size_t>(n * n));
    std::vector<P> b(static_cast<std::size_t>(n));
    std::vector<P> swaps(b.size());
    const auto lane_matrix = [n](Index lane) {
      auto matrix = uniforms<float>(n * n, static_cast<unsigned>(100 + lane));
      if (lane == 1) {
        std::fill_n(matrix.begin(), n, 0.0F);  // one lane is singular, and the others do not mind
      }
      return matrix;
    };
    for (Index lane = 0; lane < P::width; ++lane) {
      for (Index i = 0; i < n * n; ++i) {
        set_lane(a[static_cast<std::size_t>(i)], lane, lane_matrix(lane)[static_cast<std::size_t>(i)]);
      }
      for (Index i = 0; i < n; ++i) {
        set_lane(b[static_cast<std::size_t>(i)], lane, static_cast<float>(i + lane));
      }
    }
    const auto is_regular = factor_lu(a.data(), swaps.data(), n);
    std::vector<P> transposed = b;
    solve_lu(a.data(), swaps.data(), b.data(), n);
    solve_lu_transposed(a.data(), swaps.data(), transposed.data(), n);
    for (Index lane = 0; lane < P::width; ++lane) {
      EXPECT_EQ(lane_of(is_regular, lane), lane != 1);
      if (lane == 1) {
        continue;
      }
      std::vector<float> matrix = lane_matrix(lane);
      std::vector<float> order(static_cast<std::size_t>(n));
      ASSERT_TRUE(factor_lu(matrix.data(), order.data(), n));
      std::vector<float> y(order.size());
      for (Index i = 0; i < n; ++i) {
        y[static_cast<std::size_t>(i)] = static_cast<float>(i + lane);
      }
      std::vector<float> z = y;
      solve_lu(matrix.data(), order.data(), y.data(), n);
      solve_lu_transposed(matrix.data(), order.data(), z.data(), n);
      for (std::size_t i = 0; i < y.size(); ++i) {
        EXPECT_EQ(lane_of(b[i], lane), y[i]) << n << " " << lane << " " << i;
        EXPECT_EQ(lane_of(transposed[i], lane), z[i]) << n << " " << lane << " " << i;
      }
    }
  }
}

/// G G^T + I, row-major.
template <class S>
std::vector<S> positive(Index n, unsigned seed) {
  const std::vector<S> g = uniforms<S>(n * n, seed);
  std::vector<S> a(g.size());
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < n; ++j) {
      S sum = i == j ? S(1) : S(0);
      for (Index k = 0; k < n; ++k) {
        sum += g[static_cast<std::size_t>(i * n + k)] * g[static_cast<std::size_t>(j * n + k)];
      }
      a[static_cast<std::size_t>(i * n + j)] = sum;
    }
  }
  return a;
}

template <class S>
void expect_cholesky(Index n, unsigned seed) {
  const std::vector<S> a = positive<S>(n, seed);
  std::vector<S> factor = a;
  ASSERT_TRUE(factor_cholesky(factor.data(), n));
  const std::vector<S> b = uniforms<S>(n, seed + 1);
  std::vector<S> y = b;
  solve_lower(factor.data(), y.data(), n);
  // L y = b, with L^T above the diagonal.
  for (Index i = 0; i < n; ++i) {
    for (Index j = 0; j < i; ++j) {
      factor[static_cast<std::size_t>(i * n + j)] = S(0);
    }
  }
  EXPECT_LT(residual(factor, y, b, n, true), 2.0) << n;
  std::vector<S> x = y;
  solve_upper(factor.data(), x.data(), n);
  EXPECT_LT(residual(factor, x, y, n, false), 2.0) << n;
  EXPECT_LT(residual(a, x, b, n, false), 4.0) << n;
}

TEST(Cholesky, LeavesAResidualOfAFewRoundings) {
  for (const Index n : {1, 2, 3, 8, 9, 33, 70}) {
    expect_cholesky<double>(n, 7);
    expect_cholesky<float>(n, 8);
  }
}

TEST(Cholesky, ReadsTheUpperTriangleAlone) {
  std::vector<double> a = {4.0, 2.0, std::nan(""), 5.0};
  ASSERT_TRUE(factor_cholesky(a.data(), Index{2}));
  EXPECT_EQ(a[0], 2.0);
  EXPECT_EQ(a[1], 1.0);
  EXPECT_EQ(a[3], 2.0);
}

TEST(Cholesky, RefusesWhatIsNotPositiveDefinite) {
  const std::vector<std::vector<double>> refused = {
      {0.0, 0.0, 0.0, 1.0},   {1.0, 2.0, 2.0, 4.0},          {1.0, 2.0, 2.0, 1.0},
      {-1.0, 0.0, 0.0, -1.0}, {1.0, std::nan(""), 0.0, 1.0}, {std::numeric_limits<double>::infinity(), 0.0, 0.0, 1.0}};
  for (std::vector<double> a : refused) {
    EXPECT_FALSE(factor_cholesky(a.data(), Index{2})) << a[0] << " " << a[1] << " " << a[3];
  }
}

}  // namespace
}  // namespace straightedge::ops
