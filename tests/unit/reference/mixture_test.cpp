#include <straightedge/error.hpp>
#include <straightedge/mixture.hpp>
#include <straightedge/statistics.hpp>

#include <straightedge/flow.hpp>
#include "flow_problems.hpp"

#include <functional>

namespace straightedge::test {
namespace {

const Real50 kTight = ten_to<Real50>(-45);

template <class T>
Gaussian<T> plane_gaussian(const T& m0, const T& m1, const T& c00, const T& c01, const T& c11) {
  Gaussian<T> result = standard_gaussian<T>(2);
  result.mean << m0, m1;
  result.covariance << c00, c01, c01, c11;
  return result;
}

// Two components in the plane, with sources that are neither centred nor white and cross-covariances of no symmetry.
template <class T>
MixtureCoupling<T> plane_mixture() {
  const auto q = [](int n) { return T(T(n) / T(8)); };
  Matrix<T> first(2, 2);
  first << q(3), q(-2), q(4), q(1);
  Matrix<T> second(2, 2);
  second << q(-2), q(1), q(0), q(3);
  return {{{q(3), plane_gaussian<T>(q(-8), q(4), q(8), q(2), q(6)), plane_gaussian<T>(q(12), q(0), q(10), q(-3), q(7)),
            first},
           {q(5), plane_gaussian<T>(q(6), q(-4), q(5), q(-1), q(9)), plane_gaussian<T>(q(-10), q(8), q(4), q(1), q(12)),
            second}}};
}

TEST(MixtureMinimiser, OfOneComponentIsTheGaussianMinimiser) {
  const Coupling<Real50> coupling = general_coupling<Real50>(3);
  const MixtureCoupling<Real50> mixture{{{Real50(1), standard_gaussian<Real50>(3), coupling.target, coupling.cross}}};
  const Vector<Real50> x = dyadic_vector<Real50>(3, 11);
  for (const auto& noise : {no_noise<Real50>(), constant_noise<Real50>(Real50(1) / 2), bridge_noise<Real50>(1),
                            bridge_noise<Real50>(1, RegressionTarget::interpolant)}) {
    for (const Real50& t : {Real50(0), Real50(3) / 8, Real50(1)}) {
      EXPECT_TRUE(near<Real50>(mixture_minimiser_velocity(mixture, noise, x, t),
                               minimiser_velocity(coupling, noise, x, t), kTight));
    }
  }
}

TEST(MixtureMinimiser, SplittingAComponentChangesNothing) {
  const MixtureCoupling<Real50> mixture = plane_mixture<Real50>();
  MixtureCoupling<Real50> split = mixture;
  split.components.push_back(split.components.front());
  split.components.front().weight /= 4;
  split.components.back().weight *= Real50(3) / 4;
  const Vector<Real50> x = dyadic_vector<Real50>(2, 12);
  const Real50 t = Real50(1) / 3;
  EXPECT_TRUE(near<Real50>(mixture_minimiser_velocity(split, no_noise<Real50>(), x, t),
                           mixture_minimiser_velocity(mixture, no_noise<Real50>(), x, t), kTight));
}

TEST(MixtureMinimiser, FarFromEveryComponentStaysThatOfTheLikeliest) {
  const MixtureCoupling<double> mixture = plane_mixture<double>();
  const Vector<double> x = Vector<double>::Constant(2, 1e4);
  const Vector<Real50> exact = mixture_minimiser_velocity<Real50>(
      plane_mixture<Real50>(), no_noise<Real50>(), Vector<Real50>::Constant(2, Real50(10000)), Real50(1) / 4);
  const Vector<double> velocity = mixture_minimiser_velocity<double>(mixture, no_noise<double>(), x, 0.25);
  EXPECT_TRUE(near<double>(velocity, convert<double, Real50>(exact), 1e-9));
  EXPECT_GT(squared_norm<double>(velocity), 1e4);
}

TEST(MixtureMinimiser, DoesNotExistWhereAComponentCollapses) {
  MixtureCoupling<double> mixture = plane_mixture<double>();
  mixture.components[1].source.covariance = Matrix<double>::Identity(2, 2);
  mixture.components[1].target.covariance = Matrix<double>::Identity(2, 2);
  mixture.components[1].cross = -Matrix<double>::Identity(2, 2);
  const Vector<double> x = Vector<double>::Zero(2);
  EXPECT_THROW(static_cast<void>(mixture_minimiser_velocity<double>(mixture, no_noise<double>(), x, 0.5)),
               DoesNotExist);
  EXPECT_NO_THROW(static_cast<void>(mixture_minimiser_velocity<double>(mixture, constant_noise(0.1), x, 0.5)));
}

// v is the conditional expectation of the target iff E[(target - v(X_t)) phi(X_t)] = 0 for every phi. The statistics
// below are means over independent samples divided by their standard errors.
class ConditionalExpectation : public testing::TestWithParam<NoiseCase> {
 protected:
  [[nodiscard]] static NoiseSchedule<double> schedule() { return GetParam().with_sigma<double>(1.25); }

