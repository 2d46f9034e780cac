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
  const double rounding = 4 * std::numeric_limits<double>::epsilon() * std::abs(again.margin);
  return std::abs(stored.margin - again.margin) <= again.uncertainty + rounding;
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

/// That the enclosure of what the search found to fail, where its claim gives any, is the stored one and confirms it.
void verify_enclosure(const std::string& what, const std::optional<MarginBounds>& stored,
                      const std::optional<MarginBounds>& again, Verification& verification) {
  constexpr double kRounding = 1e-12;  // of margins within [-1, 1], by another version of the library
  const auto text = [](const std::optional<MarginBounds>& bounds) {
    return bounds ? fmt::format("[{:.6g}, {:.6g}]", bounds->lower, bounds->upper) : "none";
  };
  const auto near = [](double a, double b) { return std::abs(a - b) <= kRounding; };
  const bool same =
      stored && again ? near(stored->lower, again->lower) && near(stored->upper, again->upper) : !stored && !again;
  if (!same || (again && !(again->upper < 0))) {
    verification.departures.push_back(
        fmt::format("{}: enclosure {}; the certificate has {}", what, text(again), text(stored)));
  } else if (again) {
    verification.agreements.push_back(fmt::format("{}: enclosure {}", what, text(again)));
  }
}

/// The smallest margin and the failure of a search in a claim.
void verify_search(const std::string& what, const SearchRecord& search, const Claim& claim,
                   Verification& verification) {
  const auto judge_again = [&](const SearchFinding& found) {
    return judge_in_tier(claim, found.value, found.outcome.tier, Variant::claim);
  };
  if (search.smallest) {
    compare(fmt::format("smallest margin of the {} (start {})", what, search.smallest->start), search.smallest->outcome,
            judge_again(*search.smallest), verification);
  }
  if (search.failing) {
    const std::string place = fmt::format("failure of the {} (start {})", what, search.failing->start);
    compare(place, search.failing->outcome, judge_again(*search.failing), verification);
    verify_enclosure(place, search.failing->enclosure, claim.enclose_margin(search.failing->value), verification);
  }
}

/// The first failing and the first undecided case of a tally, from its index alone.
template <class CaseAt>
void verify_located(Source source, const Tally& tally, const Claim& claim, const CaseAt& case_at,
                    Verification& verification) {
  const auto judge_again = [&](const char* what, const std::optional<LocatedOutcome>& first, std::int64_t count) {
    const std::string place = fmt::format("first {} {} case", what, to_string(source));
    if (first.has_value() != (count > 0)) {
      verification.departures.push_back(
          fmt::format("{}: the certificate has {}, and {} such cases", place, first ? "one" : "none", count));
    } else if (first) {
      compare(fmt::format("{} ({})", place, first->index), first->outcome,
              judge_in_tier(claim, case_at(first->index), first->outcome.tier, Variant::claim), verification);
    }
  };
  judge_again("failing", tally.first_failing, tally.failing);
  judge_again("undecided", tally.first_undecided, tally.undecided);
}

void verify_tallies(const ClaimRecord& record, const Settings& settings, Verification& verification) {
  const Claim& claim = *record.claim;
  verify_located(
      Source::drawn, record.drawn, claim,
      [&](std::int64_t index) { return draw_case(claim, claim.generator(), settings.seed, index).value; },
      verification);
  const std::vector<Case> planted = claim.planted();
  verify_located(
      Source::planted, record.planted, claim,
      [&](std::int64_t index) -> const Case& {
        if (index < 0 || index >= static_cast<std::int64_t>(planted.size())) {
          throw InputError(fmt::format("certificate: claim '{}' has no planted case {}", claim.info().id, index));
        }
        return planted[static_cast<std::size_t>(index)];
      },
      verification);
  if (record.general) {
    if (claim.general() == nullptr) {
      verification.departures.emplace_back("general statement: the claim has none");
    } else {
      compare("general statement (planted case 0)", *record.general,
              judge_in_tier(*claim.general(), claim.general()->planted().front(), record.general->tier, Variant::claim),
              verification);
    }
  }
}

