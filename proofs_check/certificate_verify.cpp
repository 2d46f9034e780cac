#include <certificate_verify.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <parallel.hpp>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

bool agree(const Outcome& stored, const Outcome& again) {
  if (stored.decision != again.decision) {
    return false;
  }
  if (stored.margin == again.margin || (std::isnan(stored.margin) && std::isnan(again.margin))) {
    return true;
  }
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(stored.margin);
  return std::abs(stored.margin - again.margin) <= stored.uncertainty + again.uncertainty + rounding;
}

void compare(const std::string& what, const Outcome& stored, const Outcome& again, Verification& verification) {
  const std::string line = fmt::format("{}: margin {:.6g}, {}", what, again.margin, to_string(again.decision));
  if (agree(stored, again)) {
    verification.agreements.push_back(line);
  } else {
    verification.departures.push_back(
        fmt::format("{}; the certificate has {:.6g}, {}", line, stored.margin, to_string(stored.decision)));
  }
}

/// The claim that a counterexample is one to, or its general statement.
const Claim& judged_claim(const Counterexample& counterexample) {
  const Claim* claim = find_claim(counterexample.claim);
  if (claim == nullptr) {
    throw InputError(
        fmt::format("claim '{}' is not one of this program's (see `straightedge claims`)", counterexample.claim));
  }
  if (is_general(counterexample.source)) {
    claim = claim->general();
    if (claim == nullptr) {
      throw InputError(fmt::format("claim '{}' has no general statement", counterexample.claim));
    }
  }
  return *claim;
}

/// That the margin is enclosed below zero again.
void verify_enclosure(const Counterexample& counterexample, Verification& verification) {
  if (!counterexample.enclosure) {
    return;
  }
  const auto again = enclose_again(counterexample);
  const std::string what = fmt::format("counterexample ({} case {}): margin at most", to_string(counterexample.source),
                                       counterexample.index);
  if (again && again->upper < 0 && again->lower <= counterexample.enclosure->upper &&
      counterexample.enclosure->lower <= again->upper) {
    verification.agreements.push_back(fmt::format("{} {:.6g} by enclosure", what, again->upper));
  } else {
    verification.departures.push_back(fmt::format("{} {} by enclosure; the certificate has {:.6g}", what,
                                                  again ? fmt::format("{:.6g}", again->upper) : "unknown",
                                                  counterexample.enclosure->upper));
  }
}

void verify_row(const ClaimRecord& record, Verification& verification) {
  const Claim& claim = *record.claim;
  if (record.smallest) {
    const SmallestMargin& smallest = *record.smallest;
    compare(fmt::format("smallest margin ({} case {})", to_string(smallest.source), smallest.index), smallest.outcome,
            judge_in_tier(claim, smallest.value, Tier::digits100, Variant::claim), verification);
  }
  if (record.search.smallest) {
    const SearchFinding& found = *record.search.smallest;
    compare(fmt::format("smallest margin of the search (start {})", found.start), found.outcome,
            judge_in_tier(claim, found.value, found.outcome.tier, Variant::claim), verification);
  }
  if (record.general_search.smallest && claim.general() != nullptr) {
    const SearchFinding& found = *record.general_search.smallest;
    compare(fmt::format("smallest margin of the search in general (start {})", found.start), found.outcome,
            judge_in_tier(*claim.general(), found.value, found.outcome.tier, Variant::claim), verification);
  }
  for (const Counterexample& counterexample : record.counterexamples) {
    compare(fmt::format("counterexample ({} case {})", to_string(counterexample.source), counterexample.index),
            counterexample.outcome, replay(counterexample), verification);
    verify_enclosure(counterexample, verification);
  }
  if (record.mutant && record.mutant->refuted) {
    const std::vector<Case> planted = claim.planted();
    const auto index = static_cast<std::size_t>(record.mutant->index);
    if (index >= planted.size()) {
      verification.departures.push_back(fmt::format("mutant: there is no planted case {}", index));
      return;
    }
    compare(fmt::format("mutant (planted case {})", index), record.mutant->outcome,
            judge_in_tier(claim, planted[index], record.mutant->outcome.tier, Variant::mutant), verification);
  }
}

