#include <campaign_tally.hpp>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tuple>

namespace straightedge::proofs {
namespace {

void keep_first(std::optional<LocatedOutcome>& first, std::int64_t index, const Outcome& outcome) {
  if (!first || index < first->index) {
    first = LocatedOutcome{index, outcome};
  }
}

nlohmann::json located_to_json(const std::optional<LocatedOutcome>& located) {
  if (!located) {
    return nullptr;
  }
  return {{"index", located->index}, {"outcome", located->outcome}};
}

std::optional<LocatedOutcome> located_from_json(const nlohmann::json& json) {
  if (json.is_null()) {
    return std::nullopt;
  }
  return LocatedOutcome{json.at("index").get<std::int64_t>(), json.at("outcome").get<Outcome>()};
}

}  // namespace

void Tally::add(std::int64_t index, const Outcome& outcome, std::int64_t rejected_draws,
                const std::vector<std::string>& labels) {
  ++cases;
  rejected += rejected_draws;
  redone += outcome.tier == Tier::working ? 0 : 1;
  overturned += outcome.overturned ? 1 : 0;
  for (const std::string& label : labels) {
    ++classes[label];
  }
  note(index, outcome);
  if (outcome.decision != Decision::undecided) {
    rank({.screened = outcome.margin,
          .index = index,
          .tier = outcome.tier,
          .margin = outcome.margin,
          .uncertainty = outcome.uncertainty});
  }
}

void Tally::merge(const Tally& other) {
  cases += other.cases;
  rejected += other.rejected;
  redone += other.redone;
  overturned += other.overturned;
  failing += other.failing;
  undecided += other.undecided;
  for (const auto& [label, count] : other.classes) {
    classes[label] += count;
  }
  for (const RankedMargin& margin : other.smallest) {
    rank(margin);
  }
  if (other.first_failing) {
    keep_first(first_failing, other.first_failing->index, other.first_failing->outcome);
  }
  if (other.first_undecided) {
    keep_first(first_undecided, other.first_undecided->index, other.first_undecided->outcome);
  }
}

void Tally::settle(std::int64_t index, const Outcome& outcome) {
  const auto ranked =
      std::find_if(smallest.begin(), smallest.end(), [&](const RankedMargin& margin) { return margin.index == index; });
  if (ranked == smallest.end() || ranked->tier != Tier::working) {
    return;
  }
  ranked->tier = outcome.tier;
  ranked->margin = outcome.margin;
  ranked->uncertainty = outcome.uncertainty;
  if (outcome.decision != Decision::holds) {
    ++overturned;  // only a case that held in double is still ranked with its margin in double
    note(index, outcome);
  }
}

const RankedMargin* Tally::smallest_margin() const {
  const RankedMargin* least = nullptr;
  for (const RankedMargin& ranked : smallest) {
    if (std::isnan(ranked.margin)) {
      continue;
    }
    if (least == nullptr || std::tie(ranked.margin, ranked.index) < std::tie(least->margin, least->index)) {
      least = &ranked;
    }
  }
  return least;
}

void Tally::rank(const RankedMargin& margin) {
  const auto before = [](const RankedMargin& a, const RankedMargin& b) {
    return std::tie(a.screened, a.index) < std::tie(b.screened, b.index);
  };
  if (smallest.size() == kSmallest && !before(margin, smallest.back())) {
    return;
  }
  smallest.insert(std::upper_bound(smallest.begin(), smallest.end(), margin, before), margin);
  if (smallest.size() > kSmallest) {
    smallest.pop_back();
  }
}

void Tally::note(std::int64_t index, const Outcome& outcome) {
  if (outcome.decision == Decision::fails) {
    ++failing;
    keep_first(first_failing, index, outcome);
  } else if (outcome.decision == Decision::undecided) {
    ++undecided;
    keep_first(first_undecided, index, outcome);
  }
}

void to_json(nlohmann::json& json, const Tally& tally) {
  nlohmann::json smallest = nlohmann::json::array();
  for (const RankedMargin& ranked : tally.smallest) {
    smallest.push_back({{"index", ranked.index},
                        {"screened", number_to_json(ranked.screened)},
                        {"digits", to_string(ranked.tier)},
                        {"margin", number_to_json(ranked.margin)},
                        {"uncertainty", number_to_json(ranked.uncertainty)}});
  }
  json = {{"cases", tally.cases},
          {"rejected_draws", tally.rejected},
          {"redone", tally.redone},
          {"overturned", tally.overturned},
          {"failing", tally.failing},
          {"undecided", tally.undecided},
          {"classes", tally.classes},
          {"smallest_margins", std::move(smallest)},
          {"first_failing", located_to_json(tally.first_failing)},
          {"first_undecided", located_to_json(tally.first_undecided)}};
}

void from_json(const nlohmann::json& json, Tally& tally) {
  tally = {};
  json.at("cases").get_to(tally.cases);
  json.at("rejected_draws").get_to(tally.rejected);
  json.at("redone").get_to(tally.redone);
  json.at("overturned").get_to(tally.overturned);
  json.at("failing").get_to(tally.failing);
  json.at("undecided").get_to(tally.undecided);
  json.at("classes").get_to(tally.classes);
  for (const nlohmann::json& ranked : json.at("smallest_margins")) {
    tally.smallest.push_back({.screened = number_from_json(ranked.at("screened")),
                              .index = ranked.at("index").get<std::int64_t>(),
                              .tier = tier_from(ranked.at("digits").get<std::string>()),
                              .margin = number_from_json(ranked.at("margin")),
                              .uncertainty = number_from_json(ranked.at("uncertainty"))});
  }
  tally.first_failing = located_from_json(json.at("first_failing"));
  tally.first_undecided = located_from_json(json.at("first_undecided"));
}

double excluded_failure_rate(std::int64_t cases) {
  return -std::expm1(std::log(0.01) / static_cast<double>(cases));
}

}  // namespace straightedge::proofs
