// Definitions of schur_form and eigenvalues, for the files that instantiate them.
#pragma once

#include "schur.hpp"

#include <straightedge/error.hpp>

#include <Eigen/Eigenvalues>

namespace straightedge {

template <RealScalar T>
Matrix<T> detail::schur_form(const Matrix<T>& a) {
  if (a.rows() != a.cols()) {
    throw InputError("eigenvalues: the matrix must be square");
  }
  const Eigen::RealSchur<Matrix<T>> schur(a, false);
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
