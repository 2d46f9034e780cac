// The kinds of couplings, noise schedules and regression targets, by name. Names only: the formulas are in coupling.hpp
// and interpolant.hpp, and once more, independently, in reference/enclosure.
#pragma once

namespace straightedge {
/// The constructors of coupling.hpp, the schedules and the regression targets of interpolant.hpp, in their order there.
enum class CouplingKind { optimal, rotated, independent, affine, gaussian };
enum class NoiseKind { none, constant, bridge };
enum class RegressionTarget { displacement, interpolant };

}  // namespace straightedge
