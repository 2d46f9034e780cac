// Whether a field moves a source point straight to its partner:  v(x_t, t) = x1 - x0  along  x_t = (1-t) x0 + t x1,
// x1 = mu + A x0, with a bound on what rounding contributes.
//
// Write G = (1-t) I + t A, g = (1-t) |I| + t |A| >= |G|, S = G^{-1}, b = x_t - t mu = G x0, m = |x0| + |mu| + |A| |x0|.
// Rounding moves b by at most e_b = gamma_{2d+8} m, G by gamma_4 g, S b by |S| e_b + (inversion + gamma_{d+4}) |S|^2 g
// |b|, and the velocity by |Th| times that, plus
// gamma_{2d+8} m for the remaining sums.
#pragma once

#include <rounding.hpp>

#include <straightedge/field.hpp>

namespace straightedge::proofs {

/// The bound of the head comment, for A = `cross`, at a time where G is not singular (DoesNotExist elsewhere).
template <RealScalar T>
[[nodiscard]] double straight_line_bound(const Matrix<T>& cross, double mean_norm, double source_norm, const T& t);

/// |v(x_t, t) - (x1 - x0)| for `field` along the line of `source` and its partner under the deterministic `coupling`.
template <RealScalar T>
[[nodiscard]] RoundedEquality straight_line(const Coupling<T>& coupling, const PairField<T>& field,
                                            const Vector<T>& source, const T& t);

/// The largest |G^{-1}|_F ((1-t) |I|_F + t |A|_F), by which G's own rounding is magnified in its inverse, looked for
/// where some eigenvalue (1-t) + t l of G is smallest against 1-t + t |l|, at t = 1/(1 + |l|), and at both ends.
/// Infinite where G is singular to working accuracy.
[[nodiscard]] double largest_condition_on_lines(const Matrix<double>& cross);

}  // namespace straightedge::proofs
