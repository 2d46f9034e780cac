// Figures of flows: lines that meet in one point and what noise makes of them, and noisy ReFlow repeated.
#pragma once

#include <report/figure.hpp>

namespace straightedge::report {

/// Counter Example 1, T(x) = R_180 x + 5 in the plane: the pairs of sixteen sources on a circle, whose lines all meet
/// at t = 1/2, and where the minimiser with constant noise f = 0.2 takes the same sources.
[[nodiscard]] Figure crossing_lines();

/// The angle after n rounds of noisy ReFlow from the isotropic rotation by 120 degrees, constant f.
[[nodiscard]] Figure reflow_contraction();

}  // namespace straightedge::report
