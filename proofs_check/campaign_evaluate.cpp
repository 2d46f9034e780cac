#include <campaign_evaluate.hpp>
#include <generators.hpp>

#include <fmt/format.h>

#include <rapidcheck/Random.h>
#include <cmath>
#include <digest.hpp>
#include <new>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <string_view>

namespace straightedge::proofs {
namespace {

template <class Judge>
Outcome judged(Tier tier, const Judge& judge) {
  try {
    Judgement judgement = judge();
    return {.decision = decide(judgement.margin, judgement.uncertainty),
            .tier = tier,
            .margin = judgement.margin,
            .uncertainty = judgement.uncertainty,
            .detail = std::move(judgement.detail)};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const MachineError&) {
    throw;
  } catch (const std::exception& error) {
    return {.decision = Decision::undecided,
            .tier = tier,
            .margin = std::nan(""),
            .uncertainty = 0,
            .detail = error.what()};
  }
}

// A claim that cannot even tell gets the precision; its judge then says what is wrong with the case.
bool wants_precision(const Claim& claim, const Case& value) {
  try {
    return claim.needs_precision(value);
  } catch (const Error&) {
    return true;
  }
}

rc::Random random_of(std::uint64_t seed, const std::string& id, std::int64_t index, std::int64_t attempt) {
  const std::string hex =
      fixtures::sha256_hex(fmt::format("straightedge/case/1\n{}\n{}\n{}\n{}", seed, id, index, attempt));
  rc::Random::Key key;
  for (std::size_t word = 0; word < key.size(); ++word) {
    key[word] = std::stoull(hex.substr(16 * word, 16), nullptr, 16);
  }
  return rc::Random(key);
}

}  // namespace

std::string to_string(Tier tier) {
  return tier == Tier::working ? "double" : tier == Tier::digits50 ? "50" : "100";
}

std::string to_string(Decision decision) {
  return decision == Decision::holds ? "holds" : decision == Decision::fails ? "fails" : "undecided";
}

Tier tier_from(const std::string& name) {
  for (const Tier tier : {Tier::working, Tier::digits50, Tier::digits100}) {
    if (to_string(tier) == name) {
      return tier;
    }
  }
  throw InputError("no arithmetic is called '" + name + "'; there are 'double', '50' and '100'");
}

nlohmann::json number_to_json(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
}

double number_from_json(const nlohmann::json& json) {
  if (json.is_number()) {
    return json.get<double>();
  }
  for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    if (json == number_to_json(value)) {
      return value;
    }
  }
  throw InputError("a number is wanted, not " + json.dump());
}

void to_json(nlohmann::json& json, const MarginBounds& bounds) {
  json = {number_to_json(bounds.lower), number_to_json(bounds.upper)};
}

void from_json(const nlohmann::json& json, MarginBounds& bounds) {
  bounds = {number_from_json(json.at(0)), number_from_json(json.at(1))};
}

void to_json(nlohmann::json& json, const Outcome& outcome) {
  json = {{"decision", to_string(outcome.decision)},
          {"digits", to_string(outcome.tier)},
          {"margin", number_to_json(outcome.margin)},
          {"uncertainty", number_to_json(outcome.uncertainty)},
          {"detail", outcome.detail}};
  if (outcome.overturned) {
    json["overturned"] = true;
  }
}

void from_json(const nlohmann::json& json, Outcome& outcome) {
  outcome.tier = tier_from(json.at("digits").get<std::string>());
  outcome.margin = number_from_json(json.at("margin"));
  outcome.uncertainty = number_from_json(json.at("uncertainty"));
  outcome.decision = decide(outcome.margin, outcome.uncertainty);
  outcome.detail = json.at("detail").get<std::string>();
  outcome.overturned = json.value("overturned", false);
}

Decision decide(double margin, double uncertainty) {
  // Written so that a NaN in either falls through both.
  if (margin > uncertainty) {
    return Decision::holds;
  }
  return margin < -uncertainty ? Decision::fails : Decision::undecided;
}

Outcome judge_in_tier(const Claim& claim, const Case& value, Tier tier, Variant variant) {
  return judged(tier, [&] { return claim.judge(value, tier, variant); });
}

Outcome judge_precisely(const Claim& claim, const Case& value, Tier precise, Variant variant) {
  Outcome outcome = judge_in_tier(claim, value, precise, variant);
  if (outcome.decision == Decision::undecided && precise != Tier::digits100) {
    outcome = judge_in_tier(claim, value, Tier::digits100, variant);
  }
  return outcome;
}

Outcome evaluate(const Claim& claim, const Case& value, Tier precise) {
  if (wants_precision(claim, value)) {
    return judge_precisely(claim, value, precise, Variant::claim);
  }
  Outcome screened = judge_in_tier(claim, value, Tier::working, Variant::claim);
  if (screened.decision == Decision::holds) {
    return screened;
  }
  Outcome outcome = judge_precisely(claim, value, precise, Variant::claim);
  outcome.overturned = screened.decision == Decision::fails && outcome.decision == Decision::holds;
  return outcome;
}

int size_of(std::int64_t index) {
  constexpr std::int64_t kFirstLarge = 2000;
  constexpr std::int64_t kEvery = 47;  // a prime: shards of another number have equal shares of the slow cases
  return index >= kFirstLarge && index % kEvery == 0 ? kLargeSize : rc::kNominalSize;
}

Draw draw_case(const Claim& claim, const rc::Gen<Case>& generator, std::uint64_t seed, std::int64_t index) {
  for (std::int64_t attempt = 0; attempt < kMostDraws; ++attempt) {
    rc::Shrinkable<Case> tree = generator(random_of(seed, claim.info().id, index, attempt), size_of(index));
    Case value = tree.value();
    if (claim.admits(value)) {
      return {.tree = std::move(tree), .value = std::move(value), .rejected = attempt};
    }
  }
  throw DoesNotExist(fmt::format("claim {}: {} draws for case {} gave none that satisfies the hypotheses",
                                 claim.info().id, kMostDraws, index));
}

}  // namespace straightedge::proofs
