#include <straightedge/interpolant.hpp>

#include <straightedge/degree.hpp>

namespace straightedge {

template <class T>
Matrix<T> interpolant_covariance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const T& t) {
  const Eigen::Index d = coupling.dimension();
  const T s = T(1) - t;
  const T source = s * s + noise.squared(t);
  const T target = t * t;
  const T cross = t * s;
  Matrix<T> result(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      result(i, j) = target * coupling.target.covariance(i, j) + cross * (coupling.cross(i, j) + coupling.cross(j, i));
    }
    result(j, j) += source;
  }
  return result;
}

template <class T>
Matrix<T> target_interpolant_covariance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const T& t) {
  const Eigen::Index d = coupling.dimension();
  const T s = T(1) - t;
  const T diagonal = noise.target_cross(t) - s;
  Matrix<T> result(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    for (Eigen::Index i = 0; i < d; ++i) {
      result(i, j) = s * coupling.cross(i, j) + t * (coupling.target.covariance(i, j) - coupling.cross(j, i));
    }
    result(j, j) += diagonal;
  }
  return result;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                    \
  template Matrix<T> interpolant_covariance<T>(const Coupling<T>&, const NoiseSchedule<T>&, const T&); \
  template Matrix<T> target_interpolant_covariance<T>(const Coupling<T>&, const NoiseSchedule<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(Interval)
STRAIGHTEDGE_INSTANTIATE(Degree)

}  // namespace straightedge
