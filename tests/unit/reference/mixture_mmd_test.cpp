#include <straightedge/error.hpp>
#include <straightedge/mixture.hpp>
#include <straightedge/statistics.hpp>

#include "flow_problems.hpp"

namespace straightedge::test {
namespace {

template <class T>
GaussianMixture<T> mixture_on_a_line(std::vector<T> weights, const std::vector<T>& means,
                                     const std::vector<T>& variances) {
  GaussianMixture<T> result{std::move(weights), {}};
  for (std::size_t i = 0; i < means.size(); ++i) {
    result.components.push_back({Vector<T>::Constant(1, means[i]), Matrix<T>::Constant(1, 1, variances[i])});
  }
  return result;
}

// In d dimensions, two components whose covariances do not commute.
template <class T>
GaussianMixture<T> mixture_in_space(int d, unsigned seed) {
  GaussianMixture<T> result{{T(1) / T(4), T(3) / T(4)}, {}};
  for (unsigned k = 0; k < 2; ++k) {
    const Matrix<T> factor = dyadic_matrix<T>(d, seed + 2 * k);
    Matrix<T> covariance = product<T>(factor, factor.transpose());
    covariance.diagonal().array() += T(1) / T(4);
    result.components.push_back({dyadic_vector<T>(d, seed + 2 * k + 1), covariance});
  }
  return result;
}

// By Bochner: MMD^2 = integral |phi_p(w) - phi_q(w)|^2 h / sqrt(2 pi) exp(-h^2 w^2 / 2) dw, phi the characteristic
// functions. The trapezoidal rule converges for it faster than any power of the step, once that is well below 1/h.
Real50 mmd_squared_by_characteristic_functions(const GaussianMixture<Real50>& p, const GaussianMixture<Real50>& q,
                                               const Real50& h) {
  const Real50 step = 1 / (4 * (h + 2));
  Real50 sum = 0;
  for (int i = -320; i <= 320; ++i) {
    const Real50 w = i * step;
    Real50 real = 0;
    Real50 imaginary = 0;
    const auto add = [&](const GaussianMixture<Real50>& mixture, int sign) {
      for (std::size_t k = 0; k < mixture.components.size(); ++k) {
        const Gaussian<Real50>& g = mixture.components[k];
        const Real50 size = sign * mixture.weights[k] * exp(Real50(-g.covariance(0, 0) * w * w / 2));
        real += size * cos(Real50(w * g.mean(0)));
        imaginary += size * sin(Real50(w * g.mean(0)));
      }
    };
    add(p, 1);
    add(q, -1);
    sum += (real * real + imaginary * imaginary) * exp(Real50(-h * h * w * w / 2));
  }
  return step * h / sqrt(Real50(2 * pi<Real50>())) * sum;
}

TEST(PopulationMmd, IsTheWeightedDistanceOfCharacteristicFunctions) {
  const auto p = mixture_on_a_line<Real50>({Real50("0.25"), Real50("0.75")}, {-1, Real50("0.5")}, {Real50("0.5"), 2});
  const auto q =
      mixture_on_a_line<Real50>({Real50("0.5"), Real50("0.2"), Real50("0.3")}, {0, 2, -1}, {1, Real50("0.1"), 3});
  for (const char* bandwidth : {"0.7", "2", "10"}) {
    const Real50 h(bandwidth);
    const Real50 expected = mmd_squared_by_characteristic_functions(p, q, h);
    EXPECT_GT(expected, ten_to<Real50>(-6));
    EXPECT_TRUE(near<Real50>(population_mmd_squared(p, q, h), expected, ten_to<Real50>(-46))) << bandwidth;
  }
}

TEST(PopulationMmd, OfEqualMixturesIsExactlyZero) {
  const auto p = mixture_in_space<Real50>(3, 1);
  EXPECT_EQ(population_mmd_squared(p, p, Real50(1)), 0);
}

TEST(PopulationMmd, IsSymmetricAndSeesASplitComponentAsOne) {
  const auto p = mixture_in_space<Real50>(3, 1);
  const auto q = mixture_in_space<Real50>(3, 20);
  const Real50 distance = population_mmd_squared(p, q, Real50(2));
  EXPECT_TRUE(near<Real50>(population_mmd_squared(q, p, Real50(2)), distance, ten_to<Real50>(-48)));
  auto split = q;
  split.components.push_back(split.components[1]);
  split.weights = {Real50(1) / 4, Real50(1) / 4, Real50(1) / 2};
  EXPECT_TRUE(near<Real50>(population_mmd_squared(p, split, Real50(2)), distance, ten_to<Real50>(-48)));
}

TEST(PopulationMmd, AtWideBandwidthsIsTheSquaredDistanceOfMeansOverTheSquaredBandwidth) {
  const auto p = mixture_in_space<Real50>(2, 1);
  const auto q = mixture_in_space<Real50>(2, 20);
  const auto mean = [](const GaussianMixture<Real50>& m) {
    return Vector<Real50>(m.weights[0] * m.components[0].mean + m.weights[1] * m.components[1].mean);
  };
  const Real50 h = ten_to<Real50>(6);
  const Real50 scaled = population_mmd_squared(p, q, h) * h * h;
  EXPECT_TRUE(near<Real50>(scaled, squared_norm<Real50>(mean(p) - mean(q)), ten_to<Real50>(-10)));
}

// With independent x, x' ~ p and y, y' ~ q the mean of k(x,x') + k(y,y') - k(x,y') - k(x',y) is MMD^2: a right value is
// further than 5 standard errors off with probability below 6e-7.
TEST(PopulationMmd, AgreesWithMonteCarloInThreeDimensions) {
  const auto p = mixture_in_space<double>(3, 1);
  const auto q = mixture_in_space<double>(3, 20);
  const double h = 1.5;
  std::mt19937_64 engine(7);
  std::normal_distribution<double> normal;
  const auto draw = [&](const GaussianMixture<double>& mixture) {
    const bool is_first = std::generate_canonical<double, 53>(engine) < mixture.weights[0];
    const Gaussian<double>& g = mixture.components[is_first ? 0 : 1];
    const Vector<double> white = Vector<double>::NullaryExpr(3, [&](Eigen::Index) { return normal(engine); });
    return Vector<double>(g.mean + cholesky<double>(g.covariance) * white);
  };
  const auto kernel = [h](const Vector<double>& x, const Vector<double>& y) {
    return std::exp(-squared_norm<double>(x - y) / (2 * h * h));
  };
  std::vector<double> values;
  for (int i = 0; i < 50000; ++i) {
    const Vector<double> x = draw(p);
    const Vector<double> x2 = draw(p);
    const Vector<double> y = draw(q);
    const Vector<double> y2 = draw(q);
    values.push_back(kernel(x, x2) + kernel(y, y2) - kernel(x, y2) - kernel(x2, y));
  }
  const SampleMoments moments = sample_moments(values);
  const double error = std::sqrt(moments.variance / static_cast<double>(values.size()));
  const double expected = population_mmd_squared(p, q, h);
  EXPECT_GT(expected, 20 * error);
  EXPECT_LT(std::abs(moments.mean - expected), 5 * error);
}

TEST(PopulationMmd, RefusesWrongShapesAndBandwidths) {
  const auto p = mixture_in_space<double>(2, 1);
  EXPECT_THROW(static_cast<void>(population_mmd_squared(p, p, 0.0)), InputError);
  EXPECT_THROW(static_cast<void>(population_mmd_squared(p, mixture_in_space<double>(3, 1), 1.0)), InputError);
  EXPECT_THROW(static_cast<void>(population_mmd_squared(p, GaussianMixture<double>{}, 1.0)), InputError);
  auto short_of_weights = p;
  short_of_weights.weights.pop_back();
  EXPECT_THROW(static_cast<void>(population_mmd_squared(short_of_weights, p, 1.0)), InputError);
}

}  // namespace
}  // namespace straightedge::test
