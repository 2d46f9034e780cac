// table-2 and table-3: images from shuffled and from 1-ReFlow pairs, noise against none, by L2 distances of what is
// generated from training sources: to the optimal image (generalisation) and to the training partner (memorisation).
#include <certify/judges.hpp>
#include <certify/reproduced.hpp>

#include <fmt/format.h>

namespace straightedge::certify {
namespace {

constexpr double kNoise = 0.05;

struct PaperTable {
  const char* claim;
  const char* kind;
  double optimal_with, partner_with, optimal_without, partner_without;  // 5K pairs
};
constexpr PaperTable kTable2 = {"table-2", "shuffled", 34.25, 55.02, 50.40, 28.57};
constexpr PaperTable kTable3 = {"table-3", "1-reflow", 31.35, 25.08, 43.35, 8.63};

Arm arm(const std::string& name, const std::vector<const Run*>& runs, std::vector<double> TrainingOutputs::*distances) {
  std::vector<std::vector<double>> values;
  for (const Run* run : runs) {
    values.push_back(run->outputs.*distances);
  }
  return arm_of(name, runs, values);
}

void add_part(const std::string& name, const Arm& lower, const Arm& higher, double paper_lower, double paper_higher,
              proofs::Variant variant, Evidence& evidence) {
  for (const Arm* one : {&lower, &higher}) {
    if (one->samples.empty()) {
      evidence.lacking.push_back(fmt::format("{}, {}: a run knows it of no training source", name, one->name));
      return;
    }
  }
  Part part = variant == proofs::Variant::mutant ? part_of(name, higher, lower) : part_of(name, lower, higher);
  part.paper = {lower.name,  sample_moments(lower.seeds).mean,  paper_lower,
                higher.name, sample_moments(higher.seeds).mean, paper_higher};
  evidence.parts.push_back(std::move(part));
}

void judge_group(const Group& group, const PaperTable& paper, proofs::Variant variant, Evidence& evidence) {
  const std::vector<const Run*> without = group.at(0.0);
  const std::vector<const Run*> with = group.at(kNoise);
  bool enough = true;
  for (const auto& few : {too_few_seeds("images without noise", without), too_few_seeds("images with 0.05", with)}) {
    if (few) {
      evidence.lacking.push_back(*few);
      enough = false;
    }
  }
  evidence.use(without);
  evidence.use(with);
  if (!enough) {
    return;
  }
  add_part("L2 to the optimal image", arm("s = 0.05", with, &TrainingOutputs::to_optimal),
           arm("s = 0", without, &TrainingOutputs::to_optimal), paper.optimal_with, paper.optimal_without, variant,
           evidence);
  add_part("L2 to the training partner", arm("s = 0", without, &TrainingOutputs::to_partner),
           arm("s = 0.05", with, &TrainingOutputs::to_partner), paper.partner_without, paper.partner_with, variant,
           evidence);
}

Evidence judge_table(const Groups& groups, const PaperTable& paper, proofs::Variant variant) {
  Evidence evidence;
  bool found = false;
  for (const Group& group : groups) {
    if (group.first().claim == paper.claim && group.first().pairs.kind == paper.kind) {
      judge_group(group, paper, variant, evidence);
      found = true;
    }
  }
  if (!found) {
    evidence.lacking.push_back(
        fmt::format("no image runs; {} seeds without noise and {} with 0.05 on {} pairs, of the "
                    "claim {}, would do",
                    kLeastSeeds, kLeastSeeds, paper.kind, paper.claim));
  }
  return evidence;
}

}  // namespace

Evidence judge_table_2(const Groups& groups, proofs::Variant variant) {
  return judge_table(groups, kTable2, variant);
}

Evidence judge_table_3(const Groups& groups, proofs::Variant variant) {
  return judge_table(groups, kTable3, variant);
}

}  // namespace straightedge::certify
