#include <certify/certification.hpp>

#include <certify/holm.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace straightedge::certify {
namespace {

using proofs::Variant;
using proofs::Verdict;

// What would have to change, for the parts that are undecided.
std::string reason_of(const Finding& finding) {
  const Evidence& evidence = finding.evidence;
  if (!evidence.lacking.empty()) {
    return fmt::format("{}", fmt::join(evidence.lacking, "; "));
  }
  if (evidence.bound) {
    const auto least = std::min_element(evidence.parts.begin(), evidence.parts.end(), [](const Part& a, const Part& b) {
      return a.interval.lower < b.interval.lower;
    });
    return fmt::format("{}: the interval [{:.4g}, {:.4g}] holds the bound; {}", least->name, least->interval.lower,
                       least->interval.upper, least->would_suffice);
  }
  const auto weakest = std::max_element(evidence.parts.begin(), evidence.parts.end(),
                                        [](const Part& a, const Part& b) { return a.p_for < b.p_for; });
  if (finding.holm_for < kLevel) {
    return fmt::format(
        "outside of the interval with p {:.2g}, Holm-adjusted {:.2g}: neither shown nor refuted; more of "
        "the same would tell",
        evidence.p_against(), finding.holm_against);
  }
  return fmt::format("{}: p {:.2g}, Holm-adjusted {:.2g}, and below {} is needed; {}", weakest->name, weakest->p_for,
                     finding.holm_for, kLevel, weakest->would_suffice);
}

std::vector<Evidence> judge_all(const Groups& groups, Variant variant) {
  std::vector<Evidence> all;
  for (const proofs::Claim* claim : certified_claims()) {
    all.push_back(judge_of(claim->info().id)(groups, variant));
  }
  return all;
}

std::vector<double> adjusted(const std::vector<Evidence>& all, double (Evidence::*p)() const) {
  std::vector<double> values;
  for (const Evidence& evidence : all) {
    values.push_back((evidence.*p)());
  }
  return holm_adjusted(values);
}

Finding finding_at(const std::vector<Evidence>& all, std::size_t index) {
  return decide(all[index], adjusted(all, &Evidence::p_for)[index], adjusted(all, &Evidence::p_against)[index]);
}

bool was_made_for(const std::vector<Run>& runs, const std::string& claim) {
  return std::any_of(runs.begin(), runs.end(), [&claim](const Run& run) { return run.claim == claim; });
}

}  // namespace

bool Row::mutant_survives() const {
  return mutant.verdict == Verdict::supported && found.verdict != Verdict::refuted &&
         found.evidence.p_against() >= kLevel;
}

int Certification::exit_code() const {
  const auto any = [this](const auto& test) { return std::any_of(rows.begin(), rows.end(), test); };
  if (any([](const Row& row) { return row.found.verdict == Verdict::refuted || row.mutant_survives(); })) {
    return 1;
  }
  const bool undecided = any([](const Row& row) { return row.counts && row.found.verdict == Verdict::inconclusive; }) ||
                         !any([](const Row& row) { return row.counts; });
  return undecided ? 3 : 0;
}

Finding decide(Evidence evidence, double holm_for, double holm_against) {
  Finding finding{.evidence = std::move(evidence), .holm_for = holm_for, .holm_against = holm_against};
  const Evidence& found = finding.evidence;
  const bool complete = found.lacking.empty() && !found.parts.empty();
  const bool holds = found.bound ? found.bound->holds : holm_for < kLevel && found.p_against() >= kLevel;
  const bool fails = found.bound ? found.bound->fails : holm_against < kLevel;
  if (complete && fails) {
    finding.verdict = Verdict::refuted;
  } else if (complete && holds) {
    finding.verdict = Verdict::supported;
  } else {
    finding.reason = reason_of(finding);
  }
  return finding;
}

Certification certify(std::vector<Run> runs, const std::vector<std::string>& asked) {
  Certification result{.rows = {}, .differences = {}, .runs = std::move(runs)};
  const Groups groups = groups_of(result.runs);
  result.differences = differences_in(groups);
  const std::vector<Evidence> claims = judge_all(groups, Variant::claim);
  const std::vector<Evidence> mutants = judge_all(groups, Variant::mutant);
  const std::vector<const proofs::Claim*> registered = certified_claims();
  for (std::size_t i = 0; i < registered.size(); ++i) {
    const std::string& id = registered[i]->info().id;
    const bool is_asked = std::find(asked.begin(), asked.end(), id) != asked.end();
    if (!asked.empty() && !is_asked) {
      continue;
    }
    std::vector<Evidence> with_mutant = claims;
    with_mutant[i] = mutants[i];
    Row row{
        .claim = registered[i], .found = finding_at(claims, i), .mutant = finding_at(with_mutant, i), .counts = false};
    row.counts = is_asked || was_made_for(result.runs, id) || row.found.evidence.lacking.empty();
    result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace straightedge::certify
