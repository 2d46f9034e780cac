// The singular times of a field, as far as they can be decided and not only estimated.
//
//   p(t) = det(I + t Th) = det((1-t) I + t A),   Th = A - I
//
//   Th rational        Sturm's theorem on p (exact_roots.hpp), or, in many dimensions, only whether p > 0.
//   A = M^{1/2}        none: (1-t) I + t A is positive definite.
//   A = M^{1/2} R      irrational. Let X and Q be rationals near M^{1/2} and R, X positive semidefinite, and q the
//                      polynomial of X Q. With E = M^{1/2} - X, M - X^2 = M^{1/2} E + E X, so
//                        |E|_F <= |M - X^2|_F / lambda_min(M)^{1/2},   lambda_min(M) >= det M / (tr M)^{d-1}
//                        |A - X Q| <= e = |E|_F + |X|_F |R - Q|
//                        |p - q| <= delta = d e K^{d-1} on [0, 1],     K = max(1, (tr M)^{1/2}) + e
//                      where K bounds the norms of both matrices. All of it is bounded in rationals. If q - delta
//                      is positive on [0, 1], so is p.
#pragma once

#include <optional>

#include "quantities.hpp"

namespace straightedge::cli {

/// The quantity `singular_times` where it is decided: exact or enclosed. Empty where it is not: an irrational field
/// that has singular times, or comes nearer to one than the bounds can tell, or a rotation that is a polar factor.
[[nodiscard]] std::optional<Result> decided_singular_times(const Problem& problem, const RationalParts& parts,
                                                           int digits);

}  // namespace straightedge::cli
