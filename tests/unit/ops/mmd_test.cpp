#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <mmd/arithmetic.hpp>
#include <mmd/kernels.hpp>
#include <random>
#include <vector>

namespace straightedge::ops {
namespace {

template <class T>
std::vector<T> normals(std::int64_t n, unsigned seed, float mean = 0.0F) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(mean);
  std::vector<T> values(static_cast<std::size_t>(n));
  for (T& value : values) {
    value = store<T>(static_cast<Arithmetic<T>>(normal(engine)));
  }
  return values;
}

template <class T>
std::vector<T> mmd(const std::vector<T>& x, const std::vector<T>& y, const std::vector<T>& h, std::int64_t d) {
  std::vector<T> result(h.size());
  mmd_cpu<T>({x.data(), y.data(), h.data(), result.data(), static_cast<std::int64_t>(x.size()) / d,
              static_cast<std::int64_t>(y.size()) / d, d, static_cast<std::int64_t>(h.size())});
  return result;
}

/// The mean of K over all pairs with i != j, or over all pairs: no symmetry used.
template <class T>
double mean_kernel(const std::vector<T>& a, const std::vector<T>& b, double h, std::size_t d, bool is_one_set) {
  long double sum = 0.0L;
  long double pairs = 0.0L;
  for (std::size_t i = 0; i < a.size() / d; ++i) {
    for (std::size_t j = 0; j < b.size() / d; ++j) {
      if (is_one_set && i == j) {
        continue;
      }
      long double squared = 0.0L;
      for (std::size_t k = 0; k < d; ++k) {
        const long double difference = static_cast<long double>(load(a[i * d + k])) - load(b[j * d + k]);
        squared += difference * difference;
      }
      sum += std::exp(-squared / (2.0L * h * h));
      pairs += 1.0L;
    }
  }
  return static_cast<double>(sum / pairs);
}

template <class T>
void expect_formula(std::int64_t n, std::int64_t m, std::int64_t d, double tolerance) {
  const std::vector<T> x = normals<T>(n * d, 1);
  const std::vector<T> y = normals<T>(m * d, 2, 0.5F);
  const std::vector<T> h = {store<T>(Arithmetic<T>(0.5)), store<T>(Arithmetic<T>(2)), store<T>(Arithmetic<T>(64))};
  const std::vector<T> found = mmd(x, y, h, d);
  const auto width = static_cast<std::size_t>(d);
  for (std::size_t k = 0; k < h.size(); ++k) {
    const double bandwidth = double(load(h[k]));
    const double expected = mean_kernel(x, x, bandwidth, width, true) + mean_kernel(y, y, bandwidth, width, true) -
                            2.0 * mean_kernel(x, y, bandwidth, width, false);
    EXPECT_NEAR(double(load(found[k])), expected, tolerance) << n << " " << m << " " << d << " " << bandwidth;
  }
}

TEST(Mmd, FollowsTheFormulaAtEverySize) {
  for (const std::int64_t d : {1, 3, 19}) {
    expect_formula<double>(2, 2, d, 1e-14);
    expect_formula<double>(64, 65, d, 1e-14);
    expect_formula<double>(200, 131, d, 1e-14);
    expect_formula<float>(200, 131, d, 1e-6);
    expect_formula<Bf16>(70, 130, d, 4e-3);
  }
}

TEST(Mmd, IsUnbiasedSoThatOneSetMeetsItselfBelowZero) {
  // K(x_i, x_i) = 1 is in the cross sum only: 2 (mean of i != j) - 2 (mean of all) = 2/n (mean of i != j - 1) < 0.
  const std::vector<double> x = normals<double>(100, 3);
  const double mean = mean_kernel(x, x, 1.0, 1, true);
  EXPECT_NEAR(mmd(x, x, {1.0}, 1)[0], 2.0 / 100.0 * (mean - 1.0), 1e-15);
}

TEST(Mmd, HasTheSameBitsAtAnyNumberOfThreads) {
  const std::vector<float> x = normals<float>(900, 4);
  const std::vector<float> y = normals<float>(1500, 5);
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const std::vector<float> one = mmd<float>(x, y, {1.0F, 3.0F}, 3);
  at::set_num_threads(4);
  EXPECT_EQ(mmd<float>(x, y, {1.0F, 3.0F}, 3), one);
  at::set_num_threads(threads);
}

TEST(Mmd, OfATinyBandwidthCountsCoincidencesOnly) {
  // 2 h^2 underflows in fp32. One of three pairs of x coincides, none of y, none across.
  EXPECT_EQ(mmd<float>({0.0F, 0.0F, 1.0F}, {2.0F, 3.0F}, {0x1p-100F}, 1)[0], 1.0F / 3.0F);
}

TEST(Mmd, OfANaNIsNaN) {
  EXPECT_TRUE(std::isnan(mmd<double>({0.0, std::nan("")}, {2.0, 3.0}, {1.0}, 1)[0]));
  EXPECT_TRUE(std::isnan(mmd<double>({0.0, 1.0}, {2.0, 3.0}, {std::nan("")}, 1)[0]));
}

}  // namespace
}  // namespace straightedge::ops
