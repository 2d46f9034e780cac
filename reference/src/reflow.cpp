// Rectification and its closed forms for one angle.
#include <straightedge/error.hpp>
#include <straightedge/reflow.hpp>

#include "reflow_arguments.hpp"

#include <cmath>

namespace straightedge {
namespace {

// Without noise the rotation by less than pi is its own rectification; at pi all lines meet and there is no flow.
template <RealScalar T>
T noiseless_angle(const T& angle) {
  if (angle >= pi<T>()) {
    throw DoesNotExist("rectification of the rotation by pi without noise: all lines meet at t = 1/2");
  }
  return angle;
}

}  // namespace

template <RealScalar T>
Coupling<T> rectify(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  return affine_coupling<T>(coupling.target.mean, minimiser_flow<T>(coupling, noise).map);
}

template <RealScalar T>
T noisy_reflow_angle(const T& angle, const T& f_squared) {
  using std::atan;
  using std::sqrt;
  internal::require_squared_noise(f_squared);
  const auto [c, k] = internal::half_angle(angle);
  if (f_squared == T(0)) {
    return noiseless_angle(angle);
  }
  const T root = sqrt(T(c * c + f_squared));
  return T(T(2) * c / root * atan(T(k / root)));
}

template <RealScalar T>
T bridge_reflow_angle(const T& angle, const T& sigma_squared) {
  using std::atan;
  using std::log1p;
  using std::sqrt;
  internal::require_squared_noise(sigma_squared);
  const auto [c, k] = internal::half_angle(angle);
  if (sigma_squared == T(0)) {
    return noiseless_angle(angle);
  }
  const T sine = T(2) * c * k;
  const T alpha = c * c + sigma_squared / T(4);
  const T beta = k * k - sigma_squared / T(4);
  if (beta == T(0)) {
    return T(sine / alpha);
  }
  if (beta > T(0)) {
    return T(sine / sqrt(T(alpha * beta)) * atan(T(sqrt(T(beta / alpha)))));
  }
  // alpha + beta = 1, so that artanh y, y = sqrt(-beta/alpha), is log(1+y) - log(1-y^2)/2 = log(1+y) + log(1-beta)/2:
  // no difference of near numbers where y is near 1.
  const T y = sqrt(T(-beta / alpha));
  return T(sine / sqrt(T(-alpha * beta)) * (log1p(y) + log1p(T(-beta)) * (T(1) / T(2))));
}

template <RealScalar T>
int rounds_until(T angle, const T& target, const T& f_squared, int limit) {
  internal::require_squared_noise(f_squared);
  static_cast<void>(internal::half_angle(angle));  // an angle below the target takes no round that would check it
  int rounds = 0;
  for (; angle >= target; ++rounds) {
    if (rounds == limit) {
      throw DoesNotExist("the angle is not below " + to_decimal<T>(target, 6) + " rad within " + std::to_string(limit) +
                         " rounds");
    }
    angle = noisy_reflow_angle<T>(angle, f_squared);
  }
  return rounds;
}

template <class T>
Matrix<T> noisy_reflow_covariance(const Matrix<T>& covariance, const T& f_squared) {
  Matrix<T> result = covariance;
  result.diagonal().array() += f_squared;
  return result / T(T(1) + f_squared);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                             \
  template Coupling<T> rectify<T>(const Coupling<T>&, const NoiseSchedule<T>&); \
  template T noisy_reflow_angle<T>(const T&, const T&);                         \
  template T bridge_reflow_angle<T>(const T&, const T&);                        \
  template int rounds_until<T>(T, const T&, const T&, int);                     \
  template Matrix<T> noisy_reflow_covariance<T>(const Matrix<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE
template Matrix<Rational> noisy_reflow_covariance<Rational>(const Matrix<Rational>&, const Rational&);

}  // namespace straightedge
