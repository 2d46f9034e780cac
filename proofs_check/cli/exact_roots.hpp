// Singular times of a field with a rational matrix, decided exactly.
//
//   p(t) = det(I + t Th) = sum_k e_k(Th) t^k,   e_k the elementary symmetric functions of the eigenvalues
//   (Faddeev-LeVerrier: N_0 = I, e_k = tr(Th N_{k-1}) / k, N_k = e_k I - Th N_{k-1})
//
// The distinct roots in (0, 1] are counted by Sturm's theorem, isolated by bisection and narrowed by the sign of the
// square-free part; a double root, at which the sign does not change, is found like any other.
#pragma once

#include <vector>

#include "quantities.hpp"

namespace straightedge::cli {

/// Coefficients by ascending powers; the last is not 0; empty for the zero polynomial.
using Polynomial = std::vector<Rational>;

/// det(I + t Th) above.
[[nodiscard]] Polynomial determinant_polynomial(const Matrix<Rational>& th);

/// The distinct roots in (0, 1], ascending, each as an interval of at most the given width; of width 0 where the root
/// is rational, with a denominator below 10^30, and width is at most 1e-90. p(0) != 0.
struct RootInterval {
  Rational lower;
  Rational upper;
};
[[nodiscard]] std::vector<RootInterval> roots_in_unit_interval(const Polynomial& p, const Rational& width);

/// Whether p > 0 on [0, 1]. Cheaper than counting roots: the Bernstein coefficients of p on a part of [0, 1] bound it
/// there from below, and parts are halved until they are positive. False too where it would take more than 500
/// halvings.
[[nodiscard]] bool is_positive_on_unit_interval(const Polynomial& p);

/// The quantity `singular_times` of a rational Th: exact where all roots are rational, else enclosed.
[[nodiscard]] Result singular_times_result(const Matrix<Rational>& th, int digits);

}  // namespace straightedge::cli
