#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <cmath>

namespace straightedge {

template <RealScalar T>
Matrix<T> cholesky(const Matrix<T>& m) {
  using std::sqrt;
  if (m.rows() != m.cols()) {
    throw InputError("cholesky: the matrix must be square");
  }
  const Eigen::Index d = m.rows();
  Matrix<T> l = Matrix<T>::Zero(d, d);
  for (Eigen::Index j = 0; j < d; ++j) {
    T pivot = m(j, j);
    for (Eigen::Index k = 0; k < j; ++k) {
      pivot -= l(j, k) * l(j, k);
    }
    if (!(pivot > T(0))) {
      throw DoesNotExist("the Cholesky factor does not exist: pivot " + std::to_string(j) + " is " +
                         to_decimal(pivot, 6) + ", the matrix must be positive definite");
    }
    l(j, j) = sqrt(pivot);
    for (Eigen::Index i = j + 1; i < d; ++i) {
      T sum = m(i, j);
      for (Eigen::Index k = 0; k < j; ++k) {
        sum -= l(i, k) * l(j, k);
      }
      l(i, j) = sum / l(j, j);
    }
  }
  return l;
}

template Matrix<double> cholesky<double>(const Matrix<double>&);
template Matrix<Real50> cholesky<Real50>(const Matrix<Real50>&);
template Matrix<Real100> cholesky<Real100>(const Matrix<Real100>&);
template Matrix<Real150> cholesky<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
