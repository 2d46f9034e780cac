// Figures of the gradient variance: against time and against noise, under three couplings, and where the fields' order
// changes.
#pragma once

#include <box_proof.hpp>
#include <report/figure.hpp>

namespace straightedge::report {

/// E|g_t|^2 - |E g_t|^2 against t, and the variance against s, of the pair field and the OT field under the couplings
/// of the mismatch table (variance_table.hpp).
[[nodiscard]] Figure variance_over_time();
[[nodiscard]] Figure variance_over_noise();

/// The isotropic problem in the plane of angle and noise: s* = sqrt(F*) for d = 2, 8, 32, and sqrt(sin phi / phi).
/// `proved`: ranges of phi in degrees on which F* of d = 2 is proved, drawn as rectangles that its curve crosses; may
/// be empty.
[[nodiscard]] Figure phase_diagram(const std::vector<proofs::Range>& proved);

}  // namespace straightedge::report