/// Every part that the shard checked again, from its trace.
void verify_proof(const ClaimRecord& record, const Shard& shard, std::int64_t cases, int jobs,
                  Verification& verification) {
  const Proof* proof = record.claim->proof();
  if (!record.proof || proof == nullptr) {
    return;
  }
  std::map<std::int64_t, std::string> traces;
  for (const PartTrace& trace : record.proof->traces) {
    traces[trace.part] = trace.trace;
  }
  std::vector<std::int64_t> parts;
  for (std::int64_t part = shard.index - 1; part < proof->parts(); part += shard.count) {
    if (proof->is_checked(part, cases)) {
      parts.push_back(part);
    }
  }
  std::vector<PartOutcome> outcomes(parts.size());
  for_each_index(parts.size(), jobs, [&](std::size_t i) {
    const auto trace = traces.find(parts[i]);
    outcomes[i] = proof->recheck(parts[i], trace == traces.end() ? std::string() : trace->second);
    return true;
  });
  ProofRecord again{.parts = proof->parts()};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    again.add(parts[i], outcomes[i]);
  }
  const auto summary = [](const ProofRecord& proved) {
    return fmt::format("{} of {} parts, {} failing, {:.3g} % open", proved.checked, proved.parts, proved.failing,
                       100 * proved.open);
  };
  if (summary(again) == summary(*record.proof) && again.open == record.proof->open &&
      again.decided == record.proof->decided) {
    verification.agreements.push_back(fmt::format("proof: {}", summary(again)));
  } else {
    verification.departures.push_back(fmt::format("proof: {}; the certificate has {}{}", summary(again),
                                                  summary(*record.proof),
                                                  again.note.empty() ? "" : fmt::format(" ({})", again.note)));
  }
}

/// Measures some rows of the shard again: four, or as many as there are, spread over the cheaper half of them.
void verify_survey(const ClaimRecord& record, const Settings& settings, Verification& verification) {
  const Survey* survey = record.claim->survey();
  if (!record.survey || survey == nullptr) {
    return;
  }
  std::vector<std::int64_t> rows;
  for (const auto& [row, values] : record.survey->measured) {
    rows.push_back(row);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](std::int64_t a, std::int64_t b) {
    return survey->weight(a, settings.cases) < survey->weight(b, settings.cases);
  });
  rows.resize((rows.size() + 1) / 2);
  const std::size_t again = std::min<std::size_t>(rows.size(), 4);
  std::string names;
  for (std::size_t i = 0; i < again; ++i) {
    const std::int64_t row = rows[i * rows.size() / again];
    if (survey->measure(row, {settings.seed, settings.cases}) != record.survey->measured.at(row)) {
      verification.departures.push_back(fmt::format("survey: row {} is measured otherwise", row));
    } else {
      names += (names.empty() ? "" : ", ") + std::to_string(row);
    }
  }
  if (!names.empty()) {
    verification.agreements.push_back(
        fmt::format("survey: rows {} of {}, the others not measured again", names, record.survey->measured.size()));
  }
}

}  // namespace

Outcome replay(const Counterexample& counterexample) {
  return judge_in_tier(judged_claim(counterexample), counterexample.value, Tier::digits100, Variant::claim);
}

std::optional<MarginBounds> enclose_again(const Counterexample& counterexample) {
  return judged_claim(counterexample).enclose_margin(counterexample.value);
}

std::vector<Verification> verify(const nlohmann::json& certificate, int jobs) {
  const std::vector<ClaimRecord> records = records_of(certificate);
  const std::vector<Ruling> rulings = rule_all(records, shard_of(certificate));
  std::vector<Verification> all;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const nlohmann::json& row = certificate.at("rows").at(i);
    Verification verification{.claim = records[i].claim->info().id};
    const auto stated = row.at("verdict").get<std::string>();
    if (stated == verdict_name(rulings[i])) {
      verification.agreements.push_back(fmt::format("verdict: {}", stated));
    } else {
      verification.departures.push_back(
          fmt::format("verdict: {}; its records give {}", stated, verdict_name(rulings[i])));
    }
    verify_row(records[i], verification);
    verify_proof(records[i], shard_of(certificate), settings_of(certificate).cases, jobs, verification);
    verify_survey(records[i], settings_of(certificate), verification);
    all.push_back(std::move(verification));
  }
  return all;
}

}  // namespace straightedge::proofs
