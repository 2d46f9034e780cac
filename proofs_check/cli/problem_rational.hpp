// Irrational-looking parts of a problem that are rational after all: found by rounding, shown by exact arithmetic.
#pragma once

#include <optional>
#include <straightedge/linalg.hpp>

#include "problem.hpp"

namespace straightedge::cli {

/// The rational of the smallest denominator (below 10^30) within 10^-85 of `value`, relative to max(1, |value|), by its
/// continued fraction: a guess, to be verified.
[[nodiscard]] std::optional<Rational> rational_near(const Real100& value);

/// M^{1/2} if it is rational with denominators below 10^30: the guess X is returned only if X X = M and X is symmetric
/// positive definite, both exactly, which only the square root is.
[[nodiscard]] std::optional<Matrix<Rational>> rational_square_root(const Matrix<Rational>& m);

/// R if it is rational: typed and exactly orthogonal, or by a multiple of 90 degrees (by Niven's theorem no other
/// rational number of degrees has a rational cosine and sine).
[[nodiscard]] std::optional<Matrix<Rational>> rational_rotation(const Rotation& rotation, Eigen::Index dimension);

}  // namespace straightedge::cli
