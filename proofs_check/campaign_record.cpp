#include <campaign_record.hpp>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <straightedge/error.hpp>

namespace straightedge::proofs {

std::string to_string(Source source) {
  switch (source) {
    case Source::drawn:
      return "drawn";
    case Source::planted:
      return "planted";
    case Source::search:
      return "search";
    case Source::general:
      return "general";
    case Source::general_search:
      return "general-search";
  }
  throw std::logic_error("no such source");
}

Source source_from(const std::string& name) {
  for (const Source source :
       {Source::drawn, Source::planted, Source::general, Source::search, Source::general_search}) {
    if (to_string(source) == name) {
      return source;
    }
  }
  throw InputError("no cases are called '" + name +
                   "'; there are 'drawn', 'planted', 'general', 'search' and 'general-search'");
}

void to_json(nlohmann::json& json, const Counterexample& counterexample) {
  json = {{"schema", "straightedge/counterexample/1"},
          {"claim", counterexample.claim},
          {"source", to_string(counterexample.source)},
          {"index", counterexample.index},
          {"case", counterexample.value},
          {"outcome", counterexample.outcome}};
  if (counterexample.original) {
    json["drawn_case"] = *counterexample.original;
  }
  if (counterexample.enclosure) {
    json["enclosure"] = *counterexample.enclosure;
  }
}

void from_json(const nlohmann::json& json, Counterexample& counterexample) {
  json.at("claim").get_to(counterexample.claim);
  counterexample.source = source_from(json.at("source").get<std::string>());
  json.at("index").get_to(counterexample.index);
  json.at("case").get_to(counterexample.value);
  json.at("outcome").get_to(counterexample.outcome);
  if (json.contains("drawn_case")) {
    counterexample.original = json.at("drawn_case").get<Case>();
  }
  if (json.contains("enclosure")) {
    counterexample.enclosure = json.at("enclosure").get<MarginBounds>();
  }
}

void to_json(nlohmann::json& json, const MutantRecord& mutant) {
  json = {{"refuted", mutant.refuted}, {"planted", mutant.index}, {"outcome", mutant.outcome}};
}

void from_json(const nlohmann::json& json, MutantRecord& mutant) {
  json.at("refuted").get_to(mutant.refuted);
  json.at("planted").get_to(mutant.index);
  json.at("outcome").get_to(mutant.outcome);
}

void to_json(nlohmann::json& json, const SmallestMargin& smallest) {
  json = {{"source", to_string(smallest.source)},
          {"index", smallest.index},
          {"case", smallest.value},
          {"outcome", smallest.outcome}};
}

void from_json(const nlohmann::json& json, SmallestMargin& smallest) {
  smallest.source = source_from(json.at("source").get<std::string>());
  json.at("index").get_to(smallest.index);
  json.at("case").get_to(smallest.value);
  json.at("outcome").get_to(smallest.outcome);
}

std::optional<SmallestPlace> place_of_smallest(const ClaimRecord& record) {
  const RankedMargin* drawn = record.drawn.smallest_margin();
  const RankedMargin* planted = record.planted.smallest_margin();
  if (planted != nullptr && (drawn == nullptr || planted->margin < drawn->margin)) {
    return SmallestPlace{Source::planted, planted->index};
  }
  if (drawn != nullptr) {
    return SmallestPlace{Source::drawn, drawn->index};
  }
  return std::nullopt;
}

std::string file_name(const Counterexample& counterexample) {
  return file_stem(counterexample.claim) + "-" + to_string(counterexample.source) + ".json";
}

bool is_general(Source source) {
  return source == Source::general || source == Source::general_search;
}

std::vector<Counterexample> counterexamples_of_searches(const ClaimRecord& record) {
  std::vector<Counterexample> found;
  const auto take = [&](const SearchRecord& search, Source source) {
    if (search.failing) {
      found.push_back({.claim = record.claim->info().id,
                       .source = source,
                       .index = search.failing->start,
                       .value = search.failing->value,
                       .outcome = search.failing->outcome,
                       .original = std::nullopt,
                       .enclosure = search.failing->enclosure});
    }
  };
  if (record.drawn.failing + record.planted.failing == 0) {
    take(record.search, Source::search);
  }
  take(record.general_search, Source::general_search);
  return found;
}

}  // namespace straightedge::proofs
