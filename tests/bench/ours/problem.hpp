// The problem of tests/bench/peers/problem.py, number for number:
//     M_ij = [i = j] + 1 / (2 (1 + |i-j|)),   R = 90 degrees in each of the planes (0,1), (2,3), ...,
//     mu = 0,   constant noise s = 1/20.
#pragma once

#include <cstdlib>
#include <straightedge/gradient_variance.hpp>

namespace straightedge::bench {

template <class T>
[[nodiscard]] Gaussian<T> target(Eigen::Index d) {
  Gaussian<T> gaussian = standard_gaussian<T>(d);
  for (Eigen::Index i = 0; i < d; ++i) {
    for (Eigen::Index j = 0; j < d; ++j) {
      gaussian.covariance(i, j) += T(1) / T(2 * (1 + std::abs(i - j)));
    }
  }
  return gaussian;
}

/// d x d, d even: 90 degrees, axis 2k towards axis 2k + 1.
template <class T>
[[nodiscard]] Matrix<T> quarter_turns(Eigen::Index d) {
  Matrix<T> r = Matrix<T>::Zero(d, d);
  for (Eigen::Index k = 0; k + 1 < d; k += 2) {
    r(k + 1, k) = T(1);
    r(k, k + 1) = T(-1);
  }
  return r;
}

template <class T>
[[nodiscard]] NoiseSchedule<T> noise() {
  return {NoiseKind::constant, T(T(1) / T(20)), RegressionTarget::displacement};
}

}  // namespace straightedge::bench
