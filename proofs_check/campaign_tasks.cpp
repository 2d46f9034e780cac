#include <campaign_tasks.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <shrink.hpp>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

// A case at 50 or 100 digits costs about this many in double; only the time left that a run displays depends on it.
constexpr double kPreciseWeight = 25;
constexpr double kPartWeight = 100;  // and a part of a proof

using Kind = Task::Kind;

Outcome unjudged(const std::exception& error) {
  return {.decision = Decision::undecided,
          .tier = Tier::digits100,
          .margin = std::nan(""),
          .uncertainty = 0,
          .detail = error.what()};
}

void screen(const Claim& claim, const rc::Gen<Case>& generator, const Settings& settings, std::int64_t index,
            Tally& tally) {
  try {
    const Draw draw = draw_case(claim, generator, settings.seed, index);
    tally.add(index, evaluate(claim, draw.value, settings.precise), draw.rejected, claim.classes(draw.value));
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const MachineError&) {
    throw;
  } catch (const std::exception& error) {
    tally.add(index, unjudged(error), 0, {});
  }
}

std::optional<nlohmann::json> screen_chunk(const Claim& claim, const Settings& settings, const Execution& execution,
                                           std::int64_t chunk) {
  const std::int64_t size = chunk_size(settings.cases);
  const std::int64_t end = std::min((chunk + 1) * size, execution.shard.cases_of(settings.cases));
  const rc::Gen<Case> generator = claim.generator();
  Tally tally;
  for (std::int64_t position = chunk * size; position < end; ++position) {
    if (execution.stop != nullptr && *execution.stop) {
      return std::nullopt;
    }
    screen(claim, generator, settings, execution.shard.case_at(position), tally);
  }
  return tally;
}

nlohmann::json judge_planted(const Claim& claim, Tier precise, std::int64_t index) {
  const std::vector<Case> planted = claim.planted();
  const Case& value = planted.at(static_cast<std::size_t>(index));
  Tally tally;
  tally.add(index, judge_precisely(claim, value, precise, Variant::claim), 0, {});
  return tally;
}

nlohmann::json judge_mutant(const Claim& claim, Tier precise) {
  MutantRecord record;
  const std::vector<Case> planted = claim.planted();
  for (std::size_t index = 0; index < planted.size() && !record.refuted; ++index) {
    record.index = static_cast<std::int64_t>(index);
    record.outcome = judge_precisely(claim, planted[index], precise, Variant::mutant);
    record.refuted = record.outcome.decision == Decision::fails;
  }
  return record;
}

// It must fail at 50 digits and at 100 to be one.
nlohmann::json judge_general_counterexample(const Claim& claim) {
  const Claim& general = *claim.general();
  const Case value = general.planted().front();
  Outcome outcome = judge_in_tier(general, value, Tier::digits50, Variant::claim);
  if (outcome.decision == Decision::fails) {
    outcome = judge_in_tier(general, value, Tier::digits100, Variant::claim);
  }
  return outcome;
}

Counterexample shrink_first_failure(const ClaimRecord& record, const Settings& settings) {
  const Claim& claim = *record.claim;
  if (!record.drawn.first_failing) {
    const std::int64_t index = record.planted.first_failing->index;
    Case value = claim.planted().at(static_cast<std::size_t>(index));
    Outcome outcome = judge_in_tier(claim, value, Tier::digits100, Variant::claim);
    return {.claim = claim.info().id,
            .source = Source::planted,
            .index = index,
            .value = std::move(value),
            .outcome = std::move(outcome),
            .original = std::nullopt};
  }
  const LocatedOutcome& first = *record.drawn.first_failing;
  const Draw draw = draw_case(claim, claim.generator(), settings.seed, first.index);
  Shrunk shrunk = shrink(claim, draw, first.outcome, settings.precise);
  return {.claim = claim.info().id,
          .source = Source::drawn,
          .index = first.index,
          .value = std::move(shrunk.value),
          .outcome = std::move(shrunk.outcome),
          .original = shrunk.steps > 0 ? std::optional(draw.value) : std::nullopt};
}

