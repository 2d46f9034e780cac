#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

namespace straightedge {

template <class T>
Matrix<T> product(const Matrix<T>& a, const Matrix<T>& b) {
  if (a.cols() != b.rows()) {
    throw InputError("product: the inner dimensions are " + std::to_string(a.cols()) + " and " +
                     std::to_string(b.rows()) + "; they must be equal");
  }
  if constexpr (std::same_as<T, double>) {
    return a * b;
  } else {
    Matrix<T> result(a.rows(), b.cols());
    for (Eigen::Index j = 0; j < b.cols(); ++j) {
      for (Eigen::Index i = 0; i < a.rows(); ++i) {
        T sum(0);
        for (Eigen::Index k = 0; k < a.cols(); ++k) {
          sum += a(i, k) * b(k, j);
        }
        result(i, j) = sum;
      }
    }
    return result;
  }
}

template Matrix<double> product<double>(const Matrix<double>&, const Matrix<double>&);
template Matrix<Real50> product<Real50>(const Matrix<Real50>&, const Matrix<Real50>&);
template Matrix<Real100> product<Real100>(const Matrix<Real100>&, const Matrix<Real100>&);
template Matrix<Real150> product<Real150>(const Matrix<Real150>&, const Matrix<Real150>&);
template Matrix<Rational> product<Rational>(const Matrix<Rational>&, const Matrix<Rational>&);
template Matrix<Interval> product<Interval>(const Matrix<Interval>&, const Matrix<Interval>&);

}  // namespace straightedge
