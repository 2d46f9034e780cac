// Integrals over t from 0 to 1 of all entries of one vector of functions, by acb_calc_integrate.
//
// The entries are integrated one by one, adaptively, but ask for the vector at mostly the same balls t: each is
// evaluated once, and remembered under the exact ball.
#pragma once

#include <functional>
#include <vector>

#include "ball.hpp"

namespace straightedge::enclosure {

/// A vector of functions of t that are holomorphic wherever all entries are finite, real for real t.
using VectorFunction = std::function<std::vector<ComplexBall>(const ComplexBall& t)>;

/// The `count` integrals, with infinite radii where more than `most_evaluations` would be needed. The goal is a radius
/// of 2^-bits, absolute or relative.
[[nodiscard]] std::vector<RealBall> integrate_entries(const VectorFunction& function, std::size_t count, slong bits,
                                                      std::size_t most_evaluations);

}  // namespace straightedge::enclosure
