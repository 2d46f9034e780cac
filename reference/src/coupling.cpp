#include <straightedge/coupling.hpp>

#include <straightedge/degree.hpp>
#include <straightedge/error.hpp>

#include <cmath>

namespace straightedge {
namespace {

template <class T>
void require_shape(const Matrix<T>& a, Eigen::Index d, const char* name) {
  if (a.rows() != d || a.cols() != d) {
    throw InputError(std::string(name) + " is " + std::to_string(a.rows()) + " x " + std::to_string(a.cols()) +
                     "; it must be " + std::to_string(d) + " x " + std::to_string(d));
  }
}

template <class T>
Matrix<T> symmetrised(const Matrix<T>& a) {
  return (a + a.transpose()) / T(2);
}

}  // namespace

template <RealScalar T>
Coupling<T> optimal_coupling(const Gaussian<T>& target) {
  const Eigen::Index d = target.dimension();
  return {CouplingKind::optimal, target, square_root(target.covariance), Matrix<T>::Zero(d, d)};
}

template <RealScalar T>
Coupling<T> rotated_coupling(const Gaussian<T>& target, const Matrix<T>& rotation) {
  const Eigen::Index d = target.dimension();
  require_shape(rotation, d, "the rotation");
  return {CouplingKind::rotated, target, product(square_root(target.covariance), rotation), Matrix<T>::Zero(d, d)};
}

template <class T>
Coupling<T> independent_coupling(const Gaussian<T>& target) {
  const Eigen::Index d = target.dimension();
  return {CouplingKind::independent, target, Matrix<T>::Zero(d, d), target.covariance};
}

template <class T>
Coupling<T> affine_coupling(const Vector<T>& mean, const Matrix<T>& a) {
  const Eigen::Index d = mean.size();
  require_shape(a, d, "the matrix of the affine coupling");
  return {CouplingKind::affine, {mean, product<T>(a, a.transpose())}, a, Matrix<T>::Zero(d, d)};
}

/// Admissible up to the rounding of M - C C^T itself, whose entries are off by at most d u (|M| + |C|^2): a C that is
/// deterministic up to rounding must pass.
template <RealScalar T>
Coupling<T> gaussian_coupling(const Gaussian<T>& target, const Matrix<T>& cross) {
  const Eigen::Index d = target.dimension();
  require_shape(cross, d, "the cross-covariance");
  const Matrix<T> spread = symmetrised<T>(target.covariance - product<T>(cross, cross.transpose()));
  const T smallest = symmetric_eigen(spread).values(0);
  const T rounding =
      unit_roundoff<T>() * T(static_cast<int>(4 * d)) * T(target.covariance.trace() + squared_norm(cross));
  if (!(smallest >= -rounding)) {
    throw InputError("the cross-covariance C is not admissible: M - C C^T has the eigenvalue " +
                     to_decimal(smallest, 6) + " and must be positive semidefinite");
  }
  return {CouplingKind::gaussian, target, cross, spread};
}

template <class T>
T transport_cost(const Coupling<T>& coupling) {
  const Gaussian<T>& target = coupling.target;
  T cost(static_cast<int>(coupling.dimension()));
  for (Eigen::Index i = 0; i < coupling.dimension(); ++i) {
    cost += target.mean(i) * target.mean(i) + target.covariance(i, i) - T(2) * coupling.cross(i, i);
  }
  return cost;
}

/// The polar factor of a 2 x 2 matrix with positive determinant is the rotation along (c00 + c11, c10 - c01).
template <RealScalar T>
T rotation_degrees(const Coupling<T>& coupling) {
  using std::atan2;
  const Matrix<T>& c = coupling.cross;
  if (coupling.dimension() != 2) {
    throw DoesNotExist("the angle exists for d = 2 only, not for d = " + std::to_string(coupling.dimension()));
  }
  if (!(c(0, 0) * c(1, 1) - c(0, 1) * c(1, 0) > T(0))) {
    throw DoesNotExist("the angle does not exist: det C is not positive");
  }
  const T degrees = atan2(T(c(1, 0) - c(0, 1)), T(c(0, 0) + c(1, 1))) * T(180) / pi<T>();
  return degrees > T(-180) ? degrees : T(180);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                            \
  template Coupling<T> independent_coupling<T>(const Gaussian<T>&);            \
  template Coupling<T> affine_coupling<T>(const Vector<T>&, const Matrix<T>&); \
  template T transport_cost<T>(const Coupling<T>&);
#define STRAIGHTEDGE_INSTANTIATE_REAL(T)                                           \
  STRAIGHTEDGE_INSTANTIATE(T)                                                      \
  template Coupling<T> optimal_coupling<T>(const Gaussian<T>&);                    \
  template Coupling<T> rotated_coupling<T>(const Gaussian<T>&, const Matrix<T>&);  \
  template Coupling<T> gaussian_coupling<T>(const Gaussian<T>&, const Matrix<T>&); \
  template T rotation_degrees<T>(const Coupling<T>&);
STRAIGHTEDGE_INSTANTIATE_REAL(double)
STRAIGHTEDGE_INSTANTIATE_REAL(Real50)
STRAIGHTEDGE_INSTANTIATE_REAL(Real100)
STRAIGHTEDGE_INSTANTIATE_REAL(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(Interval)
template Coupling<Degree> affine_coupling<Degree>(const Vector<Degree>&, const Matrix<Degree>&);

}  // namespace straightedge
