#include "add_product.hpp"
#include "fixed_point_product.hpp"

#include <straightedge/degree.hpp>
#include <straightedge/error.hpp>

namespace straightedge {
namespace {

/// From these sizes on the conversion to fixed point and back pays: measured at 168 bits, and near enough at 500.
template <class T>
bool is_large(const Matrix<T>& a, const Matrix<T>& b) {
  return a.cols() >= 6 && a.rows() >= 4 && b.cols() >= 4;
}

template <class T>
Matrix<T> product_by_definition(const Matrix<T>& a, const Matrix<T>& b) {
  Matrix<T> result = Matrix<T>::Zero(a.rows(), b.cols());
  T scratch;
  for (Eigen::Index j = 0; j < b.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      for (Eigen::Index k = 0; k < a.cols(); ++k) {
        detail::add_product(result(i, j), a(i, k), b(k, j), scratch);
      }
    }
  }
  return result;
}

}  // namespace

template <class T>
Matrix<T> product(const Matrix<T>& a, const Matrix<T>& b) {
  if (a.cols() != b.rows()) {
    throw InputError("product: the inner dimensions are " + std::to_string(a.cols()) + " and " +
                     std::to_string(b.rows()) + "; they must be equal");
  }
  if constexpr (std::same_as<T, double>) {
    return a * b;
  } else {
    if constexpr (detail::kIsMpfr<T>) {
      if (is_large(a, b)) {
        if (auto result = detail::fixed_point_product(a, b)) {
          return *std::move(result);
        }
      }
    }
    return product_by_definition(a, b);
  }
}

template Matrix<double> product<double>(const Matrix<double>&, const Matrix<double>&);
template Matrix<Real50> product<Real50>(const Matrix<Real50>&, const Matrix<Real50>&);
template Matrix<Real100> product<Real100>(const Matrix<Real100>&, const Matrix<Real100>&);
template Matrix<Real150> product<Real150>(const Matrix<Real150>&, const Matrix<Real150>&);
template Matrix<Rational> product<Rational>(const Matrix<Rational>&, const Matrix<Rational>&);
template Matrix<Interval> product<Interval>(const Matrix<Interval>&, const Matrix<Interval>&);
template Matrix<Degree> product<Degree>(const Matrix<Degree>&, const Matrix<Degree>&);

}  // namespace straightedge
