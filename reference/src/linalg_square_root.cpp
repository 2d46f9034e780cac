// M^{1/2} by Newton's iteration X <- X + E, X E + E X = M - X^2. The residual is formed in the tier, the Sylvester
// equation solved in double in the eigenbasis of M: each step costs one product and gains the digits that double has
// left over from the condition of M. Where it has none left, the eigenproblem is solved in the tier.
#include <straightedge/error.hpp>
#include <straightedge/linalg.hpp>

#include <cmath>
#include <optional>

namespace straightedge {
namespace {

[[noreturn]] void throw_indefinite(const std::string& eigenvalue) {
  throw DoesNotExist("the square root does not exist: the matrix has the eigenvalue " + eigenvalue +
                     " and must be positive definite");
}

/// V diag(sqrt(values)) V^T
template <class T>
Matrix<T> root_from_eigen(const SymmetricEigen<T>& eigen) {
  using std::sqrt;
  if (eigen.values.size() > 0 && !(eigen.values(0) > T(0))) {
    throw_indefinite(to_decimal(eigen.values(0), 6));
  }
  Matrix<T> scaled = eigen.vectors;
  for (Eigen::Index j = 0; j < scaled.cols(); ++j) {
    scaled.col(j) *= T(sqrt(eigen.values(j)));
  }
  return product<T>(scaled, eigen.vectors.transpose());
}

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

/// E with X E + E X = R, in double, for X = V diag(roots) V^T.
Matrix<double> solve_sylvester(const SymmetricEigen<double>& eigen, const Vector<double>& roots,
                               const Matrix<double>& r) {
  Matrix<double> e = eigen.vectors.transpose() * r * eigen.vectors;
  for (Eigen::Index j = 0; j < e.cols(); ++j) {
    for (Eigen::Index i = 0; i < e.rows(); ++i) {
      e(i, j) /= roots(i) + roots(j);
    }
  }
  e = eigen.vectors * e * eigen.vectors.transpose();
  return (e + e.transpose()) / 2;
}

/// The iteration for m with entries of at most 1; nothing where it does not converge.
template <class T>
std::optional<Matrix<T>> root_by_newton(const Matrix<T>& m) {
  constexpr int kMostSteps = 100;
  constexpr double kSlowest = 0.1;  // contraction of the correction from step to step
  const SymmetricEigen<double> eigen = symmetric_eigen(convert<double>(m));
  if (!(eigen.values(0) > 0)) {
    return std::nullopt;
  }
  const Vector<double> roots = eigen.values.cwiseSqrt();
  Matrix<T> x = convert<T>(root_from_eigen(eigen));
  x = (x + Matrix<T>(x.transpose())) / T(2);
  const T floor = unit_roundoff<T>() * T(static_cast<int>(8 * m.rows()));
  T previous(1);
  for (int step = 0; step < kMostSteps; ++step) {
    const Matrix<T> residual = m - product(x, x);
    const T size = largest_entry(residual);
    if (size == T(0)) {
      return x;
    }
    const Matrix<T> scaled = residual / size;
    const Matrix<double> direction = solve_sylvester(eigen, roots, convert<double>(scaled));
    const T change = size * T(largest_entry(direction));
    if (!(change <= previous * T(kSlowest))) {
      // Either no digit is left to gain, or the double eigenbasis is not good enough.
      return size <= floor ? std::optional(x) : std::nullopt;
    }
    x += convert<T>(direction) * size;
    previous = change;
  }
  return std::nullopt;
}

}  // namespace

template <RealScalar T>
Matrix<T> square_root(const Matrix<T>& m) {
  using std::isfinite;
  if (m.rows() != m.cols()) {
    throw InputError("square_root: the matrix must be square");
  }
  if constexpr (!std::same_as<T, double>) {
    // A power of four as the scale keeps double from overflowing, and its root is exact.
    const T scale = largest_entry(m);
    if (isfinite(scale) && scale > T(0)) {
      const long half_exponent = std::lround(std::ceil(static_cast<double>(ilogb(scale) + 1) / 2));
      if (auto root = root_by_newton<T>(m * T(ldexp(T(1), static_cast<int>(-2 * half_exponent))))) {
        return *root * T(ldexp(T(1), static_cast<int>(half_exponent)));
      }
    }
  }
  return root_from_eigen(symmetric_eigen(m));
}

template Matrix<double> square_root<double>(const Matrix<double>&);
template Matrix<Real50> square_root<Real50>(const Matrix<Real50>&);
template Matrix<Real100> square_root<Real100>(const Matrix<Real100>&);
template Matrix<Real150> square_root<Real150>(const Matrix<Real150>&);

}  // namespace straightedge
