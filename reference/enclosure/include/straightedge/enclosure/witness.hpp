// The second witness: the quantities of a Gaussian problem in Arb balls.
//
// Nothing of it is shared with the templates of reference/src but the names of kinds and the types of numbers. Every
// formula is derived from the definitions, in the Gaussian latents w = (X0, U, Z), where X1 = mu + C X0 + U with
// Cov(U) = M - C C^T:
//     r = target - v(X_t, t) = R w + rho,   S^T r = P w + p,   y = S (X_t - t th) = Q w + q,   S = (I + t Th)^{-1}
//     E|g|^2 = 4 [ (tr P P^T + p^T p)(tr Q Q^T + q^T q + 1) + 2 tr(P^T P Q^T Q) + 4 p^T P Q^T q ]
//     E g_th = -2 p,   E g_Th = -2 (P Q^T + p q^T)
// integrated over t by acb_calc_integrate. Each ball holds the true value whatever was rounded.
#pragma once

#include <optional>
#include <straightedge/enclosure/outcome.hpp>
#include <straightedge/enclosure/problem.hpp>

namespace straightedge::enclosure {

/// What is asked of a problem.
struct Request {
  std::optional<Rational> time;  ///< in [0, 1]: integrands at this time instead of integrals
  /// The working precision is raised until every radius is at most 10^-goal max(1, |value|), or a cap is reached.
  int goal = 45;
};

/// One outcome a quantity; names, formulas and conventions as in docs/problem-file.md.
struct Quantities {
  Outcome wasserstein2_squared;          ///< |mu|^2 + d + tr M - 2 tr M^{1/2}
  Outcome transport_map;                 ///< M^{1/2}, d x d
  Outcome transport_cost;                ///< |mu|^2 + d + tr M - 2 tr C
  Outcome loss;                          ///< E integral |v(X_t, t) - target|^2 dt
  Outcome minimum_loss;                  ///< the same of the minimiser v*
  Outcome gradient_second_moment;        ///< E|g|^2 for the parameters (th, Th)
  Outcome gradient_mean_squared_norm;    ///< |E g|^2; given where the second moment is finite
  Outcome gradient_variance;             ///< their difference
  Outcome gradient_variance_time_local;  ///< for the gradients -2r, -2r (x - t mu)^T of each time
  Outcome gradient_variance_functional;  ///< for the gradient -2r
  Outcome singular_times;                ///< roots of det(I + t Th) in [0, 1], ascending
  Outcome flow_map;                      ///< linear part of the flow of v* from 0 to 1, d x d
  Outcome rectified_cost;                ///< E|Z_1 - Z_0|^2 of that flow
  Outcome straightness;                  ///< integral E|Z_1 - Z_0 - v(Z_t, t)|^2 dt of the field's own flow
  Outcome angle;                         ///< of the polar factor of C, degrees in (-180, 180]; d = 2
};

/// Encloses all of them. `problem` must be admissible (a positive definite covariance, disjoint planes and so on),
/// which is for the caller to check; what is not decided is inconclusive, and no exception. Throws InputError for a
/// root that is not symmetric positive definite and a frame that is not orthogonal. Threads may call it at the same
/// time.
[[nodiscard]] Quantities enclose(const Problem& problem, const Request& request = {});

}  // namespace straightedge::enclosure
