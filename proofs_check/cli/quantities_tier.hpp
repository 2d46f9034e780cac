// The quantities in one tier of arithmetic.
#pragma once

#include <straightedge/gradient_variance.hpp>

#include "quantities.hpp"

namespace straightedge::cli {

/// The value of a quantity in tier T, or the reason why it does not exist.
template <RealScalar T>
struct TierValue {
  Shape shape;
  std::vector<T> entries;  ///< row by row
  std::string reason;
};
template <RealScalar T>
using TierValues = std::map<Quantity, TierValue<T>>;

/// Moments of the gradient for every sigma, if they were computed before for the same coupling, schedule and field.
template <RealScalar T>
using MomentsMemory = std::optional<MomentsInNoise<T>>;

/// The quantities of the target and the coupling alone: W2^2, M^{1/2}, cost and angle.
template <RealScalar T>
[[nodiscard]] TierValues<T> coupling_quantities(const TierProblem<T>& problem);

/// Those of the field alone: singular times and straightness.
template <RealScalar T>
[[nodiscard]] TierValues<T> field_quantities(const TierProblem<T>& problem);

/// Those of the flow of the minimiser: its map and the rectified cost; the straightness of a field `minimiser`.
template <RealScalar T>
[[nodiscard]] TierValues<T> flow_quantities(const TierProblem<T>& problem);

/// Losses and gradient moments, integrated over t.
template <RealScalar T>
[[nodiscard]] TierValues<T> integrated_quantities(const TierProblem<T>& problem, MomentsMemory<T>& memory);

/// Their integrands at `time`.
template <RealScalar T>
[[nodiscard]] TierValues<T> quantities_at(const TierProblem<T>& problem, const T& time);

}  // namespace straightedge::cli
