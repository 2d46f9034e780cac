// The parts of the witness: each fills in the quantities of one subject.
#pragma once

#include <straightedge/enclosure/witness.hpp>

#include "latents.hpp"
#include "model.hpp"

namespace straightedge::enclosure {

/// Frees what FLINT keeps for a thread, at the end of each thread that has called it.
void clean_up_with_thread();

/// wasserstein2_squared, transport_map, transport_cost and angle.
void enclose_coupling(const Problem& problem, const Structure& structure, int goal, Quantities& quantities);

/// singular_times of the field (th, Th), and straightness, which is 0 unless a singular time lies inside. Returns the
/// times at the precision that was reached.
[[nodiscard]] SingularTimes enclose_singular_times(const Problem& problem, const Structure& structure, int goal,
                                                   Quantities& quantities);

/// loss and gradient moments of the field (th, Th), integrated over t.
void enclose_field(const Problem& problem, const Structure& structure, const SingularTimes& times, int goal,
                   Quantities& quantities);
/// Their integrands at the time of the request.
void enclose_field_at(const Problem& problem, const Structure& structure, const Request& request,
                      Quantities& quantities);

/// minimum_loss, and for the field `minimiser` its loss and variances: integrated, or at the time of the request.
void enclose_minimiser(const Problem& problem, const Structure& structure, const Request& request,
                       Quantities& quantities);

/// flow_map, rectified_cost, and for the field `minimiser` straightness.
void enclose_flow(const Problem& problem, const Structure& structure, int goal, Quantities& quantities);

/// What f is at t, for t in (0, 1) or where f' is finite: rational, and exact before it is rounded.
[[nodiscard]] NoiseAtTime<RealBall> noise_at(const Structure& structure, const Noise& noise, const Rational& t);

enum class Regularity { regular, singular, unknown };
/// Whether I + t Th is invertible, where that is decided exactly: Th is rational, or related to a rational matrix.
[[nodiscard]] Regularity field_regularity(const Problem& problem, const Structure& structure, const Rational& t);
/// Whether (1-t) I + t C is, by balls too.
[[nodiscard]] Regularity map_regularity(const Problem& problem, const Structure& structure, const Rational& t,
                                        int goal);

/// Beyond, integrals and flows are not attempted: their time grows with the cube of the dimension, and their memory
/// with the square.
inline constexpr slong kLargestDimension = 64;

// Reasons that several parts give.
inline constexpr const char* kInfiniteTarget = "the target holds f' Z, and s^2 d / (4t) is not integrable";
inline constexpr const char* kInfiniteAtTime = "f' is infinite at this time";
inline constexpr const char* kTooLarge = "integrals and flows are not attempted in dimensions above 64";
inline constexpr const char* kNoModel = "the matrices of the problem could not be enclosed";

/// Puts `outcome` in the place of all quantities that are moments of the field.
void put_field_outcome(Quantities& quantities, const Outcome& outcome);
/// In the place of the second moment, the mean and the variance for the parameters (th, Th).
void put_gradient_outcome(Quantities& quantities, const Outcome& outcome);

}  // namespace straightedge::enclosure
