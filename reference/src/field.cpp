#include <straightedge/field.hpp>

#include <straightedge/degree.hpp>
#include <straightedge/error.hpp>

namespace straightedge {
namespace {

/// a x. Eigen's own product of a matrix and a vector is no faster in these tiers.
template <class T>
Vector<T> multiply(const Matrix<T>& a, const Vector<T>& x) {
  Vector<T> result = Vector<T>::Zero(a.rows());
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      result(i) += a(i, j) * x(j);
    }
  }
  return result;
}

}  // namespace

template <class T>
PairField<T> pair_field(const Coupling<T>& coupling) {
  if (!coupling.is_deterministic()) {
    throw DoesNotExist("the pair field does not exist: the coupling is not deterministic");
  }
  const Eigen::Index d = coupling.dimension();
  return {coupling.target.mean, coupling.cross - Matrix<T>::Identity(d, d)};
}

template <RealScalar T>
PairField<T> optimal_transport_field(const Gaussian<T>& target) {
  return pair_field(optimal_coupling(target));
}

template <class T>
Vector<T> velocity(const PairField<T>& field, const Vector<T>& x, const T& t) {
  const Eigen::Index d = field.dimension();
  const Matrix<T> s = inverse<T>(Matrix<T>::Identity(d, d) + field.matrix * t);
  const Vector<T> centred = x - field.shift * t;
  return field.shift + multiply(field.matrix, multiply(s, centred));
}

template <class T>
Vector<T> minimiser_velocity(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const Vector<T>& x,
                             const T& t) {
  const Matrix<T> sigma_inverse = inverse(interpolant_covariance(coupling, noise, t));
  const Vector<T> centred = x - coupling.target.mean * t;
  return coupling.target.mean +
         multiply(target_interpolant_covariance(coupling, noise, t), multiply(sigma_inverse, centred));
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                \
  template PairField<T> pair_field<T>(const Coupling<T>&);                         \
  template Vector<T> velocity<T>(const PairField<T>&, const Vector<T>&, const T&); \
  template Vector<T> minimiser_velocity<T>(const Coupling<T>&, const NoiseSchedule<T>&, const Vector<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(Interval)
template Vector<Degree> velocity<Degree>(const PairField<Degree>&, const Vector<Degree>&, const Degree&);
template PairField<double> optimal_transport_field<double>(const Gaussian<double>&);
template PairField<Real50> optimal_transport_field<Real50>(const Gaussian<Real50>&);
template PairField<Real100> optimal_transport_field<Real100>(const Gaussian<Real100>&);
template PairField<Real150> optimal_transport_field<Real150>(const Gaussian<Real150>&);

}  // namespace straightedge
