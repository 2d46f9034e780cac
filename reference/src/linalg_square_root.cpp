#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <cmath>

namespace straightedge {

template <RealScalar T>
Matrix<T> square_root(const Matrix<T>& m) {
  using std::sqrt;
  const SymmetricEigen<T> eigen = symmetric_eigen(m);
  if (m.rows() > 0 && !(eigen.values(0) > T(0))) {
    throw DoesNotExist("the square root does not exist: the matrix has the eigenvalue " +
                       to_decimal(eigen.values(0), 6) + " and must be positive definite");
  }
  Matrix<T> scaled = eigen.vectors;
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    scaled.col(j) *= T(sqrt(eigen.values(j)));
  }
  return product<T>(scaled, eigen.vectors.transpose());
}

template Matrix<double> square_root<double>(const Matrix<double>&);
template Matrix<Real50> square_root<Real50>(const Matrix<Real50>&);
template Matrix<Real100> square_root<Real100>(const Matrix<Real100>&);
template Matrix<Real150> square_root<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
