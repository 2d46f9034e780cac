#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <cmath>

namespace straightedge {
namespace {

constexpr int kMostIterations = 200;

}  // namespace

/// Newton's iteration for the sign of the polar decomposition, q <- (g q + (g q)^{-T}) / 2, with Higham's scaling
/// g^2 = |q^{-1}|_F / |q|_F. It converges quadratically for every nonsingular a.
template <RealScalar T>
Matrix<T> polar_factor(const Matrix<T>& a) {
  using std::sqrt;
  Matrix<T> q = a;
  const T size(static_cast<int>(a.rows()));
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    const Matrix<T> inverse_transpose = inverse(q).transpose();
    const T scale = sqrt(sqrt(squared_norm(inverse_transpose) / squared_norm(q)));
    const Matrix<T> next = (q * scale + inverse_transpose / scale) / T(2);
    const T change = squared_norm<T>(next - q);
    q = next;
    // The error after a step is about the square of the step: below u it is as good as it gets.
    if (change < unit_roundoff<T>() * size) {
      return q;
    }
  }
  throw DoesNotExist("the polar factor: the iteration did not converge");
}

template <RealScalar T>
Matrix<T> plane_rotation(int d, int i, int j, const T& angle) {
  using std::cos;
  using std::sin;
  if (i < 0 || j < 0 || i >= d || j >= d || i == j) {
    throw InputError("plane [" + std::to_string(i) + ", " + std::to_string(j) + "] in " + std::to_string(d) +
                     " dimensions: the two axes must differ and lie in 0.." + std::to_string(d - 1));
  }
  Matrix<T> result = Matrix<T>::Identity(d, d);
  result(i, i) = result(j, j) = cos(angle);
  result(j, i) = sin(angle);
  result(i, j) = -result(j, i);
  return result;
}

template Matrix<double> polar_factor<double>(const Matrix<double>&);
template Matrix<Real50> polar_factor<Real50>(const Matrix<Real50>&);
template Matrix<Real100> polar_factor<Real100>(const Matrix<Real100>&);
template Matrix<Real150> polar_factor<Real150>(const Matrix<Real150>&);
template Matrix<double> plane_rotation<double>(int, int, int, const double&);
template Matrix<Real50> plane_rotation<Real50>(int, int, int, const Real50&);
template Matrix<Real100> plane_rotation<Real100>(int, int, int, const Real100&);
template Matrix<Real150> plane_rotation<Real150>(int, int, int, const Real150&);

}  // namespace straightedge
