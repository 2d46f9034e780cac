#include "witness.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "quantities_decimal.hpp"
#include "quantities_reasons.hpp"

namespace straightedge::cli {
namespace {

using enclosure::Outcome;
using enclosure::Status;

constexpr int kDigitsBelow = 5;  // the witness aims at 10^-45 beside results of 50 digits

const Outcome& outcome_for(Quantity quantity, const enclosure::Quantities& all) {
  switch (quantity) {
    case Quantity::wasserstein2_squared:
      return all.wasserstein2_squared;
    case Quantity::transport_map:
      return all.transport_map;
    case Quantity::transport_cost:
      return all.transport_cost;
    case Quantity::loss:
      return all.loss;
    case Quantity::minimum_loss:
      return all.minimum_loss;
    case Quantity::gradient_second_moment:
      return all.gradient_second_moment;
    case Quantity::gradient_mean_squared_norm:
      return all.gradient_mean_squared_norm;
    case Quantity::gradient_variance:
      return all.gradient_variance;
    case Quantity::gradient_variance_time_local:
      return all.gradient_variance_time_local;
    case Quantity::gradient_variance_functional:
      return all.gradient_variance_functional;
    case Quantity::singular_times:
      return all.singular_times;
    case Quantity::flow_map:
      return all.flow_map;
    case Quantity::rectified_cost:
      return all.rectified_cost;
    case Quantity::straightness:
      return all.straightness;
    default:
      return all.angle;
  }
}

enclosure::FieldKind field_kind(FieldKind kind) {
  switch (kind) {
    case FieldKind::pair:
      return enclosure::FieldKind::pair;
    case FieldKind::optimal_transport:
      return enclosure::FieldKind::optimal_transport;
    case FieldKind::affine:
      return enclosure::FieldKind::affine;
    default:
      return enclosure::FieldKind::minimiser;
  }
}

bool meet(const Result& result, const Outcome& outcome) {
  if (result.entries.size() != outcome.entries.size()) {
    return false;
  }
  const Rational radius = parse_rational(result.radius);
  for (std::size_t i = 0; i < outcome.entries.size(); ++i) {
    const Rational value = parse_rational(result.entries[i]);
    const enclosure::Ball& ball = outcome.entries[i];
    if (value + radius < ball.lower() || value - radius > ball.upper()) {
      return false;
    }
  }
  return true;
}

}  // namespace

enclosure::Problem witness_problem(const Problem& problem) {
  enclosure::Problem result;
  result.mean = problem.mean;
  result.covariance = problem.covariance;
  result.coupling = problem.coupling;
  for (const auto& [from, to] : problem.rotation.planes) {
    result.rotation.turns.push_back({from, to, problem.rotation.degrees});
  }
  result.rotation.matrix = problem.rotation.matrix;
  result.cross = problem.cross;
  result.noise = {problem.noise.kind, problem.noise.sigma, problem.noise.target};
  result.field = field_kind(problem.field);
  result.field_shift = problem.field_shift;
  result.field_matrix = problem.field_matrix;
  return result;
}

Agreement agreement_of(const Result& result, const Outcome& outcome) {
  if (outcome.status == Status::inconclusive || result.reason == kTiersDisagree) {
    return Agreement::undecided;
  }
  if (!result.exists() || !outcome.is_enclosed()) {
    return result.exists() == outcome.is_enclosed() ? Agreement::overlaps : Agreement::contradicts;
  }
  return meet(result, outcome) ? Agreement::overlaps : Agreement::contradicts;
}

Testimonies ask_witness(const Problem& problem, const Request& request, const Results& results) {
  const enclosure::Quantities all =
      enclosure::enclose(witness_problem(problem), {request.time, request.digits - kDigitsBelow});
  Testimonies testimonies;
  for (const Quantity quantity : kQuantities) {
    const Outcome& outcome = outcome_for(quantity, all);
    testimonies[quantity] = {outcome, agreement_of(results.at(quantity), outcome)};
  }
  return testimonies;
}

ExitCode verdict_of(const Testimonies& testimonies) {
  const auto any = [&](Agreement agreement) {
    return std::any_of(testimonies.begin(), testimonies.end(),
                       [&](const auto& item) { return item.second.agreement == agreement; });
  };
  if (any(Agreement::contradicts)) {
    return kDeparture;
  }
  return any(Agreement::undecided) ? kInconclusive : kAsExpected;
}

std::string summary_of(const Testimonies& testimonies) {
  int meeting = 0;
  int without_value = 0;
  int undecided = 0;
  int contradicted = 0;
  for (const auto& [quantity, testimony] : testimonies) {
    switch (testimony.agreement) {
      case Agreement::overlaps:
        ++(testimony.outcome.is_enclosed() ? meeting : without_value);
        break;
      case Agreement::undecided:
        ++undecided;
        break;
      default:
        ++contradicted;
    }
  }
  return fmt::format("witness: {} overlap, {} have no value in both, {} undecided, {} contradicted", meeting,
                     without_value, undecided, contradicted);
}

std::string agreement_name(Agreement agreement) {
  switch (agreement) {
    case Agreement::overlaps:
      return "overlaps";
    case Agreement::contradicts:
      return "contradicts";
    default:
      return "undecided";
  }
}

std::string status_name(Status status) {
  switch (status) {
    case Status::enclosed:
      return "enclosed";
    case Status::diverges:
      return "diverges";
    case Status::does_not_exist:
      return "does not exist";
    default:
      return "inconclusive";
  }
}

Result as_result(const Outcome& outcome, const Shape& shape, int digits) {
  std::vector<Rational> lower;
  std::vector<Rational> upper;
  for (const enclosure::Ball& ball : outcome.entries) {
    lower.push_back(ball.lower());
    upper.push_back(ball.upper());
  }
  Result result = enclosed_result(lower, upper, digits);
  result.shape = shape;
  return result;
}

}  // namespace straightedge::cli
