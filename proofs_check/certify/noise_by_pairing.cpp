// noise-by-pairing: {no noise, noise} x {frozen, resampled sources}; the fraction of training sources that end within
// 0.05 RMS of their partner.
//
// Only pairings whose partner does not follow from the source: where it does, a network that reproduces partners has
// learned the map, and memorised nothing.
#include <certify/judges.hpp>
#include <certify/reproduced.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace straightedge::certify {
namespace {

bool partner_is_random(const Pairs& pairs) {
  constexpr std::array<std::string_view, 4> kinds = {"independent", "mixture", "file", "shuffled"};
  return std::find(kinds.begin(), kinds.end(), pairs.kind) != kinds.end();
}

Arm arm(const std::string& name, const std::vector<const Run*>& runs) {
  std::vector<std::vector<double>> values;
  for (const Run* run : runs) {
    values.push_back(reproduced(run->outputs.to_partner, run->outputs.dimension));
  }
  return arm_of(name, runs, values);
}

// All levels of both groups, each with enough seeds; one is 0, one is not.
std::vector<double> checked_levels(const Group& frozen, const Group& resampled, Evidence& evidence) {
  std::set<double> levels;
  for (const Group* group : {&frozen, &resampled}) {
    for (const double level : group->levels()) {
      levels.insert(level);
    }
    evidence.use(group->runs);
  }
  for (const double level : levels) {
    for (const Group* group : {&frozen, &resampled}) {
      const std::string where = fmt::format("{} pairs with noise {}", group == &frozen ? "frozen" : "resampled", level);
      if (const auto few = too_few_seeds(where, group->at(level))) {
        evidence.lacking.push_back(*few);
      }
    }
  }
  if (!levels.contains(0.0) || levels.size() < 2) {
    evidence.lacking.push_back(fmt::format("the groups of {} have no runs {} noise; {} seeds of each would do",
                                           frozen.first().folder, levels.contains(0.0) ? "with" : "without",
                                           kLeastSeeds));
  }
  return {levels.begin(), levels.end()};
}

void judge_groups(const Group& frozen, const Group& resampled, proofs::Variant variant, Evidence& evidence) {
  for (const double level : checked_levels(frozen, resampled, evidence)) {
    const Arm lower = arm("resampled", resampled.at(level));
    const Arm higher = arm("frozen", frozen.at(level));
    bool complete = true;
    for (const auto& [one, group] : {std::pair{&lower, &resampled}, std::pair{&higher, &frozen}}) {
      if (one->seeds.size() < group->at(level).size()) {
        evidence.lacking.push_back(
            fmt::format("{} pairs with noise {}: a run has no training source (split 0) with a "
                        "known partner",
                        one->name, level));
      }
      complete = complete && one->seeds.size() >= kLeastSeeds;
    }
    if (complete) {
      const std::string name =
          fmt::format("{} in d = {}, noise {}", frozen.first().pairs.kind, frozen.first().dimension, level);
      evidence.parts.push_back(variant == proofs::Variant::mutant ? part_of(name, higher, lower)
                                                                  : part_of(name, lower, higher));
    }
  }
}

}  // namespace

Evidence judge_noise_by_pairing(const Groups& groups, proofs::Variant variant) {
  Evidence evidence;
  for (const Group& frozen : groups) {
    for (const Group& resampled : groups) {
      if (frozen.first().pairs.frozen && !resampled.first().pairs.frozen && partner_is_random(frozen.first().pairs) &&
          common_of(frozen, {"mode", "count", "seed"}) == common_of(resampled, {"mode", "count", "seed"})) {
        judge_groups(frozen, resampled, variant, evidence);
      }
    }
  }
  if (evidence.runs.empty()) {
    evidence.lacking.push_back(
        fmt::format("no runs with frozen and with resampled pairs, independent, mixture, file or "
                    "shuffled, that agree in all else; of each {} seeds with and {} without noise "
                    "would do",
                    kLeastSeeds, kLeastSeeds));
  }
  return evidence;
}

}  // namespace straightedge::certify