void enter_general(Outcome outcome, ClaimRecord& record) {
  if (outcome.decision == Decision::fails) {
    record.counterexamples.push_back({.claim = record.claim->info().id,
                                      .source = Source::general,
                                      .index = 0,
                                      .value = record.claim->general()->planted().front(),
                                      .outcome = outcome,
                                      .original = std::nullopt});
  }
  record.general = std::move(outcome);
}

}  // namespace

std::string name_of(const Task& task, const Settings& settings) {
  static constexpr const char* kNames[] = {"planted", "mutant", "general",  "proof",  "search", "general-search",
                                           "chunk",   "settle", "smallest", "shrink", "survey"};
  return fmt::format("{}/{}/{}", settings.claims[task.claim]->info().id, kNames[static_cast<int>(task.kind)],
                     task.first);
}

std::int64_t chunk_size(std::int64_t cases) {
  return std::clamp<std::int64_t>(cases / 128, 8, 256);
}

std::vector<Task> first_phase(const Settings& settings, const Shard& shard) {
  std::vector<Task> tasks;
  const auto decided_here = [&](std::size_t claim) { return settings.claims[claim]->info().by == DecidedBy::prove; };
  for (std::size_t claim = 0; claim < settings.claims.size(); ++claim) {
    if (!decided_here(claim)) {
      continue;
    }
    const auto planted = static_cast<std::int64_t>(settings.claims[claim]->planted().size());
    for (std::int64_t index = 0; index < planted; ++index) {
      tasks.push_back({.kind = Kind::planted, .claim = claim, .first = index, .weight = kPreciseWeight});
    }
    tasks.push_back({.kind = Kind::mutant, .claim = claim, .weight = kPreciseWeight});
    if (settings.claims[claim]->general() != nullptr) {
      tasks.push_back({.kind = Kind::general, .claim = claim, .weight = 2 * kPreciseWeight});
    }
  }
  for (std::size_t claim = 0; claim < settings.claims.size(); ++claim) {
    if (const Proof* proof = settings.claims[claim]->proof(); proof != nullptr && decided_here(claim)) {
      for (std::int64_t part = shard.index - 1; part < proof->parts(); part += shard.count) {
        if (proof->is_checked(part, settings.cases)) {
          tasks.push_back({.kind = Kind::proof, .claim = claim, .first = part, .weight = kPartWeight});
        }
      }
    }
  }
  for (std::size_t claim = 0; claim < settings.claims.size(); ++claim) {
    if (const Survey* survey = settings.claims[claim]->survey(); survey != nullptr && decided_here(claim)) {
      for (std::int64_t row = shard.index - 1; row < survey->rows(settings.cases); row += shard.count) {
        const double weight = survey->weight(row, settings.cases);
        tasks.push_back({.kind = Kind::survey, .claim = claim, .first = row, .weight = weight});
      }
    }
  }
  for (std::int64_t start = shard.index - 1; start < search_starts(settings.cases); start += shard.count) {
    for (std::size_t claim = 0; claim < settings.claims.size(); ++claim) {
      if (decided_here(claim)) {
        const auto weight = static_cast<double>(search_budget(settings.cases));
        tasks.push_back({.kind = Kind::search, .claim = claim, .first = start, .weight = weight});
        if (settings.claims[claim]->general() != nullptr) {
          tasks.push_back({.kind = Kind::general_search, .claim = claim, .first = start, .weight = weight});
        }
      }
    }
  }
  // Chunk by chunk over all claims, so that the share of tasks done tells the share of work done.
  const std::int64_t cases = shard.cases_of(settings.cases);
  const std::int64_t size = chunk_size(settings.cases);
  for (std::int64_t chunk = 0; chunk * size < cases; ++chunk) {
    const auto weight = static_cast<double>(std::min(size, cases - chunk * size));
    for (std::size_t claim = 0; claim < settings.claims.size(); ++claim) {
      if (decided_here(claim)) {
        tasks.push_back({.kind = Kind::chunk, .claim = claim, .first = chunk, .weight = weight});
      }
    }
  }
  return tasks;
}

