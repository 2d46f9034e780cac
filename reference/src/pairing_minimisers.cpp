// The noisy minimisers of a finite set: posterior averages with Gaussian weights.
#include <straightedge/error.hpp>
#include <straightedge/pairing.hpp>

#include <cmath>
#include <string>

namespace straightedge {
namespace {

// |x - p_i|^2 - |x - p_m|^2 = (p_m - p_i)^T (2x - p_i - p_m): keeps the digits that the difference of two large squares
// loses far from the data, and does not overflow there.
template <RealScalar T>
T excess_squared_distance(const Matrix<T>& points, Eigen::Index i, Eigen::Index m, const Vector<T>& twice_x) {
  return (points.col(m) - points.col(i)).dot(twice_x - points.col(i) - points.col(m));
}

// w_i ~ exp(-|x - p_i|^2 / (2 variance)), normalised. Taken relative to the nearest p_m, whose weight is then 1 before
// normalisation: neither do all underflow nor does one overflow.
template <RealScalar T>
Vector<T> gaussian_weights(const Matrix<T>& points, const Vector<T>& x, const T& variance) {
  using std::exp;
  const Vector<T> twice_x = T(2) * x;
  Eigen::Index nearest = 0;
  for (Eigen::Index i = 1; i < points.cols(); ++i) {
    nearest = excess_squared_distance(points, i, nearest, twice_x) < T(0) ? i : nearest;
  }
  Vector<T> weights(points.cols());
  T sum(0);
  for (Eigen::Index i = 0; i < points.cols(); ++i) {
    weights(i) = T(exp(T(-excess_squared_distance(points, i, nearest, twice_x) / (T(2) * variance))));
    sum += weights(i);
  }
  weights /= sum;
  return weights;
}

template <RealScalar T>
Vector<T> weighted_sum(const Matrix<T>& columns, const Vector<T>& weights) {
  Vector<T> sum = Vector<T>::Zero(columns.rows());
  for (Eigen::Index i = 0; i < columns.cols(); ++i) {
    sum += weights(i) * columns.col(i);
  }
  return sum;
}

template <class T>
void require_shape(const Matrix<T>& points, const Vector<T>& x) {
  if (points.cols() == 0 || points.rows() != x.size()) {
    throw InputError("a point in " + std::to_string(x.size()) + " dimensions for " + std::to_string(points.cols()) +
                     " points in " + std::to_string(points.rows()));
  }
}

}  // namespace

template <RealScalar T>
Vector<T> frozen_minimiser_velocity(const FiniteSet<T>& pairs, const NoiseSchedule<T>& noise, const Vector<T>& x,
                                    const T& t) {
  require_shape(pairs.sources, x);
  const T f_squared = noise.squared(t);
  if (!(f_squared > T(0))) {
    throw DoesNotExist("the minimiser of frozen pairs where the noise vanishes, off the training lines");
  }
  const Matrix<T> at_t = interpolants(pairs, t);
  const Vector<T> weights = gaussian_weights(at_t, x, f_squared);
  Vector<T> velocity = weighted_sum(Matrix<T>(pairs.targets - pairs.sources), weights);
  if (noise.adds_noise_to_target()) {
    velocity += T(noise.target_cross(t) / f_squared) * (x - weighted_sum(at_t, weights));
  }
  return velocity;
}

template <RealScalar T>
Vector<T> resampled_minimiser_velocity(const Matrix<T>& targets, const NoiseSchedule<T>& noise, const Vector<T>& x,
                                       const T& t) {
  require_shape(targets, x);
  const T f_squared = noise.squared(t);
  const T rest = T(1) - t;
  const T variance = rest * rest + f_squared;
  if (!(variance > T(0))) {
    throw DoesNotExist("the minimiser of resampled sources at t = 1 where the noise vanishes");
  }
  const Vector<T> weights = gaussian_weights(Matrix<T>(t * targets), x, variance);
  const Vector<T> mean = weighted_sum(targets, weights);
  Vector<T> velocity = ((rest + f_squared) * mean - rest * x) / variance;
  if (noise.adds_noise_to_target()) {
    velocity += T(noise.target_cross(t) / variance) * (x - t * mean);
  }
  return velocity;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                            \
  template Vector<T> frozen_minimiser_velocity(const FiniteSet<T>&, const NoiseSchedule<T>&, const Vector<T>&, \
                                               const T&);                                                      \
  template Vector<T> resampled_minimiser_velocity(const Matrix<T>&, const NoiseSchedule<T>&, const Vector<T>&, \
                                                  const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
