#include <straightedge/gaussian.hpp>

#include <straightedge/error.hpp>

#include <cmath>

namespace straightedge {

template <RealScalar T>
void require_valid(const Gaussian<T>& gaussian) {
  using std::abs;
  using std::isfinite;
  const Matrix<T>& m = gaussian.covariance;
  const Eigen::Index d = gaussian.dimension();
  if (d == 0 || m.rows() != d || m.cols() != d) {
    throw InputError("the covariance is " + std::to_string(m.rows()) + " x " + std::to_string(m.cols()) +
                     " and the mean has " + std::to_string(d) + " entries: the covariance must be d x d, d >= 1");
  }
  for (Eigen::Index i = 0; i < d; ++i) {
    if (!isfinite(gaussian.mean(i))) {
      throw InputError("the mean's entry " + std::to_string(i) + " is not finite");
    }
    for (Eigen::Index j = 0; j < d; ++j) {
      if (!isfinite(m(i, j))) {
        throw InputError("the covariance's entry [" + std::to_string(i) + "][" + std::to_string(j) + "] is not finite");
      }
      if (m(i, j) != m(j, i)) {
        throw InputError("the covariance is not symmetric: entry [" + std::to_string(i) + "][" + std::to_string(j) +
                         "] is " + to_decimal(m(i, j), 17) + " and [" + std::to_string(j) + "][" + std::to_string(i) +
                         "] is " + to_decimal(m(j, i), 17));
      }
    }
  }
  const T smallest = symmetric_eigen(m).values(0);
  if (!(smallest > T(0))) {
    throw InputError("the covariance is not positive definite: its smallest eigenvalue is " + to_decimal(smallest, 6));
  }
}

template <RealScalar T>
T wasserstein2_squared(const Gaussian<T>& from, const Gaussian<T>& to) {
  const Matrix<T> root = square_root(from.covariance);
  const Matrix<T> middle = square_root(product(root, product(to.covariance, root)));
  const Vector<T> shift = from.mean - to.mean;
  return T(shift.squaredNorm() + from.covariance.trace() + to.covariance.trace() - T(2) * middle.trace());
}

template <RealScalar T>
Matrix<T> monge_map(const Gaussian<T>& from, const Gaussian<T>& to) {
  const Matrix<T> root = square_root(from.covariance);
  const Matrix<T> back = inverse(root);
  return product(back, product(square_root(product(root, product(to.covariance, root))), back));
}

template void require_valid<double>(const Gaussian<double>&);
template void require_valid<Real50>(const Gaussian<Real50>&);
template void require_valid<Real100>(const Gaussian<Real100>&);
template void require_valid<Real150>(const Gaussian<Real150>&);
template double wasserstein2_squared<double>(const Gaussian<double>&, const Gaussian<double>&);
template Real50 wasserstein2_squared<Real50>(const Gaussian<Real50>&, const Gaussian<Real50>&);
template Real100 wasserstein2_squared<Real100>(const Gaussian<Real100>&, const Gaussian<Real100>&);
template Real150 wasserstein2_squared<Real150>(const Gaussian<Real150>&, const Gaussian<Real150>&);
template Matrix<double> monge_map<double>(const Gaussian<double>&, const Gaussian<double>&);
template Matrix<Real50> monge_map<Real50>(const Gaussian<Real50>&, const Gaussian<Real50>&);
template Matrix<Real100> monge_map<Real100>(const Gaussian<Real100>&, const Gaussian<Real100>&);
template Matrix<Real150> monge_map<Real150>(const Gaussian<Real150>&, const Gaussian<Real150>&);

}  // namespace straightedge
