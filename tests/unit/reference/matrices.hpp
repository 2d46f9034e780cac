// Matrices for the tests: reproducible, with entries that every tier holds exactly.
#pragma once

#include <straightedge/linalg.hpp>

#include <cmath>
#include <cstdint>

namespace straightedge::testing {

/// Uniform multiples of 2^-20 in (-1, 1), from a linear congruential generator.
class Dyadic {
 public:
  explicit Dyadic(std::uint64_t seed) : state_(seed * 2862933555777941757ULL + 3037000493ULL) {}

  [[nodiscard]] double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return (static_cast<double>(state_ >> 43) + 0.5) / (1 << 20) - 1.0;
  }

  template <class T>
  [[nodiscard]] Matrix<T> matrix(Eigen::Index rows, Eigen::Index cols) {
    Matrix<T> result(rows, cols);
    for (Eigen::Index j = 0; j < cols; ++j) {
      for (Eigen::Index i = 0; i < rows; ++i) {
        result(i, j) = T(next());
      }
    }
    return result;
  }

 private:
  std::uint64_t state_;
};

/// 1 / (i + j + 1): symmetric positive definite, with an inverse of integers, and badly conditioned.
template <class T>
[[nodiscard]] Matrix<T> hilbert(int d) {
  Matrix<T> result(d, d);
  for (int j = 0; j < d; ++j) {
    for (int i = 0; i < d; ++i) {
      result(i, j) = T(1) / T(i + j + 1);
    }
  }
  return result;
}

/// The largest |a_ij - b_ij|; NaN if there is one.
template <class T>
[[nodiscard]] double distance(const Matrix<T>& a, const Matrix<T>& b) {
  using std::abs;
  double largest = 0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const auto size = static_cast<double>(T(abs(T(a(i, j) - b(i, j)))));
      if (!(size <= largest)) {
        largest = size;
      }
    }
  }
  return largest;
}

/// Orthogonal: the Cayley transform (I - K)(I + K)^{-1} of an antisymmetric K.
template <class T>
[[nodiscard]] Matrix<T> random_rotation(int d, std::uint64_t seed) {
  const Matrix<T> a = Dyadic(seed).matrix<T>(d, d);
  const Matrix<T> k = a - a.transpose();
  const Matrix<T> identity = Matrix<T>::Identity(d, d);
  return product<T>(identity - k, inverse<T>(identity + k));
}

/// Q diag(values) Q^T for a random rotation Q.
template <class T>
[[nodiscard]] Matrix<T> with_eigenvalues(const Vector<T>& values, std::uint64_t seed) {
  const Matrix<T> q = random_rotation<T>(static_cast<int>(values.size()), seed);
  const Matrix<T> m = product<T>(q, product<T>(Matrix<T>(values.asDiagonal()), q.transpose()));
  return (m + m.transpose()) / T(2);
}

/// |det m| of m = re + i im: det [[re, -im], [im, re]] = |det m|^2.
[[nodiscard]] inline double absolute_determinant(const Matrix<double>& re, const Matrix<double>& im) {
  const Eigen::Index d = re.rows();
  Matrix<double> real(2 * d, 2 * d);
  real << re, -im, im, re;
  return std::sqrt(std::abs(determinant(real)));
}

}  // namespace straightedge::testing
