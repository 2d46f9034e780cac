// Whether the flow of the exact noisy minimiser on one random set of pairs memorises: one trial of a rate.
//
// Frozen pairs, from training source i. In the frame of its own line, u = x - x_t^i, with p_j = x_t^j - x_t^i and
// b_j = v_j - v_i:
//   u' = sum_j w_j b_j,  w_j ~ exp((2 u.p_j - |p_j|^2) / (2F)),  w_i ~ 1,  u(0) = 0;   memorised: |u(1)| small.
// No difference of large numbers is left of what is small near the line. Where the tube bound of the line,
//   e_i = sum_j |b_j| exp(-delta_ij^2 / (4F)) <= delta_i / 4,  delta_ij = min_t |p_j|,  delta_i = min_j delta_ij,
// says that the flow ends near enough, nothing is integrated (the proof of pairing_tube.cpp, with each line's own
// distance and velocity in the place of the least distance and the largest velocity).
//
// Sources drawn anew. With q = (1-t)^2 + F, y = x / sqrt(q) and z = t / sqrt(q) the flow of
// v* = [((1-t) + F) m - (1-t) x] / q becomes
//   dy/dz = m = sum_j w_j x1^j,  w_j ~ exp(z y.x1^j - z^2 |x1^j|^2 / 2),  y(0) = x0 / sqrt(1+F),  x(1) = f y(1/f):
// d/dt (1/sqrt q) = (1-t) / q^{3/2}, so y' = ((1-t) + F) m / q^{3/2} and z' = (q + t (1-t)) / q^{3/2} = ((1-t) + F) /
// q^{3/2}. Every flow ends near some target, but off by f / sqrt(1+F) a coordinate: where m no longer changes, x - t m
// is proportional to sqrt(q).
//
// Both are integrated by the classical Runge-Kutta method on equal steps (of t; of log(1 + z sqrt d), since m changes
// on the scale of z), doubled until the answer is clear and the end moves by less than a tolerance.
#pragma once

#include <straightedge/pairing.hpp>

#include <cstdint>

namespace straightedge::proofs {

/// Memorised, from a training source: the end is nearer to the partner than this share of the root-mean-square size of
/// the targets.
inline constexpr double kMemorisedShare = 0.05;
/// Memorised, from a source drawn anew: the end is nearer to the nearest target than this share of its distance to the
/// second nearest (the criterion of Yoon, Choi, Kwon and Ryu, "Diffusion probabilistic models generalize when they fail
/// to memorize", 2023). For the end of a flow whose target is off by r, in a set whose next target is at a right angle
/// at a distance D, it says r < D / sqrt(8).
inline constexpr double kNearestShare = 1.0 / 3.0;
/// The end of a flow counts as known when doubling the steps moves it by less than this share of the size.
inline constexpr double kFlowTolerance = 1e-3;

struct Trial {
  enum class Answer { memorised, forgotten, undecided };
  Answer answer = Answer::undecided;
  bool by_bound = false;    ///< the tube bound says so, nothing was integrated
  std::int64_t steps = 0;   ///< of the last integration
  double difference = 0.0;  ///< between the ends of the last two integrations, in sizes
};

/// The flow on frozen pairs from source `i`. f > 0, N >= 2. `use_bound`: or the tube bound.
[[nodiscard]] Trial frozen_trial(const FiniteSet<double>& pairs, Eigen::Index i, double f, bool use_bound = true);

/// The flow with sources drawn anew, from `source`. f > 0, N >= 2.
[[nodiscard]] Trial resampled_trial(const Matrix<double>& targets, const Vector<double>& source, double f);

/// The ends of these flows after so many steps: u(1) and x(1).
[[nodiscard]] Vector<double> frozen_departure(const FiniteSet<double>& pairs, Eigen::Index i, double f,
                                              std::int64_t steps);
[[nodiscard]] Vector<double> resampled_end(const Matrix<double>& targets, const Vector<double>& source, double f,
                                           std::int64_t steps);

}  // namespace straightedge::proofs
