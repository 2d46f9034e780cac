// figure-6 and counterexample-1/trained: partners of a rotation by 180 degrees, reproduced without noise.
#include <certify/judges.hpp>
#include <certify/reproduced.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>

namespace straightedge::certify {
namespace {

constexpr double kFraction = 0.95;

bool is_half_turn(double degrees) {
  return std::fabs(std::remainder(degrees, 360.0)) == 180.0;
}

bool qualifies(const Group& group, double mean) {
  const Run& run = group.first();
  const Pairs& pairs = run.pairs;
  return pairs.kind == "gaussian-rotated" && pairs.frozen && run.dimension == 2 && is_half_turn(pairs.degrees) &&
         run.model != "affine" && pairs.target->covariance == Matrix<double>::Identity(2, 2) &&
         pairs.target->mean == Vector<double>::Constant(2, mean);
}

struct Count {
  std::uint64_t near;
  std::uint64_t all;
};

Count count_of(const Run& run, proofs::Variant variant) {
  const TrainingOutputs& outputs = run.outputs;
  const std::vector<double> values = reproduced(
      variant == proofs::Variant::mutant ? outputs.to_shuffled_partner : outputs.to_partner, outputs.dimension);
  return {static_cast<std::uint64_t>(std::accumulate(values.begin(), values.end(), 0.0)), values.size()};
}

// The least doubling of the training sources at which the bound would decide, at the same fraction.
std::string sources_that_suffice(const Count& count) {
  const double fraction = static_cast<double>(count.near) / static_cast<double>(count.all);
  for (std::uint64_t n = 2 * count.all; n <= 1024 * count.all; n *= 2) {
    const auto near = static_cast<std::uint64_t>(std::llround(fraction * static_cast<double>(n)));
    const ConfidenceInterval interval = clopper_pearson(near, n, kConfidence);
    if (interval.lower >= kFraction || interval.upper < kFraction) {
      return fmt::format("{} training sources would do at this fraction", n);
    }
  }
  return fmt::format("the fraction is too near to {} for any number of sources", kFraction);
}

Part part_of_run(const Run& run, proofs::Variant variant) {
  const Count count = count_of(run, variant);
  const ConfidenceInterval interval = clopper_pearson(count.near, count.all, kConfidence);
  const boost::math::binomial_distribution<> at_least(static_cast<double>(count.all), kFraction);
  const auto k = static_cast<double>(count.near);
  const double p_for = count.near == 0 ? 1.0 : cdf(complement(at_least, k - 1.0));
  return {.name = run.folder,
          .estimate = k / static_cast<double>(count.all),
          .interval = interval,
          .p_for = std::min(1.0, p_for),
          .p_against = std::min(1.0, cdf(at_least, k)),
          .detail = fmt::format("{} of {} training sources end within {} RMS of their partner", count.near, count.all,
                                kReproducedWithin),
          .paper = {},
          .would_suffice = sources_that_suffice(count)};
}

void note_noisy_runs(const Group& group, Evidence& evidence) {
  for (const Run* run : group.runs) {
    if (run->noise.sigma > 0.0) {
      const Count count = count_of(*run, proofs::Variant::claim);
      evidence.notes.push_back(
          fmt::format("{}: with noise {} it is {} of {}", run->folder, run->noise.sigma, count.near, count.all));
    }
  }
}

Evidence judge_half_turn(const Groups& groups, double mean, proofs::Variant variant) {
  Evidence evidence;
  for (const Group& group : groups) {
    if (!qualifies(group, mean) || group.first().pairs.count == 0) {
      continue;
    }
    for (const Run* run : group.at(0.0)) {
      evidence.parts.push_back(part_of_run(*run, variant));
    }
    evidence.use(group.at(0.0));
    note_noisy_runs(group, evidence);
  }
  if (evidence.parts.empty()) {
    evidence.lacking.push_back(fmt::format(
        "no run without noise on frozen pairs gaussian-rotated by 180 degrees with mean [{0}, {0}] and covariance I; "
        "one of at least 104 pairs would do",
        mean));
  }
  const auto holds = [](const Part& part) { return part.interval.lower >= kFraction; };
  const auto fails = [](const Part& part) { return part.interval.upper < kFraction; };
  evidence.bound = {.holds = std::all_of(evidence.parts.begin(), evidence.parts.end(), holds),
                    .fails = std::any_of(evidence.parts.begin(), evidence.parts.end(), fails)};
  return evidence;
}

}  // namespace

Evidence judge_figure_6(const Groups& groups, proofs::Variant variant) {
  return judge_half_turn(groups, 0.0, variant);
}

Evidence judge_counterexample_1(const Groups& groups, proofs::Variant variant) {
  return judge_half_turn(groups, 5.0, variant);
}

}  // namespace straightedge::certify
