// The real Schur form of a general matrix, and what its diagonal blocks tell. Each tier is instantiated in a file of
// its own: Eigen's iteration compiles for half a minute in each.
#pragma once

#include <straightedge/linalg.hpp>

#include <cmath>

namespace straightedge {
namespace detail {

/// The quasi-triangular factor t of a = q t q^T, q orthogonal: zero below the diagonal blocks, which are 1 x 1, or
/// 2 x 2 with a complex pair of eigenvalues. q itself is not computed.
template <RealScalar T>
[[nodiscard]] Matrix<T> schur_form(const Matrix<T>& a);

/// Whether rows k and k + 1 of a quasi-triangular matrix share a diagonal block.
template <class T>
[[nodiscard]] bool is_pair(const Matrix<T>& form, Eigen::Index k) {
  return k + 1 < form.rows() && form(k + 1, k) != T(0);
}

/// Both eigenvalues of the 2 x 2 block of `s` at k.
template <class T>
void append_block(const Matrix<T>& s, Eigen::Index k, std::vector<Eigenvalue<T>>& result) {
  using std::abs;
  using std::sqrt;
  const T half_trace = (s(k, k) + s(k + 1, k + 1)) / T(2);
  const T half_difference = (s(k, k) - s(k + 1, k + 1)) / T(2);
  const T discriminant = half_difference * half_difference + s(k, k + 1) * s(k + 1, k);
  const T root = sqrt(abs(discriminant));
  if (discriminant < T(0)) {
    result.push_back({half_trace, root});
    result.push_back({half_trace, T(-root)});
  } else {
    result.push_back({T(half_trace + root), T(0)});
    result.push_back({T(half_trace - root), T(0)});
  }
}

/// The eigenvalues of a quasi-triangular matrix: those of its diagonal blocks.
template <RealScalar T>
std::vector<Eigenvalue<T>> block_eigenvalues(const Matrix<T>& form) {
  std::vector<Eigenvalue<T>> result;
  for (Eigen::Index k = 0; k < form.rows(); ++k) {
    if (is_pair(form, k)) {
      append_block(form, k, result);
      ++k;
    } else {
      result.push_back({form(k, k), T(0)});
    }
  }
  return result;
}

}  // namespace detail

namespace internal {

/// What every integral over t of a field needs of Th, computed once.
template <RealScalar T>
struct FieldSpectrum {
  Matrix<T> form;                          ///< schur_form(Th)
  std::vector<Eigenvalue<T>> eigenvalues;  ///< of Th
  std::vector<T> singular_times;           ///< as singular_times of field.hpp
};
template <RealScalar T>
[[nodiscard]] FieldSpectrum<T> field_spectrum(const Matrix<T>& th);

/// -1/l for every eigenvalue l != 0: the poles of the field.
template <RealScalar T>
[[nodiscard]] std::vector<std::complex<double>> poles_of(const std::vector<Eigenvalue<T>>& eigenvalues);

}  // namespace internal
}  // namespace straightedge
