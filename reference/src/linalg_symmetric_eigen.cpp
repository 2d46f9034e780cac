// A symmetric eigenproblem in any tier: Eigen's solver in double gives vectors V that almost diagonalise, and cyclic
// Jacobi rotations on V^T a V, which converge quadratically from there, do the rest. Multiplicities do not matter to
// Jacobi.
#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/Jacobi>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace straightedge {
namespace {

constexpr int kMostSweeps = 60;

template <class T>
T largest_entry(const Matrix<T>& a) {
  using std::abs;
  T largest(0);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const T size = abs(a(i, j));
      if (!(size <= largest)) {
        largest = size;  // NaN too
      }
    }
  }
  return largest;
}

[[noreturn]] void throw_not_finite() {
  throw InputError("symmetric_eigen: an entry is NaN or infinite");
}

SymmetricEigen<double> eigen_in_double(const Matrix<double>& a) {
  if (!a.allFinite()) {
    throw_not_finite();
  }
  const Eigen::SelfAdjointEigenSolver<Matrix<double>> solver(a);
  if (solver.info() != Eigen::Success) {
    throw DoesNotExist("symmetric_eigen: the iteration did not converge");
  }
  return {solver.eigenvalues(), solver.eigenvectors()};
}

/// Newton-Schulz, v <- v (3 I - v^T v) / 2: squares the distance to orthogonality.
template <class T>
Matrix<T> orthonormalised(Matrix<T> v) {
  const Eigen::Index d = v.rows();
  for (double error = 1e-14; T(error) > unit_roundoff<T>(); error *= error) {
    Matrix<T> correction = product<T>(v.transpose(), v);
    for (Eigen::Index j = 0; j < d; ++j) {
      for (Eigen::Index i = 0; i < d; ++i) {
        correction(i, j) = (T(i == j ? 3 : 0) - correction(i, j)) / T(2);
      }
    }
    v = product(v, correction);
  }
  return v;
}

/// One sweep of Jacobi rotations over b, accumulated into v. Returns whether any was needed.
template <class T>
bool sweep(Matrix<T>& b, Matrix<T>& v, const T& negligible) {
  using std::abs;
  bool rotated = false;
  for (Eigen::Index p = 0; p < b.rows(); ++p) {
    for (Eigen::Index q = p + 1; q < b.rows(); ++q) {
      if (abs(b(p, q)) > negligible) {
        Eigen::JacobiRotation<T> rotation;
        rotation.makeJacobi(b, p, q);
        b.applyOnTheLeft(p, q, rotation.adjoint());
        b.applyOnTheRight(p, q, rotation);
        v.applyOnTheRight(p, q, rotation);
        rotated = true;
      }
    }
  }
  return rotated;
}

template <class T>
SymmetricEigen<T> sorted(const Matrix<T>& b, const Matrix<T>& v) {
  std::vector<Eigen::Index> order(static_cast<std::size_t>(b.rows()));
  std::iota(order.begin(), order.end(), Eigen::Index(0));
  std::stable_sort(order.begin(), order.end(), [&b](Eigen::Index i, Eigen::Index j) { return b(i, i) < b(j, j); });
  SymmetricEigen<T> result{Vector<T>(b.rows()), Matrix<T>(b.rows(), b.rows())};
  for (Eigen::Index k = 0; k < b.rows(); ++k) {
    const Eigen::Index from = order[static_cast<std::size_t>(k)];
    result.values(k) = b(from, from);
    result.vectors.col(k) = v.col(from);
  }
  return result;
}

}  // namespace

template <RealScalar T>
SymmetricEigen<T> symmetric_eigen(const Matrix<T>& a) {
  if (a.rows() != a.cols()) {
    throw InputError("symmetric_eigen: the matrix must be square");
  }
  if constexpr (std::same_as<T, double>) {
    return eigen_in_double(a);
  } else {
    const T scale = largest_entry(a);
    if (!isfinite(scale)) {
      throw_not_finite();
    }
    if (scale == 0) {
      return {Vector<T>::Zero(a.rows()), Matrix<T>::Identity(a.rows(), a.rows())};
    }
    const Matrix<T> scaled = a / scale;  // so that double neither overflows nor vanishes
    Matrix<T> v = orthonormalised(convert<T>(eigen_in_double(convert<double>(scaled)).vectors));
    Matrix<T> b = product<T>(v.transpose(), product(a, v));
    const T negligible = unit_roundoff<T>() * scale;
    int sweeps = 0;
    while (sweep(b, v, negligible)) {
      if (++sweeps > kMostSweeps) {
        throw DoesNotExist("symmetric_eigen: Jacobi's iteration did not converge");
      }
    }
    return sorted(b, v);
  }
}

template SymmetricEigen<double> symmetric_eigen<double>(const Matrix<double>&);
template SymmetricEigen<Real50> symmetric_eigen<Real50>(const Matrix<Real50>&);
template SymmetricEigen<Real100> symmetric_eigen<Real100>(const Matrix<Real100>&);
template SymmetricEigen<Real150> symmetric_eigen<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
