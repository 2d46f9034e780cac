// How often the segments of two independent pairs of a coupling in the plane intersect.
//
// The segments x0 -> x1 and y0 -> y1 intersect iff x0 + s (x1 - x0) = y0 + t (y1 - y0) for some s, t in [0, 1]. For
// M = I, mu = 0 and the rotation by phi, in complex numbers: y0 / x0 = b(s) / b(t), b(s) = 1 + s (e^{i phi} - 1). The
// ratio of two independent complex Gaussians has the density 1 / (pi (1 + |z|^2)^2), and integrating that over the
// region {b(s)/b(t)}, whose modulus at the argument theta runs between cos(phi/2) / cos(phi/2 - |theta|) and its
// inverse, gives
//   P = phi/pi - (4/pi) c / sqrt(1 + c^2) atan( k / sqrt(1 + c^2) ),   c = cos(phi/2),  k = sin(phi/2).
#pragma once

#include <straightedge/coupling.hpp>

#include <cstdint>

namespace straightedge::proofs {

/// P above; angle in radians, in [0, pi].
[[nodiscard]] double isotropic_crossing_probability(double angle);

/// Of `pairs` independent pairs of samples of the deterministic `coupling`, d = 2, the number whose segments intersect.
[[nodiscard]] std::uint64_t count_crossing_segments(const Coupling<double>& coupling, std::uint64_t pairs,
                                                    std::uint64_t seed);

}  // namespace straightedge::proofs
