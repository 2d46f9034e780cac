// Where Sigma_t is singular, on [0, 1] and in the complex plane.
#include <straightedge/field.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge {
namespace {

/// What rounding leaves of an eigenvalue that is zero in exact arithmetic.
template <class T>
T negligible(Eigen::Index d, const T& scale) {
  return unit_roundoff<T>() * T(static_cast<int>(64 * d)) * scale;
}

/// Orthonormal basis of the kernel of the symmetric positive semidefinite `a`, whose entries are rounded at `scale`.
template <class T>
Matrix<T> kernel(const Matrix<T>& a, const T& scale) {
  const SymmetricEigen<T> eigen = symmetric_eigen(a);
  Eigen::Index rank_deficit = 0;
  while (rank_deficit < a.rows() && eigen.values(rank_deficit) <= negligible(a.rows(), scale)) {
    ++rank_deficit;
  }
  return eigen.vectors.leftCols(rank_deficit);
}

template <class T>
bool is_singular_at(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const T& t) {
  const Matrix<T> sigma = interpolant_covariance(coupling, noise, t);
  return symmetric_eigen(sigma).values(0) <=
         negligible<T>(coupling.dimension(), T(1) + coupling.target.covariance.trace());
}

/// Sigma_t = K K^T + t^2 (M - C C^T) with K = (1-t) I + t C, so u is in its kernel iff K^T u = 0 and, for t > 0, u is
/// in the kernel N of M - C C^T: C^T u = n u with n = -(1-t)/t <= 0. Then n is an eigenvalue of C^T compressed to N
/// too, which leaves finitely many candidates; Sigma_t itself decides on each.
template <class T>
std::vector<T> singular_without_noise(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  const Matrix<T> basis = kernel<T>(coupling.spread, T(1) + coupling.target.covariance.trace());
  if (basis.cols() == 0) {
    return {};
  }
  const Matrix<T> compressed = product<T>(basis.transpose(), product<T>(Matrix<T>(coupling.cross.transpose()), basis));
  const Eigen::Index k = compressed.rows();
  // The pair field of the compressed map K = (1-t) I + t C has the same singular times.
  const PairField<T> field{Vector<T>::Zero(k), compressed - Matrix<T>::Identity(k, k)};
  std::vector<T> times = singular_times(field);
  std::erase_if(times, [&](const T& t) { return !is_singular_at(coupling, noise, t); });
  return times;
}

/// Roots t of det(S0 + S1 t + S2 t^2) for S0 = s0 I: 1/t are the eigenvalues of the companion matrix
/// [[-S1/s0, -S2/s0], [I, 0]]. An eigenvalue 0 is a root at infinity.
std::vector<std::complex<double>> quadratic_roots(double s0, const Matrix<double>& s1, const Matrix<double>& s2) {
  const Eigen::Index d = s1.rows();
  Matrix<double> companion = Matrix<double>::Zero(2 * d, 2 * d);
  companion.topLeftCorner(d, d) = -s1 / s0;
  companion.topRightCorner(d, d) = -s2 / s0;
  companion.bottomLeftCorner(d, d).setIdentity();
  std::vector<std::complex<double>> roots;
  for (const auto& [real, imaginary] : eigenvalues(companion)) {
    if (real != 0 || imaginary != 0) {
      roots.push_back(1.0 / std::complex<double>(real, imaginary));
    }
  }
  return roots;
}

}  // namespace

template <RealScalar T>
std::vector<T> singular_interpolant_times(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  if (!noise.is_noisy()) {
    return coupling.is_deterministic() ? singular_times(pair_field(coupling)) : singular_without_noise(coupling, noise);
  }
  if (noise.kind == NoiseKind::bridge && is_singular_at(coupling, noise, T(1))) {
    return {T(1)};
  }
  return {};
}

std::vector<std::complex<double>> interpolant_poles(const Coupling<double>& coupling,
                                                    const NoiseSchedule<double>& noise) {
  if (coupling.is_deterministic() && !noise.is_noisy()) {
    return field_poles(pair_field(coupling));  // the companion matrix would split each double root
  }
  const Eigen::Index d = coupling.dimension();
  const Matrix<double> identity = Matrix<double>::Identity(d, d);
  const double variance = noise.is_noisy() ? noise.sigma * noise.sigma : 0.0;
  const double constant = noise.kind == NoiseKind::constant ? variance : 0.0;
  const double bridge = noise.kind == NoiseKind::bridge ? variance : 0.0;
  const Matrix<double> symmetric_cross = coupling.cross + coupling.cross.transpose();
  return quadratic_roots(1.0 + constant, symmetric_cross + (bridge - 2.0) * identity,
                         coupling.target.covariance - symmetric_cross + (1.0 - bridge) * identity);
}

template std::vector<double> singular_interpolant_times<double>(const Coupling<double>&, const NoiseSchedule<double>&);
template std::vector<Real50> singular_interpolant_times<Real50>(const Coupling<Real50>&, const NoiseSchedule<Real50>&);
template std::vector<Real100> singular_interpolant_times<Real100>(const Coupling<Real100>&,
                                                                  const NoiseSchedule<Real100>&);
template std::vector<Real150> singular_interpolant_times<Real150>(const Coupling<Real150>&,
                                                                  const NoiseSchedule<Real150>&);

}  // namespace straightedge
