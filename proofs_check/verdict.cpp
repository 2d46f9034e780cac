#include <verdict.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace straightedge::proofs {
namespace {

bool judges_the_statement(const ClaimInfo& info) {
  return info.when_cases_hold == Verdict::supported || info.when_cases_hold == Verdict::proved;
}

std::string place_of(Source source, std::int64_t index) {
  return fmt::format("{} {} {}", to_string(source), source == Source::search ? "start" : "case", index);
}

/// The first failing case, drawn ones before planted ones, which do not shrink.
std::string first_failure(const ClaimRecord& record) {
  return record.drawn.first_failing ? place_of(Source::drawn, record.drawn.first_failing->index)
                                    : place_of(Source::planted, record.planted.first_failing->index);
}

std::string first_undecided(const ClaimRecord& record) {
  const bool planted = record.planted.first_undecided.has_value();
  const LocatedOutcome& first = planted ? *record.planted.first_undecided : *record.drawn.first_undecided;
  const std::string place = place_of(planted ? Source::planted : Source::drawn, first.index);
  const std::string& detail = first.outcome.detail;
  return place + " is undecided at 100 digits" + (detail.empty() ? "" : ": " + detail);
}

/// Where the search's smallest margin neither holds nor refutes.
std::string unconfirmed(const SearchFinding& finding) {
  const std::string place = place_of(Source::search, finding.start);
  if (finding.outcome.decision == Decision::undecided) {
    return place + " is undecided at 100 digits";
  }
  return fmt::format("{} fails at 100 digits, which the enclosure [{:.6g}, {:.6g}] of its margin does not confirm",
                     place, finding.enclosure->lower, finding.enclosure->upper);
}

struct Found {
  Verdict verdict;
  std::string note;
  bool broken = false;  ///< the boundary or the evidence is false
};

/// Where no case fails.
Found with_proof(const ProofRecord& proof, const ClaimInfo& info) {
  if (proof.failing > 0) {
    return {Verdict::inconclusive, "the proof fails at " + proof.note, true};
  }
  if (proof.complete()) {
    return {judges_the_statement(info) ? Verdict::proved : info.when_cases_hold, {}};
  }
  if (proof.checked < proof.parts) {
    return {info.when_cases_hold,
            fmt::format("not proved: with so few cases a claim {} of the proof's {} parts are checked", proof.checked,
                        proof.parts)};
  }
  return {info.when_cases_hold,
          fmt::format("not proved: {:.3g} % of the set is open; {}", 100 * proof.open, proof.note)};
}

Found find_verdict(const ClaimRecord& record) {
  const ClaimInfo& info = record.claim->info();
  if (info.by == DecidedBy::certify) {
    return {Verdict::needs_runs, {}};
  }
  if (record.drawn.failing + record.planted.failing > 0) {
    const std::string place = first_failure(record);
    if (judges_the_statement(info)) {
      return {Verdict::refuted, place + " refutes it"};
    }
    return {Verdict::inconclusive, place + " refutes what the verdict rests on", true};
  }
  if (record.search.failing) {
    const std::string place = place_of(Source::search, record.search.failing->start);
    if (judges_the_statement(info)) {
      return {Verdict::refuted, place + " refutes it"};
    }
    return {Verdict::inconclusive, place + " refutes what the verdict rests on", true};
  }
  if (record.drawn.undecided + record.planted.undecided > 0) {
    return {Verdict::inconclusive, first_undecided(record)};
  }
  if (record.search.smallest && record.search.smallest->outcome.decision != Decision::holds) {
    return {Verdict::inconclusive, unconfirmed(*record.search.smallest)};
  }
  if (record.smallest && record.smallest->outcome.decision != Decision::holds) {
    return {Verdict::inconclusive, fmt::format("{} holds at fewer digits, but is {} at 100",
                                               place_of(record.smallest->source, record.smallest->index),
                                               to_string(record.smallest->outcome.decision))};
  }
  if (record.general && record.general->decision != Decision::fails) {
    return {Verdict::inconclusive,
            fmt::format("the counterexample to the general statement {}: {}",
                        record.general->decision == Decision::holds ? "satisfies it" : "is undecided",
                        record.general->detail)};
  }
  if (record.drawn.cases + record.planted.cases == 0) {
    return {Verdict::inconclusive, "no cases"};
  }
  if (record.proof) {
    return with_proof(*record.proof, info);
  }
  return {info.when_cases_hold, {}};
}

bool mutant_survives(const ClaimRecord& record) {
  return record.mutant && !record.mutant->refuted;
}

std::string survival_note(const ClaimRecord& record) {
  return fmt::format("the mutant ({}) is not refuted on any planted case", record.claim->info().mutant);
}

}  // namespace

bool meets(Verdict expected, Verdict found) {
  return expected == found || (expected == Verdict::supported && found == Verdict::proved);
}

Ruling rule(const ClaimRecord& record) {
  Found found = find_verdict(record);
  const bool as_expected = meets(record.claim->info().expected, found.verdict);
  Ruling ruling{.verdict = found.verdict, .note = std::move(found.note)};
  ruling.inconclusive = !as_expected && found.verdict == Verdict::inconclusive;
  ruling.departure = found.broken || (!as_expected && found.verdict != Verdict::inconclusive);
  if (mutant_survives(record)) {
    ruling.departure = true;
    ruling.note = survival_note(record) + (ruling.note.empty() ? "" : "; " + ruling.note);
  }
  return ruling;
}

Ruling rule_partially(const ClaimRecord& record) {
  if (mutant_survives(record)) {
    return {.verdict = std::nullopt, .departure = true, .note = survival_note(record)};
  }
  return {};
}

int exit_code_of(const std::vector<Ruling>& rulings) {
  if (std::any_of(rulings.begin(), rulings.end(), [](const Ruling& ruling) { return ruling.departure; })) {
    return 1;
  }
  const bool unsure =
      std::any_of(rulings.begin(), rulings.end(), [](const Ruling& ruling) { return ruling.inconclusive; });
  return unsure ? 3 : 0;
}

std::string verdict_name(const Ruling& ruling) {
  return ruling.verdict ? to_string(*ruling.verdict) : "partial";
}

}  // namespace straightedge::proofs