std::vector<Task> second_phase(const std::vector<ClaimRecord>& records) {
  std::vector<Task> tasks;
  for (std::size_t claim = 0; claim < records.size(); ++claim) {
    for (const RankedMargin& ranked : records[claim].drawn.smallest) {
      if (ranked.tier == Tier::working) {
        tasks.push_back({.kind = Kind::settle, .claim = claim, .first = ranked.index, .weight = kPreciseWeight});
      }
    }
  }
  return tasks;
}

std::vector<Task> third_phase(const std::vector<ClaimRecord>& records, const Shard& shard) {
  std::vector<Task> tasks;
  for (std::size_t claim = 0; claim < records.size(); ++claim) {
    if (shard.whole() && place_of_smallest(records[claim])) {
      tasks.push_back({.kind = Kind::smallest, .claim = claim, .weight = 2 * kPreciseWeight});
    }
    if (records[claim].drawn.first_failing || records[claim].planted.first_failing) {
      tasks.push_back({.kind = Kind::shrink, .claim = claim, .weight = 100 * kPreciseWeight});
    }
  }
  return tasks;
}

std::optional<nlohmann::json> perform(const Task& task, const ClaimRecord& record, const Settings& settings,
                                      const Execution& execution) {
  const Claim& claim = *record.claim;
  switch (task.kind) {
    case Kind::planted:
      return judge_planted(claim, settings.precise, task.first);
    case Kind::mutant:
      return judge_mutant(claim, settings.precise);
    case Kind::general:
      return judge_general_counterexample(claim);
    case Kind::proof:
      return claim.proof()->check(task.first, Variant::claim);
    case Kind::search:
      return search_from(claim, settings.seed, task.first, search_starts(settings.cases), search_budget(settings.cases),
                         settings.precise);
    case Kind::general_search:
      return search_from(*claim.general(), settings.seed, task.first, search_starts(settings.cases),
                         search_budget(settings.cases), settings.precise);
    case Kind::chunk:
      return screen_chunk(claim, settings, execution, task.first);
    case Kind::settle: {
      const Draw draw = draw_case(claim, claim.generator(), settings.seed, task.first);
      return judge_precisely(claim, draw.value, settings.precise, Variant::claim);
    }
    case Kind::smallest:
      return judge_smallest(record, settings.seed).value();
    case Kind::shrink:
      return shrink_first_failure(record, settings);
    case Kind::survey:
      return row_to_json(claim.survey()->measure(task.first, {settings.seed, settings.cases}));
  }
  throw std::logic_error("no such task");
}

void enter(const Task& task, const nlohmann::json& result, ClaimRecord& record) {
  switch (task.kind) {
    case Kind::planted:
      record.planted.merge(result.get<Tally>());
      return;
    case Kind::mutant:
      record.mutant = result.get<MutantRecord>();
      return;
    case Kind::general:
      enter_general(result.get<Outcome>(), record);
      return;
    case Kind::proof:
      record.proof.value().add(task.first, result.get<PartOutcome>());
      return;
    case Kind::search:
      record.search.merge(result.get<SearchRecord>());
      return;
    case Kind::general_search:
      record.general_search.merge(result.get<SearchRecord>());
      return;
    case Kind::chunk:
      record.drawn.merge(result.get<Tally>());
      return;
    case Kind::settle:
      record.drawn.settle(task.first, result.get<Outcome>());
      return;
    case Kind::smallest:
      record.smallest = result.get<SmallestMargin>();
      return;
    case Kind::shrink:
      record.counterexamples.push_back(result.get<Counterexample>());
      return;
    case Kind::survey:
      record.survey.value().add(task.first, row_from_json(result));
      return;
  }
}

std::optional<SmallestMargin> judge_smallest(const ClaimRecord& record, std::uint64_t seed) {
  const std::optional<SmallestPlace> place = place_of_smallest(record);
  if (!place) {
    return std::nullopt;
  }
  const Claim& claim = *record.claim;
  Case value = place->source == Source::planted ? claim.planted().at(static_cast<std::size_t>(place->index))
                                                : draw_case(claim, claim.generator(), seed, place->index).value;
  Outcome outcome = judge_in_tier(claim, value, Tier::digits100, Variant::claim);
  return SmallestMargin{place->source, place->index, std::move(value), std::move(outcome)};
}

}  // namespace straightedge::proofs
