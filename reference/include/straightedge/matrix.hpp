// Matrix and vector types of every tier. Types only: what is computed with them is in linalg.hpp.
#pragma once

#include <straightedge/scalar.hpp>

#include <Eigen/Core>
#include <boost/multiprecision/eigen.hpp>

namespace straightedge {

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;  ///< column-major, of any shape
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;  ///< a column

}  // namespace straightedge