/// That a whole campaign's row lacks nothing that the program puts into one, and that each failure has its
/// counterexample.
void verify_completeness(const ClaimRecord& record, const Settings& settings, Verification& verification) {
  const Claim& claim = *record.claim;
  const auto require = [&](bool right, const std::string& what) {
    if (!right) {
      verification.departures.push_back("incomplete: " + what);
    }
  };
  if (claim.info().by != DecidedBy::prove) {
    require(record.drawn.cases + record.planted.cases == 0 && record.counterexamples.empty(),
            "a claim that needs runs has no cases");
    return;
  }
  const auto planted = static_cast<std::int64_t>(claim.planted().size());
  require(record.drawn.cases == settings.cases,
          fmt::format("{} drawn cases are wanted, there are {}", settings.cases, record.drawn.cases));
  require(record.planted.cases == planted,
          fmt::format("{} planted cases are wanted, there are {}", planted, record.planted.cases));
  require(record.mutant.has_value() || planted == 0, "the mutant is missing");
  require(record.general.has_value() == (claim.general() != nullptr), "the general statement's planted case");
  require(record.search.starts == search_starts(settings.cases), "starts of the search are missing");
  require(claim.general() == nullptr || record.general_search.starts == search_starts(settings.cases),
          "starts of the search in general are missing");
  const auto place = place_of_smallest(record);
  require(place.has_value() == record.smallest.has_value() &&
              (!place || (place->source == record.smallest->source && place->index == record.smallest->index)),
          "the smallest margin is not that of the ranked cases");

  std::vector<std::string> wanted;
  if (record.drawn.failing + record.planted.failing > 0) {
    wanted.push_back(to_string(record.drawn.failing > 0 ? Source::drawn : Source::planted));
  }
  if (record.general && record.general->decision == Decision::fails) {
    wanted.push_back(to_string(Source::general));
  }
  for (const Counterexample& counterexample : counterexamples_of_searches(record)) {
    wanted.push_back(to_string(counterexample.source));
  }
  std::vector<std::string> found;
  for (const Counterexample& counterexample : record.counterexamples) {
    found.push_back(to_string(counterexample.source));
  }
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  require(wanted == found, fmt::format("its failures have counterexamples from [{}]; there are those from [{}]",
                                       fmt::join(wanted, ", "), fmt::join(found, ", ")));
}

void verify_row(const ClaimRecord& record, Verification& verification) {
  const Claim& claim = *record.claim;
  if (record.smallest) {
    const SmallestMargin& smallest = *record.smallest;
    compare(fmt::format("smallest margin ({} case {})", to_string(smallest.source), smallest.index), smallest.outcome,
            judge_in_tier(claim, smallest.value, Tier::digits100, Variant::claim), verification);
  }
  verify_search("search", record.search, claim, verification);
  if (claim.general() != nullptr) {
    verify_search("search in general", record.general_search, *claim.general(), verification);
  }
  for (const Counterexample& counterexample : record.counterexamples) {
    const std::string place =
        fmt::format("counterexample ({} case {})", to_string(counterexample.source), counterexample.index);
    compare(place, counterexample.outcome, replay(counterexample), verification);
    if (counterexample.source == Source::search || counterexample.source == Source::general_search) {
      verify_enclosure(place, counterexample.enclosure, enclose_again(counterexample), verification);
    }
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

/// Every part that the shard checked again, from its trace; `row` states the set and the method.
void verify_proof(const ClaimRecord& record, const nlohmann::json& row, const Shard& shard, std::int64_t cases,
                  int jobs, Verification& verification) {
  const Proof* proof = record.claim->proof();
  if (!record.proof || proof == nullptr) {
    if (record.proof.has_value() != (proof != nullptr)) {
      verification.departures.push_back(fmt::format("proof: the certificate has {}, the claim {}",
                                                    record.proof ? "one" : "none", proof ? "one" : "none"));
    }
    return;
  }
  if (row.at("proof").at("set") != proof->set() || row.at("proof").at("method") != proof->method()) {
    verification.departures.push_back(
        fmt::format("proof: for {}, by {}; the certificate has another set or method", proof->set(), proof->method()));
  }
  std::map<std::int64_t, std::string> traces;
  for (const PartTrace& trace : record.proof->traces) {
    if (trace.part < 0 || trace.part >= proof->parts() || !traces.emplace(trace.part, trace.trace).second) {
      verification.departures.push_back(
          fmt::format("proof: part {} does not exist, or has more than one trace", trace.part));
    }
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
  const Settings settings = settings_of(certificate);
  const Shard shard = shard_of(certificate);
  if (!std::equal(records.begin(), records.end(), settings.claims.begin(), settings.claims.end(),
                  [](const ClaimRecord& record, const Claim* claim) { return record.claim == claim; })) {
    throw InputError("certificate: its rows are not those of settings.claims, one each in their order");
  }
  const std::vector<Ruling> rulings = rule_all(records, shard);
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
    if (shard.whole()) {
      verify_completeness(records[i], settings, verification);
    }
    verify_tallies(records[i], settings, verification);
    verify_row(records[i], verification);
    verify_proof(records[i], row, shard, settings.cases, jobs, verification);
    verify_survey(records[i], settings, verification);
    all.push_back(std::move(verification));
  }
  return all;
}

}  // namespace straightedge::proofs
