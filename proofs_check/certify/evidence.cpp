#include <certify/evidence.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace straightedge::certify {
namespace {

template <class Value>
void insert_once(std::vector<Value>& into, const Value& value) {
  if (std::find(into.begin(), into.end(), value) == into.end()) {
    into.push_back(value);
  }
}

std::string suffices_for(const Comparison& found, std::size_t seeds) {
  if (found.estimate <= 0.0) {
    return "the difference is not in the stated direction; more seeds would tell";
  }
  if (!found.seeds_that_suffice) {
    return "no number of seeds that could be named would do if they vary as these";
  }
  if (std::cmp_less_equal(*found.seeds_that_suffice, seeds)) {
    return "Welch's test has enough seeds; more sources would do for the bootstrap";
  }
  return fmt::format("about {} seeds in each arm would do if they vary as these", *found.seeds_that_suffice);
}

}  // namespace

std::vector<const proofs::Claim*> certified_claims() {
  std::vector<const proofs::Claim*> claims;
  std::copy_if(proofs::registry().begin(), proofs::registry().end(), std::back_inserter(claims),
               [](const proofs::Claim* claim) { return claim->info().by == proofs::DecidedBy::certify; });
  return claims;
}

double Evidence::p_for() const {
  double largest = parts.empty() || !lacking.empty() ? 1.0 : 0.0;
  for (const Part& part : parts) {
    largest = std::max(largest, part.p_for);
  }
  return largest;
}

double Evidence::p_against() const {
  double least = 1.0;
  if (lacking.empty()) {
    for (const Part& part : parts) {
      least = std::min(least, part.p_against * static_cast<double>(parts.size()));
    }
  }
  return least;
}

void Evidence::use(const std::vector<const Run*>& used) {
  for (const Run* run : used) {
    insert_once(runs, run->folder);
    insert_once(seeds, run->seed);
  }
}

Part part_of(const std::string& name, const Arm& lower, const Arm& higher) {
  // Holm's first step multiplies by the number of claims; the number of seeds that suffices is sought for that.
  const Comparison found = compare(lower, higher, kLevel / static_cast<double>(certified_claims().size()));
  std::string detail =
      fmt::format("{}: {:.4g} over {} seeds; {}: {:.4g} over {}; Welch p {:.2g}", lower.name, found.lower_mean,
                  lower.seeds.size(), higher.name, found.higher_mean, higher.seeds.size(), found.p_welch);
  if (found.p_bootstrap) {
    detail += fmt::format(", {} bootstrap of {} resamples p {:.2g}", found.paired ? "paired" : "unpaired", kResamples,
                          *found.p_bootstrap);
  }
  return {name,
          found.estimate,
          found.interval,
          found.p_for,
          found.p_against,
          detail,
          {},
          suffices_for(found, std::min(lower.seeds.size(), higher.seeds.size()))};
}

std::string to_string(const std::optional<BesidePaper>& both) {
  if (!both) {
    return {};
  }
  return fmt::format(
      "the paper has {:.4g} against {:.4g} (ratio {:.3g}); ours are {:.3g} and {:.3g} times as large "
      "(ratio {:.3g})",
      both->paper_lower, both->paper_higher, both->paper_lower / both->paper_higher, both->lower / both->paper_lower,
      both->higher / both->paper_higher, both->lower / both->higher);
}

std::optional<std::string> too_few_seeds(const std::string& where, const std::vector<const Run*>& runs) {
  if (runs.size() >= kLeastSeeds) {
    return std::nullopt;
  }
  return fmt::format("{}: {} of at least {} seeds; {} more would do", where, runs.size(), kLeastSeeds,
                     kLeastSeeds - runs.size());
}

}  // namespace straightedge::certify
