// What makes a problem admissible, decided exactly in rationals.
#pragma once

#include <straightedge/linalg.hpp>
#include <string>

namespace straightedge::cli {

/// a = numerators / denominator, the denominator positive and the least.
struct OverCommonDenominator {
  Matrix<Integer> numerators;
  Integer denominator;
};
[[nodiscard]] OverCommonDenominator over_common_denominator(const Matrix<Rational>& a);

enum class Definiteness { positive, semidefinite, indefinite };

/// Whether the symmetric `a` is positive definite, positive semidefinite (and singular) or neither. Exact: elimination
/// in integers (Bareiss) with pivots on the diagonal.
[[nodiscard]] Definiteness definiteness(const Matrix<Rational>& a);

/// The first (i, j), i < j, with a_ij != a_ji; (-1, -1) if symmetric.
[[nodiscard]] std::pair<Eigen::Index, Eigen::Index> first_asymmetry(const Matrix<Rational>& a);

/// a b, exactly.
[[nodiscard]] Matrix<Rational> exact_product(const Matrix<Rational>& a, const Matrix<Rational>& b);

/// The smallest eigenvalue of the symmetric `a`, to 6 digits, for messages.
[[nodiscard]] std::string smallest_eigenvalue_text(const Matrix<Rational>& a);

/// |a|_F to 3 digits, for messages.
[[nodiscard]] std::string norm_text(const Matrix<Rational>& a);

/// |r - polar factor of r|_F to 3 digits, for messages. r is not singular.
[[nodiscard]] std::string polar_distance_text(const Matrix<Rational>& r);

}  // namespace straightedge::cli