  using Field = std::function<Vector<double>(const Vector<double>&, double)>;

  [[nodiscard]] double largest_score(const Field& field, double t) const {
    const NoiseSchedule<double> noise = schedule();
    const MixtureCoupling<double> mixture = plane_mixture<double>();
    const Vector<double> centre = dyadic_vector<double>(2, 13);
    constexpr int kFunctions = 4;
    std::vector<std::vector<double>> products(2 * kFunctions);
    std::mt19937_64 engine(20);
    std::normal_distribution<double> normal;
    const double f = std::sqrt(noise.squared(t));
    const double slope = noise.adds_noise_to_target() ? noise.target_cross(t) / f : 0.0;
    for (int sample = 0; sample < 40000; ++sample) {
      const bool is_first = std::generate_canonical<double, 53>(engine) < mixture.components[0].weight;
      const auto [x0, x1] = draw(mixture.components[is_first ? 0 : 1], engine, normal);
      const Vector<double> z = Vector<double>::NullaryExpr(2, [&](Eigen::Index) { return normal(engine); });
      const Vector<double> x = (1 - t) * x0 + t * x1 + f * z;
      const Vector<double> residual = x1 - x0 + slope * z - field(x, t);
      const double values[kFunctions] = {1.0, x(0), x(1), std::exp(-squared_norm<double>(x - centre))};
      for (int i = 0; i < kFunctions; ++i) {
        products[static_cast<std::size_t>(2 * i)].push_back(values[i] * residual(0));
        products[static_cast<std::size_t>(2 * i + 1)].push_back(values[i] * residual(1));
      }
    }
    double largest = 0;
    for (const auto& values : products) {
      const SampleMoments moments = sample_moments(values);
      const double error = std::sqrt(moments.variance / static_cast<double>(values.size()));
      largest = std::max(largest, std::abs(moments.mean) / error);
    }
    return largest;
  }

