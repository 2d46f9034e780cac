// Runs that differ in nothing but the noise level and the seed: all of run.json but noise.sigma, seed, device and
// versions is the same.
#pragma once

#include <certify/run.hpp>

#include <string>
#include <vector>

namespace straightedge::certify {

struct Group {
  std::vector<const Run*> runs;  ///< by noise level, then seed; at least one

  [[nodiscard]] const Run& first() const { return *runs.front(); }
  [[nodiscard]] std::vector<double> levels() const;  ///< noise levels, ascending, each once
  [[nodiscard]] std::vector<const Run*> at(double sigma) const;
};

/// The groups of `runs`, in the order of their first runs. Throws InputError where two runs of a group have the same
/// noise level and seed, or different seeds and the same outputs: a copy is no second measurement.
[[nodiscard]] std::vector<Group> groups_of(const std::vector<Run>& runs);

/// What two groups have in common: run.json of the group without these members of `pairs`, and without the claim and
/// the digests of the data. Equal for groups that differ in nothing else.
[[nodiscard]] std::string common_of(const Group& group, const std::vector<std::string>& without);

/// One line for each group whose runs come from different devices or versions.
[[nodiscard]] std::vector<std::string> differences_in(const std::vector<Group>& groups);

}  // namespace straightedge::certify
