// That the formulas of own_variance.hpp are the library's moments of the pair field on its own coupling.
#pragma once

#include <identity.hpp>

namespace straightedge::proofs {

/// For A = diag(a, b) R, R the rotation by phi: S = adj(G)/D, and of gradient_expansion (residual.hpp) the coefficients
///     |K|^2,    |K|^2 |S|^2 + 2 |K S^T|^2,    and each entry of K S^T;
/// E|g|^2 = 4 F [ 3 |K|^2 + F (|K|^2 |S|^2 + 2 |K S^T|^2) ] follows.
/// Groups: (a, b), w = tan(phi/2), t. cos phi and sin phi are (1-w^2)/(1+w^2) and 2w/(1+w^2): a polynomial of degree D
/// in them is one of degree 2D in w over (1+w^2)^D. Mutant: (1 + 1e-9) |K|^2.
[[nodiscard]] Identity own_variance_identity();

}  // namespace straightedge::proofs
