// Problems and comparisons that the tests of flows, rectification and mixtures share.
#pragma once

#include <straightedge/flow.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace straightedge::test {

/// 10^exponent.
template <class T>
T ten_to(int exponent) {
  using std::pow;
  return T(pow(T(10), T(exponent)));
}

template <class T>
T largest_difference(const Matrix<T>& a, const Matrix<T>& b) {
  using std::abs;
  if (a.rows() != b.rows() || a.cols() != b.cols() || a.size() == 0) {
    return std::numeric_limits<T>::infinity();
  }
  T largest(0);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const T difference = abs(T(a(i, j) - b(i, j)));
      if (!(difference <= largest)) {
        largest = difference;
      }
    }
  }
  return largest;
}

/// Passes iff the shapes agree and no entry differs by more than `tolerance`; never on NaN.
template <class T>
testing::AssertionResult near(const Matrix<T>& a, const Matrix<T>& b, const T& tolerance) {
  const T difference = largest_difference<T>(a, b);
  if (difference <= tolerance) {
    return testing::AssertionSuccess();
  }
  return testing::AssertionFailure() << "largest difference " << difference << ", allowed " << tolerance;
}

template <class T>
testing::AssertionResult near(const T& a, const T& b, const T& tolerance) {
  return near<T>(Matrix<T>::Constant(1, 1, a), Matrix<T>::Constant(1, 1, b), tolerance);
}

/// d x d with entries that are multiples of 1/16 in [-1, 1], the same in every tier.
template <class T>
Matrix<T> dyadic_matrix(int d, unsigned seed) {
  std::mt19937 engine(seed);
  Matrix<T> result(d, d);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      result(i, j) = T(static_cast<int>(engine() % 33) - 16) / T(16);
    }
  }
  return result;
}

template <class T>
Vector<T> dyadic_vector(int d, unsigned seed) {
  return dyadic_matrix<T>(d, seed).col(0);
}

/// M = [[2, 1/2], [1/2, 1]], mu = (7/10, -3/10).
template <class T>
Gaussian<T> plane_target() {
  Vector<T> mean(2);
  mean << T(7) / T(10), T(-3) / T(10);
  Matrix<T> covariance(2, 2);
  covariance << T(2), T(1) / T(2), T(1) / T(2), T(1);
  return {mean, covariance};
}

/// A coupling that is neither deterministic nor independent, whose C is neither symmetric nor commutes with M:
/// X1 = mu + C X0 + L Y with Y ~ N(0, I) independent, M = C C^T + L L^T.
template <class T>
Coupling<T> general_coupling(int d) {
  using std::sqrt;
  const T scale = T(1) / T(1 + static_cast<int>(std::sqrt(d)));
  const Matrix<T> cross = scale * dyadic_matrix<T>(d, 1);
  Matrix<T> factor = scale * dyadic_matrix<T>(d, 2);
  factor.diagonal().array() += T(3) / T(4);
  const Matrix<T> covariance = product<T>(cross, cross.transpose()) + product<T>(factor, factor.transpose());
  return gaussian_coupling<T>({dyadic_vector<T>(d, 3), covariance}, cross);
}

/// The rotation by `angle` in each of the planes (0,1), (2,3), ...
template <class T>
Matrix<T> rotation_in_every_plane(int d, const T& angle) {
  Matrix<T> result = Matrix<T>::Identity(d, d);
  for (int i = 0; i + 1 < d; i += 2) {
    result = product<T>(result, plane_rotation<T>(d, i, i + 1, angle));
  }
  return result;
}

template <class T>
Coupling<T> isotropic_rotation(int d, const T& angle) {
  return rotated_coupling<T>(standard_gaussian<T>(d), rotation_in_every_plane<T>(d, angle));
}

template <class T>
T degrees(const T& value) {
  return T(value * pi<T>() / T(180));
}

/// v* of a Gaussian problem as a field for the integrators.
template <class T>
VelocityFunction<T> minimiser_field(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  return [coupling, noise](const Vector<T>& z, const T& t) { return minimiser_velocity<T>(coupling, noise, z, t); };
}

template <class T>
NoiseSchedule<T> no_noise() {
  return {};
}

template <class T>
NoiseSchedule<T> constant_noise(const T& sigma) {
  return {NoiseKind::constant, sigma, RegressionTarget::displacement};
}

template <class T>
NoiseSchedule<T> bridge_noise(const T& sigma, RegressionTarget target = RegressionTarget::displacement) {
  return {NoiseKind::bridge, sigma, target};
}

/// A noise schedule up to its sigma, as a parameter of tests.
struct NoiseCase {
  std::string name;
  NoiseKind kind;
  RegressionTarget target;

  template <class T>
  [[nodiscard]] NoiseSchedule<T> with_sigma(const T& sigma) const {
    return {kind, sigma, target};
  }
};

inline void PrintTo(const NoiseCase& noise, std::ostream* out) {
  *out << noise.name;
}

inline std::vector<NoiseCase> noise_cases() {
  return {{"None", NoiseKind::none, RegressionTarget::displacement},
          {"Constant", NoiseKind::constant, RegressionTarget::displacement},
          {"ConstantInTarget", NoiseKind::constant, RegressionTarget::interpolant},
          {"Bridge", NoiseKind::bridge, RegressionTarget::displacement},
          {"BridgeInTarget", NoiseKind::bridge, RegressionTarget::interpolant}};
}

}  // namespace straightedge::test
