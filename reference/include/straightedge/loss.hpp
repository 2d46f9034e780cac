// The straight-path (rectified-flow) loss  L(v) = E integral_0^1 |v(X_t, t) - target|^2 dt  of Gaussian problems.
// That a pair field reaches 0 on its own coupling, lines that intersect or not, is Proposition 1. Units: squared
// length.
#pragma once

#include <straightedge/residual.hpp>

namespace straightedge {

/// L of the field (th, Th). Infinity where the integral diverges (std::numeric_limits<T>::infinity()); exactly 0 for a
/// pair field on its own coupling without noise, singular times or not.
template <RealScalar T>
[[nodiscard]] T loss(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field);

/// L(v*), the smallest loss of any field: integral of tr Cov(target | X_t). Infinite for bridge noise in the target.
/// Exactly 0 for a deterministic coupling without noise. Throws DoesNotExist where Sigma_t is singular otherwise.
template <RealScalar T>
[[nodiscard]] T minimum_loss(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// True iff the integral of E|r|^2 over [0,1] diverges. The integrand is rational in t and not negative, so a pole has
/// even order: the integrand next to it tells a pole from a removable singularity.
template <RealScalar T>
[[nodiscard]] bool loss_is_infinite(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                    const PairField<T>& field);

}  // namespace straightedge
