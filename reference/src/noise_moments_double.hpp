// noise_moments in double, at four nodes of the quadrature side by side.
//
// A matrix has its entries at all four nodes next to each other, a lane a node, so that a loop over one triangular
// matrix is a loop over vectors. No lane knows of the others, and sums over nodes are taken lane by lane: without
// contraction (-ffp-contract=off, as all is compiled) results do not depend on how many lanes a processor has.
#pragma once

#include "noise_moments.hpp"

#include <optional>

namespace straightedge::internal {

/// Lanes of a vector. Any processor has two, or what the compiler takes for them.
enum class LaneWidth { two, four };
/// That of the processor.
[[nodiscard]] LaneWidth widest_lanes();

/// For a quasi-triangular `form` (schur.hpp). Nothing where I + t Th is singular to working accuracy or a number is not
/// finite: noise_moments decides there.
[[nodiscard]] std::optional<NoiseMoments<double>> noise_moments_in_lanes(const Matrix<double>& form,
                                                                         const QuadratureRule<double>& rule,
                                                                         const std::vector<double>& scale,
                                                                         LaneWidth width = widest_lanes());

}  // namespace straightedge::internal
