// The gradient variance that a run measured at its last step, over all times.
#pragma once

#include <certify/run.hpp>
#include <certify/variance_estimate.hpp>

#include <functional>
#include <optional>

namespace straightedge::certify {

/// Whether a measurement under this coupling is wanted: nothing stands for the pairs of the training.
using CouplingTest = std::function<bool(const std::optional<Pairs>&)>;

/// Those of `run` at its evaluation's step, over all t, of this field and such a coupling.
[[nodiscard]] std::vector<const GradientNorms*> measured(const Run& run, const std::string& field,
                                                         const CouplingTest& wanted);

[[nodiscard]] VarianceEstimate estimate_of(const GradientNorms& norms);

}  // namespace straightedge::certify
