// Figures of the gradient variance: against time and against noise, under three couplings, and where the fields' order
// changes.
#pragma once

#include <proof.hpp>
#include <report/figure.hpp>

namespace straightedge::report {

/// E|g_t|^2 - |E g_t|^2 against t, and the variance against s, of the pair field and the OT field under the couplings
/// of the mismatch table (variance_table.hpp).
[[nodiscard]] Figure variance_over_time();
[[nodiscard]] Figure variance_over_noise();

/// The isotropic problem in the plane of angle and noise: s* = sqrt(F*) for d = 2, 8, 32, and sqrt(sin phi / phi).
/// `boxes`: a table of the proved boxes of phi (box_table.hpp), drawn as rectangles that the curve of d = 2 crosses;
/// may be empty.
[[nodiscard]] Figure phase_diagram(const std::string& boxes);

}  // namespace straightedge::report
