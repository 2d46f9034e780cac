// table-1: mixtures of Gaussians in d = 3 and d = 50, noise against none.
//
// The paper does not name its bandwidths. A run's value is the mean of its squared MMD over all bandwidths that it
// records, which is the squared MMD of the mean of these kernels: no bandwidth is chosen after the fact.
#include <certify/judges.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

constexpr double kNoise = 0.05;

struct PaperRow {
  Eigen::Index dimension;
  double data_without, pairs_without, data_with, pairs_with;
};
constexpr std::array<PaperRow, 2> kPaper = {
    {{3, 0.0034, 1.758e-6, 0.0018, 3.105e-5}, {50, 0.0021, 9.089e-6, 0.0020, 6.09e-5}}};

std::map<double, double> values_of(const Run& run, const std::string& to) {
  std::map<double, double> values;
  for (const Mmd& mmd : run.mmd) {
    if (mmd.to == to && !values.emplace(mmd.bandwidth, mmd.value).second) {
      throw InputError(
          fmt::format("{}/evaluation.json: mmd: has bandwidth {} to {} twice", run.folder, mmd.bandwidth, to));
    }
  }
  return values;
}

// Nothing, with a reason in `evidence`, where a run has no value.
Arm arm(const std::string& name, const std::vector<const Run*>& runs, const std::string& to, Evidence& evidence) {
  Arm result{.name = name, .seeds = {}, .samples = {}, .sources = {}};
  for (const Run* run : runs) {
    const std::map<double, double> values = values_of(*run, to);
    if (values.empty()) {
      evidence.lacking.push_back(fmt::format("{}: evaluation.json has no mmd to {}; one would do", run->folder, to));
      continue;
    }
    const std::map<double, double> first = values_of(*runs.front(), to);
    const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
    if (!std::equal(values.begin(), values.end(), first.begin(), first.end(), same)) {
      throw InputError(
          fmt::format("{}/evaluation.json: mmd: has other bandwidths to {} than {}; the runs of a group are "
                      "compared at the same ones",
                      run->folder, to, runs.front()->folder));
    }
    double sum = 0.0;
    for (const auto& [bandwidth, value] : values) {
      sum += value;
    }
    result.seeds.push_back(sum / static_cast<double>(values.size()));
  }
  return result;
}

void add_part(const std::string& name, const Arm& lower, const Arm& higher, double paper_lower, double paper_higher,
              proofs::Variant variant, Evidence& evidence) {
  if (lower.seeds.size() < kLeastSeeds || higher.seeds.size() < kLeastSeeds) {
    return;
  }
  const bool exchanged = variant == proofs::Variant::mutant;
  Part part = exchanged ? part_of(name, higher, lower) : part_of(name, lower, higher);
  const auto mean = [](const Arm& of) { return sample_moments(of.seeds).mean; };
  part.paper = {lower.name, mean(lower), paper_lower, higher.name, mean(higher), paper_higher};
  evidence.parts.push_back(std::move(part));
}

void judge_group(const Group& group, const PaperRow& paper, proofs::Variant variant, Evidence& evidence) {
  const std::string where = fmt::format("mixture in d = {}", paper.dimension);
  const std::vector<const Run*> without = group.at(0.0);
  const std::vector<const Run*> with = group.at(kNoise);
  for (const auto& few :
       {too_few_seeds(where + " without noise", without), too_few_seeds(where + " with 0.05", with)}) {
    if (few) {
      evidence.lacking.push_back(*few);
    }
  }
  evidence.use(without);
  evidence.use(with);
  const std::string name = fmt::format("d = {}, squared MMD to the ", paper.dimension);
  // To the data noise is to be lower, to the pairs higher.
  add_part(name + "data", arm("s = 0.05", with, "data", evidence), arm("s = 0", without, "data", evidence),
           paper.data_with, paper.data_without, variant, evidence);
  add_part(name + "training pairs", arm("s = 0", without, "pairs", evidence), arm("s = 0.05", with, "pairs", evidence),
           paper.pairs_without, paper.pairs_with, variant, evidence);
}

}  // namespace

Evidence judge_table_1(const Groups& groups, proofs::Variant variant) {
  Evidence evidence;
  for (const PaperRow& paper : kPaper) {
    bool found = false;
    for (const Group& group : groups) {
      const Run& run = group.first();
      if (run.pairs.kind == "mixture" && run.pairs.frozen && run.dimension == paper.dimension) {
        judge_group(group, paper, variant, evidence);
        found = true;
      }
    }
    if (!found) {
      evidence.lacking.push_back(
          fmt::format("no runs on frozen pairs of a mixture in d = {}; {} seeds without noise and "
                      "{} with 0.05 would do",
                      paper.dimension, kLeastSeeds, kLeastSeeds));
    }
  }
  evidence.notes.emplace_back(
      "the paper does not name its bandwidths: its figures compare with ours in order and ratio, not in size");
  evidence.notes.emplace_back("what was tried with our recipes, and what came of it: docs/reproductions.md");
  return evidence;
}

}  // namespace straightedge::certify
