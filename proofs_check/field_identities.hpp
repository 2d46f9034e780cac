// The identities behind the claims on fields, for proofs by evaluation (identity.hpp). A generic A with M = A A^T
// stands for the optimal coupling and for every rotated one at once.
#pragma once

#include <identity.hpp>

namespace straightedge::proofs {

/// v(x_t, t) - (x1 - x0) = 0 for the pair field (th, Th), x1 = x0 + th + Th x0, x_t = (1-t) x0 + t x1.
/// Groups: Th, t, x0, th. Mutant: v = th + (1 + 1e-9) Th S (x - t th).
[[nodiscard]] Identity straight_line_identity(int d);

/// B_t = Th (I + t Th)^T and Sigma_t = (I + t Th)(I + t Th)^T for the coupling X1 = (I + Th) X0 without noise. So,
/// where I + t Th is invertible, B_t Sigma_t^{-1} = Th (I + t Th)^{-1}: the minimiser is the pair field. Groups: Th, t.
/// Mutant: B_t = (1 + 1e-9) Th (I + t Th)^T.
[[nodiscard]] Identity minimiser_identity(int d);

/// B_t + B_t^T = dSigma_t/dt for any C, M and constant noise. So Sigma_t solves P' = K P + P K^T, K = B_t Sigma_t^{-1},
/// and the flow of the minimiser, which starts from P = I = Sigma_0 / (1 + F), has P = Sigma_t / (1 + F), by the
/// uniqueness of the solution of a linear equation.
/// Groups: C and M together, t, s. Mutant: (1 + 1e-9) dSigma_t/dt.
[[nodiscard]] Identity marginal_identity(int d);

}  // namespace straightedge::proofs
