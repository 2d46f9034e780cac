// figure-4/trained and figure-5/trained: gradient variances at trained networks.
#include <certify/judges.hpp>
#include <certify/trained_variance.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

bool is_of_training(const std::optional<Pairs>& coupling) {
  return !coupling.has_value();
}

bool same_target(const Pairs& a, const Pairs& b) {
  return a.target && b.target && a.target->mean == b.target->mean && a.target->covariance == b.target->covariance;
}

// Where a run does not have exactly one such measurement it says so in `evidence`.
Arm arm(const std::string& name, const std::vector<const Run*>& runs, const CouplingTest& wanted, Evidence& evidence) {
  Arm result{.name = name, .seeds = {}, .samples = {}, .sources = {}};
  for (const Run* run : runs) {
    const std::vector<const GradientNorms*> found = measured(*run, "network", wanted);
    if (found.size() == 1) {
      result.seeds.push_back(estimate_of(*found.front()).value);
    } else {
      evidence.lacking.push_back(fmt::format(
          "{}: evaluation.json has {} gradient variances of the network at step {} over all t, {}; one would do",
          run->folder, found.size(), run->step, name));
    }
  }
  return result;
}

void add_part(const std::string& name, const Arm& lower, const Arm& higher, proofs::Variant variant,
              Evidence& evidence) {
  if (lower.seeds.size() < kLeastSeeds || higher.seeds.size() < kLeastSeeds) {
    return;
  }
  evidence.parts.push_back(variant == proofs::Variant::mutant ? part_of(name, higher, lower)
                                                              : part_of(name, lower, higher));
}

// Levels of any of the groups, and whether each has enough seeds there; one level is 0, one is not.
std::vector<double> checked_levels(const std::vector<const Group*>& groups, Evidence& evidence) {
  std::set<double> levels;
  for (const Group* group : groups) {
    for (const double level : group->levels()) {
      levels.insert(level);
    }
    evidence.use(group->runs);
  }
  for (const Group* group : groups) {
    for (const double level : levels) {
      if (const auto few = too_few_seeds(fmt::format("{} pairs with noise {}", group->first().pairs.kind, level),
                                         group->at(level))) {
        evidence.lacking.push_back(*few);
      }
    }
  }
  if (!levels.contains(0.0) || levels.size() < 2) {
    evidence.lacking.push_back(fmt::format("the group of {} has no runs {} noise; {} seeds would do",
                                           groups.front()->first().folder, levels.contains(0.0) ? "with" : "without",
                                           kLeastSeeds));
  }
  return {levels.begin(), levels.end()};
}

std::string degrees_text(const Pairs& pairs) {
  return fmt::format("{:g} degrees", pairs.degrees);
}

void judge_networks(const Group& optimal, const Group& rotated, proofs::Variant variant, Evidence& evidence) {
  for (const double level : checked_levels({&optimal, &rotated}, evidence)) {
    const Arm lower = arm("under its own optimal pairs", optimal.at(level), is_of_training, evidence);
    const Arm higher = arm("under its own rotated pairs", rotated.at(level), is_of_training, evidence);
    const std::string name = fmt::format("rotated by {}, noise {}", degrees_text(rotated.first().pairs), level);
    if (level > 0.0) {
      add_part(name, lower, higher, variant, evidence);
    } else if (lower.seeds.size() > 1 && higher.seeds.size() > 1) {
      evidence.notes.push_back(
          fmt::format("{}, which the claim leaves open: {:.4g} on optimal pairs, {:.4g} on rotated", name,
                      sample_moments(lower.seeds).mean, sample_moments(higher.seeds).mean));
    }
  }
}

bool is_network_on(const Group& group, const std::string& kind) {
  return group.first().pairs.kind == kind && group.first().model != "affine";
}

CouplingTest independent_of(const Run& run) {
  return [&run](const std::optional<Pairs>& coupling) {
    return coupling && coupling->kind == "independent" && same_target(*coupling, run.pairs);
  };
}

CouplingTest rotated_from(const Run& run) {
  return [&run](const std::optional<Pairs>& coupling) {
    return coupling && coupling->kind == "gaussian-rotated" && std::fabs(coupling->degrees) == 120.0 &&
           same_target(*coupling, run.pairs);
  };
}

void judge_pairings(const Group& group, proofs::Variant variant, Evidence& evidence) {
  for (const double level : checked_levels({&group}, evidence)) {
    const std::vector<const Run*> runs = group.at(level);
    const Run& first = group.first();
    add_part(fmt::format("noise {}", level), arm("under independent pairs", runs, independent_of(first), evidence),
             arm("under pairs rotated by 120 degrees", runs, rotated_from(first), evidence), variant, evidence);
  }
}

}  // namespace

std::vector<const GradientNorms*> measured(const Run& run, const std::string& field, const CouplingTest& wanted) {
  std::vector<const GradientNorms*> found;
  for (const GradientNorms& norms : run.gradients) {
    if (norms.step == run.step && !norms.times && norms.field == field && wanted(norms.coupling)) {
      found.push_back(&norms);
    }
  }
  return found;
}

VarianceEstimate estimate_of(const GradientNorms& norms) {
  return estimate_variance(norms.norms_b, norms.b, norms.norms_big, norms.big);
}

Evidence judge_figure_4(const Groups& groups, proofs::Variant variant) {
  Evidence evidence;
  for (const Group& optimal : groups) {
    for (const Group& rotated : groups) {
      if (is_network_on(optimal, "gaussian-ot") && is_network_on(rotated, "gaussian-rotated") &&
          common_of(optimal, {"kind"}) == common_of(rotated, {"kind", "degrees"})) {
        judge_networks(optimal, rotated, variant, evidence);
      }
    }
  }
  if (evidence.runs.empty()) {
    evidence.lacking.push_back(
        fmt::format("no networks on gaussian-ot and gaussian-rotated pairs that agree in all "
                    "else; of each {} seeds with and {} without noise would do",
                    kLeastSeeds, kLeastSeeds));
  }
  return evidence;
}

Evidence judge_figure_5(const Groups& groups, proofs::Variant variant) {
  Evidence evidence;
  for (const Group& group : groups) {
    const auto has_any = [](const Run* run) {
      return !measured(*run, "network", independent_of(*run)).empty() ||
             !measured(*run, "network", rotated_from(*run)).empty();
    };
    if (is_network_on(group, "gaussian-ot") && group.first().dimension == 2 &&
        std::any_of(group.runs.begin(), group.runs.end(), has_any)) {
      judge_pairings(group, variant, evidence);
    }
  }
  if (evidence.runs.empty()) {
    evidence.lacking.push_back(
        fmt::format("no networks on gaussian-ot pairs in d = 2 with gradient variances under independent pairs and "
                    "pairs rotated by "
                    "120 degrees; {} seeds with and {} without noise would do",
                    kLeastSeeds, kLeastSeeds));
  }
  return evidence;
}

}  // namespace straightedge::certify
