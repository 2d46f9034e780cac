// The flow of the minimiser, Phi' = B_t Sigma_t^{-1} Phi, Phi_0 = I, by Taylor series with a rigorous remainder.
//
// Sigma and B are polynomials in t of degree 2 (interpolant_polynomials.hpp). With Phi = Sigma Psi,  Sigma Psi' = G
// Psi,  G = B - Sigma'. At a time t0 let Sigma(t0) = L L^T and Psi~ = L^T Psi, so that with h = t - t0
//     (I + h S1 + h^2 S2) Psi~' = (G0 + h G1) Psi~,   S_k = L^{-1} Sigma_k L^{-T}, G_k likewise,
//     (n+1) Psi~_{n+1} = (G0 - n S1) Psi~_n + (G1 - (n-1) S2) Psi~_{n-1}.
// On the disk |h| <= rho with a = rho |S1| + rho^2 |S2| < 1 the matrix on the left is invertible, the system's matrix
// is at most kappa = (|G0| + rho |G1|) / (1 - a), so |Psi~| <= exp(kappa rho) |Psi~_0| there, and by Cauchy's estimate
// the terms from n on sum to at most  exp(kappa rho) |Psi~_0| q^n / (1 - q),  q = |h| / rho.
//   The norms are spectral ones, bounded by |A|^4 <= |(A^T A)^2|_F. L makes them independent of the scale of Sigma, and
// rho a fixed part of the distance to its next singularity.
//   Straightness: integral |Phi_1 - I - Phi'|_F^2 dt = integral |Phi'|_F^2 dt - |Phi_1 - I|_F^2, with Phi' = B Psi.
#pragma once

#include <optional>

#include "model.hpp"

namespace straightedge::enclosure {

struct FlowEnclosure {
  RealMatrix map;  ///< Phi_1, d x d
  std::optional<RealBall> straightness;
};

/// Empty where it takes more steps than are granted. Sigma_t must not be singular in [0, 1]. `with_straightness` costs
/// about as much again.
[[nodiscard]] std::optional<FlowEnclosure> enclose_minimiser_flow(const Model& model, const Structure& structure,
                                                                  const Noise& noise, bool with_straightness);

}  // namespace straightedge::enclosure
