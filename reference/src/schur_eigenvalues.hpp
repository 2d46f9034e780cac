// Definitions of schur_form and eigenvalues, for the files that instantiate them.
#pragma once

#include "schur.hpp"

#include <straightedge/error.hpp>

#include <Eigen/Eigenvalues>

namespace straightedge {

namespace detail {

/// H a H with a reflection H = I - 2 v v^T / (v^T v) that no structure of a knows of.
template <RealScalar T>
Matrix<T> reflected(const Matrix<T>& a) {
  Vector<T> v(a.rows());
  T squared(0);
  for (Eigen::Index i = 0; i < v.size(); ++i) {
    v(i) = T(1) / T(static_cast<int>(i) + 2);
    squared += v(i) * v(i);
  }
  const Matrix<T> h = Matrix<T>::Identity(a.rows(), a.rows()) - v.lazyProduct(v.transpose()) * T(T(2) / squared);
  return h.lazyProduct(a).eval().lazyProduct(h);
}

}  // namespace detail

template <RealScalar T>
Matrix<T> detail::schur_form(const Matrix<T>& a) {
  if (a.rows() != a.cols()) {
    throw InputError("eigenvalues: the matrix must be square");
  }
  Eigen::RealSchur<Matrix<T>> schur(a, false);
  if (schur.info() != Eigen::Success) {
    // Matrices with several equal pairs of eigenvalues can be fixed points of the iteration, shifts and all. An
    // orthogonal similarity moves them off, and changes the form into another one of the same matrix.
    schur.compute(reflected<T>(a), false);
  }
  if (schur.info() != Eigen::Success) {
    throw DoesNotExist("eigenvalues: the iteration did not converge");
  }
  return schur.matrixT();
}

template <RealScalar T>
std::vector<Eigenvalue<T>> eigenvalues(const Matrix<T>& a) {
  return detail::block_eigenvalues<T>(detail::schur_form<T>(a));
}

}  // namespace straightedge
