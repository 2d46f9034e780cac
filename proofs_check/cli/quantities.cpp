#include "quantities.hpp"

#include <type_traits>

#include "quantities_decimal.hpp"
#include "quantities_rational.hpp"
#include "quantities_tier.hpp"
#include "singular_decision.hpp"

namespace straightedge::cli {
namespace {

/// A value and the key of the inputs that it was computed from.
template <class Value>
class Remembered {
 public:
  template <class Compute>
  Value& get(const std::string& key, Compute compute) {
    if (key_ != key || !value_) {
      value_ = compute();
      key_ = key;
    }
    return *value_;
  }

 private:
  std::string key_;
  std::optional<Value> value_;
};

/// Which inputs decide which quantities.
struct Keys {
  std::string coupling;  ///< target and coupling
  std::string field;     ///< and field
  std::string flow;      ///< target, coupling, noise, and whether the field is the minimiser
  std::string moments;   ///< target, coupling, field and the kind of noise, with any sigma > 0
};

Keys keys_of(const Problem& problem) {
  const nlohmann::ordered_json json = to_json(problem);
  Keys keys;
  keys.coupling = json["target"].dump() + json["coupling"].dump();
  keys.field = keys.coupling + json["field"].dump();
  keys.flow = keys.coupling + json["noise"].dump() + (problem.field == FieldKind::minimiser ? "m" : "");
  keys.moments = keys.field + to_string(problem.noise.is_noisy() ? problem.noise.kind : NoiseKind::none);
  return keys;
}

/// One tier, with what it remembers.
template <RealScalar T>
class TierEvaluator {
 public:
  TierValues<T> evaluate(const Problem& problem, const RationalParts& parts, const Keys& keys,
                         const std::optional<Rational>& time) {
    TierProblem<T>& tier = problem_.get(keys.field, [&] { return in_tier<T>(problem, parts); });
    tier.noise = {problem.noise.kind, from_rational<T>(problem.noise.sigma), problem.noise.target};
    TierValues<T> values = coupling_.get(keys.coupling, [&] { return coupling_quantities<T>(tier); });
    values.merge(TierValues<T>(field_.get(keys.field, [&] { return field_quantities<T>(tier); })));
    values.merge(TierValues<T>(flow_.get(keys.flow, [&] { return flow_quantities<T>(tier); })));
    if (time) {
      values.merge(quantities_at<T>(tier, from_rational<T>(*time)));
    } else {
      MomentsMemory<T>& memory = moments_.get(keys.moments, [] { return MomentsMemory<T>(); });
      values.merge(integrated_quantities<T>(tier, memory));
    }
    return values;
  }

 private:
  Remembered<TierProblem<T>> problem_;
  Remembered<TierValues<T>> coupling_;
  Remembered<TierValues<T>> field_;
  Remembered<TierValues<T>> flow_;
  Remembered<MomentsMemory<T>> moments_;
};

template <RealScalar Low, RealScalar High>
Results combine(const TierValues<Low>& low, const TierValues<High>& high, const Results& exact, int digits) {
  Results results;
  for (const Quantity quantity : kQuantities) {
    Result result = estimated_result<Low, High>(low.at(quantity), high.at(quantity), digits);
    const auto known = exact.find(quantity);
    // Whether a quantity exists is for the tiers to say, but for the singular times, which are decided exactly.
    if (known != exact.end() && (result.exists() || quantity == Quantity::singular_times)) {
      result = known->second;
    }
    results.emplace(quantity, std::move(result));
  }
  return results;
}

}  // namespace

struct Evaluator::Memory {
  Remembered<RationalParts> parts;
  Remembered<std::optional<Result>> singular_times;
  TierEvaluator<Real50> tier50;
  TierEvaluator<Real100> tier100;
  TierEvaluator<Real150> tier150;
};

Evaluator::Evaluator(const Request& request) : request_(request), memory_(std::make_unique<Memory>()) {}
Evaluator::~Evaluator() = default;

Results Evaluator::evaluate(const Problem& problem) {
  const Keys keys = keys_of(problem);
  const RationalParts& parts = memory_->parts.get(keys.field, [&] { return rational_parts(problem); });
  Results exact = rational_results(problem, parts, request_);
  const auto& times =
      memory_->singular_times.get(keys.field, [&] { return decided_singular_times(problem, parts, request_.digits); });
  if (times) {
    exact[Quantity::singular_times] = *times;
  }
  const TierValues<Real100> middle = memory_->tier100.evaluate(problem, parts, keys, request_.time);
  if (request_.digits <= 50) {
    const TierValues<Real50> low = memory_->tier50.evaluate(problem, parts, keys, request_.time);
    return combine<Real50, Real100>(low, middle, exact, request_.digits);
  }
  const TierValues<Real150> high = memory_->tier150.evaluate(problem, parts, keys, request_.time);
  return combine<Real100, Real150>(middle, high, exact, request_.digits);
}

std::string_view name_of(Quantity quantity) {
  static constexpr std::array<std::string_view, kQuantities.size()> names{
      "wasserstein2_squared",
      "transport_map",
      "transport_cost",
      "loss",
      "minimum_loss",
      "gradient_second_moment",
      "gradient_mean_squared_norm",
      "gradient_variance",
      "gradient_variance_time_local",
      "gradient_variance_functional",
      "singular_times",
      "flow_map",
      "rectified_cost",
      "straightness",
      "angle",
  };
  return names[static_cast<std::size_t>(quantity)];
}

}  // namespace straightedge::cli
