// Square roots of symmetric positive definite matrices in balls.
//
// With X symmetric, X - c I positive definite, c > 0, and L = 1 / (2 c): the root X + E of M solves
//     E = K(M - X^2 - E^2),   K the inverse of E -> X E + E X,   |K(A)|_F <= L |A|_F
// and if L^2 |M - X^2|_F <= 1/4 the right side maps the symmetric E with |E|_F <= 2 L |M - X^2|_F into themselves, so
// that one is fixed (Brouwer). There |E| <= 1/(2L) = c: X + E is positive semidefinite, and it is the root.
// Multiple eigenvalues, which certified eigenvalues exclude, do no harm.
#pragma once

#include <optional>

#include "conversion.hpp"

namespace straightedge::enclosure {

/// M^{1/2}, d x d. Empty where it cannot be certified at this precision, or for some M in the balls does not exist.
[[nodiscard]] std::optional<RealMatrix> square_root(const RealMatrix& m);

/// The orthogonal polar factor R (R^T R)^{-1/2} of a rational matrix that is not singular.
[[nodiscard]] std::optional<RealMatrix> polar_factor(const ExactMatrix& r);

/// M^{1/2} if it is rational and its denominators are small beside the radii of `root`, which holds it: a guess, the
/// simplest rational in each ball, returned only if it squares to M exactly. (A symmetric matrix in `root` is positive
/// definite where the balls are narrow, which is checked too.)
[[nodiscard]] std::optional<ExactMatrix> rational_root(const ExactMatrix& m, const RealMatrix& root);

/// Whether every symmetric matrix in the balls is positive definite.
[[nodiscard]] bool is_positive_definite(const RealMatrix& m);

}  // namespace straightedge::enclosure
