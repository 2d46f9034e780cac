// Which training partners a run reproduces: those that the generated point is near to.
//
//   a source counts iff  |generated - partner| / sqrt(d) <= 0.05   (root mean square over the coordinates)
#pragma once

#include <certify/comparison.hpp>
#include <certify/run.hpp>

#include <vector>

namespace straightedge::certify {

inline constexpr double kReproducedWithin = 0.05;

/// 1 or 0 for each training source whose partner is known, from L2 distances.
[[nodiscard]] std::vector<double> reproduced(const std::vector<double>& distances, std::size_t dimension);

/// An arm of per-source values, one vector a run: their means over the sources are the seeds' values, their means over
/// the runs the samples, where all runs have the same sources; else the values one after the other. NaN are left out.
[[nodiscard]] Arm arm_of(const std::string& name, const std::vector<const Run*>& runs,
                         const std::vector<std::vector<double>>& values);

}  // namespace straightedge::certify