 private:
  template <class Engine>
  static std::pair<Vector<double>, Vector<double>> draw(const MixtureComponent<double>& component, Engine& engine,
                                                        std::normal_distribution<double>& normal) {
    Matrix<double> joint(4, 4);
    joint << component.source.covariance, component.cross.transpose(), component.cross, component.target.covariance;
    const Vector<double> white = Vector<double>::NullaryExpr(4, [&](Eigen::Index) { return normal(engine); });
    const Vector<double> both = cholesky<double>(joint) * white;
    return {component.source.mean + both.head(2), component.target.mean + both.tail(2)};
  }
};
INSTANTIATE_TEST_SUITE_P(, ConditionalExpectation, testing::ValuesIn(noise_cases()),
                         [](const auto& test) { return test.param.name; });

// Eight scores: a right field exceeds 5 with probability below 5e-6.
TEST_P(ConditionalExpectation, IsTheMinimisersVelocity) {
  const Field field = [](const Vector<double>& x, double t) {
    return mixture_minimiser_velocity<double>(plane_mixture<double>(), schedule(), x, t);
  };
  EXPECT_LT(largest_score(field, 0.3), 5.0);
  EXPECT_LT(largest_score(field, 0.8), 5.0);
}

TEST_P(ConditionalExpectation, IsNotTheVelocityWithTransposedCrossCovariances) {
  MixtureCoupling<double> transposed = plane_mixture<double>();
  for (auto& component : transposed.components) {
    component.cross.transposeInPlace();
  }
  const Field field = [&](const Vector<double>& x, double t) {
    return mixture_minimiser_velocity<double>(transposed, schedule(), x, t);
  };
  EXPECT_GT(largest_score(field, 0.3), 8.0);
}

Real50 plane_density(const MixtureCoupling<Real50>& mixture, const NoiseSchedule<Real50>& noise,
                     const Vector<Real50>& x, const Real50& t) {
  Real50 density = 0;
  for (const auto& c : mixture.components) {
    const Real50 u = 1 - t;
    const auto entry = [&](int i, int j) -> Real50 {
      return u * u * c.source.covariance(i, j) + t * t * c.target.covariance(i, j) +
             t * u * (c.cross(i, j) + c.cross(j, i)) + (i == j ? noise.squared(t) : Real50(0));
    };
    const Real50 y0 = x(0) - u * c.source.mean(0) - t * c.target.mean(0);
    const Real50 y1 = x(1) - u * c.source.mean(1) - t * c.target.mean(1);
    const Real50 determinant = entry(0, 0) * entry(1, 1) - entry(0, 1) * entry(0, 1);
    const Real50 form = (entry(1, 1) * y0 * y0 - 2 * entry(0, 1) * y0 * y1 + entry(0, 0) * y1 * y1) / determinant;
    density += c.weight * exp(Real50(-form / 2)) / sqrt(determinant);
  }
  return density;
}

// d p / dt + div (p v), relative to p, by central differences: their error is of the order of 1e-24.
Real50 continuity_residual(const NoiseSchedule<Real50>& noise, const Vector<Real50>& x, const Real50& t) {
  const MixtureCoupling<Real50> mixture = plane_mixture<Real50>();
  const Real50 step = ten_to<Real50>(-12);
  Real50 residual = plane_density(mixture, noise, x, t + step) - plane_density(mixture, noise, x, t - step);
  for (int i = 0; i < 2; ++i) {
    const auto flux = [&](const Real50& shift) -> Real50 {
      const Vector<Real50> moved = x + shift * Vector<Real50>::Unit(2, i);
      return plane_density(mixture, noise, moved, t) * mixture_minimiser_velocity(mixture, noise, moved, t)(i);
    };
    residual += flux(step) - flux(-step);
  }
  return residual / (2 * step * plane_density(mixture, noise, x, t));
}

TEST(MixtureMinimiser, SatisfiesTheContinuityEquationWhereTheTargetHasTheNoise) {
  const Vector<Real50> x = dyadic_vector<Real50>(2, 14);
  const Real50 t = Real50(2) / 5;
  for (const auto& noise : {no_noise<Real50>(), constant_noise<Real50>(Real50(1) / 2),
                            bridge_noise<Real50>(1, RegressionTarget::interpolant)}) {
    EXPECT_LT(abs(continuity_residual(noise, x, t)), ten_to<Real50>(-20));
  }
  EXPECT_GT(abs(continuity_residual(bridge_noise<Real50>(1), x, t)), ten_to<Real50>(-3));
}

// On a line a flow keeps quantiles.
TEST(MixtureMinimiser, FlowCarriesTheSourceMixtureToTheTargetMixture) {
  const auto gaussian = [](double mean, double variance) {
    return Gaussian<double>{Vector<double>::Constant(1, mean), Matrix<double>::Constant(1, 1, variance)};
  };
  const MixtureCoupling<double> mixture{
      {{0.3, gaussian(-1.0, 0.5), gaussian(2.0, 1.5), Matrix<double>::Constant(1, 1, 0.4)},
       {0.7, gaussian(0.5, 1.0), gaussian(-1.5, 0.25), Matrix<double>::Constant(1, 1, -0.2)}}};
  const auto quantile = [&](bool is_target, double z) {
    double result = 0;
    for (const auto& c : mixture.components) {
      const Gaussian<double>& marginal = is_target ? c.target : c.source;
      result += c.weight * std::erfc((marginal.mean(0) - z) / std::sqrt(2 * marginal.covariance(0, 0))) / 2;
    }
    return result;
  };
  const VelocityFunction<double> field = [&](const Vector<double>& z, const double& t) {
    return mixture_minimiser_velocity<double>(mixture, no_noise<double>(), z, t);
  };
  for (const double start : {-2.5, -1.0, 0.0, 0.4, 2.0}) {
    const double end = integrate_flow<double>(field, Vector<double>::Constant(1, start), 0.0, 1.0, 1e-13)(0);
    EXPECT_NEAR(quantile(true, end), quantile(false, start), 1e-11);
    EXPECT_GT(std::abs(end - start), 0.01);
  }
}

TEST(MixtureValidity, RefusesWhatIsNotACoupling) {
  EXPECT_NO_THROW(require_valid(plane_mixture<Real50>()));
  EXPECT_THROW(require_valid(MixtureCoupling<Real50>{}), InputError);
  const auto refuses = [](const auto& change) {
    MixtureCoupling<double> mixture = plane_mixture<double>();
    change(mixture);
    EXPECT_THROW(require_valid(mixture), InputError);
  };
  refuses([](auto& mixture) { mixture.components[0].weight += 1e-9; });
  refuses([](auto& mixture) {
    mixture.components[0].weight = -0.5;
    mixture.components[1].weight = 1.5;
  });
  refuses([](auto& mixture) { mixture.components[1].cross *= 5; });
  refuses([](auto& mixture) { mixture.components[1].cross = Matrix<double>::Zero(3, 3); });
  refuses([](auto& mixture) { mixture.components[0].source = standard_gaussian<double>(3); });
  refuses([](auto& mixture) { mixture.components[0].target.covariance(0, 0) = -1; });
}

TEST(MixtureValidity, AcceptsDeterministicComponents) {
  const Coupling<double> coupling =
      rotated_coupling<double>(plane_target<double>(), plane_rotation<double>(2, 0, 1, 2.0));
  EXPECT_NO_THROW(
      require_valid(MixtureCoupling<double>{{{1.0, standard_gaussian<double>(2), coupling.target, coupling.cross}}}));
}

}  // namespace
}  // namespace straightedge::test
