#include "adaptive.hpp"
#include "flow_enclosure.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kSingularCovariance = "the covariance of X_t is singular at a time in (0, 1)";

/// flow_map, rectified_cost = E|mu + (Phi - I) Z_0|^2, straightness.
std::vector<Outcome> outcomes_of(const RealMatrix& mean, const RealMatrix& map, const std::optional<RealBall>& bend) {
  const RealMatrix displacement = map - RealMatrix::identity(map.rows());
  return {matrix_outcome(map), scalar_outcome(square_sum(mean) + square_sum(displacement)),
          bend ? scalar_outcome(*bend) : zero_outcome()};
}

/// Without noise, X1 = mu + C X0 and (1-t) I + t C invertible: the flow moves each point straight to its partner.
std::vector<Outcome> flow_of_map(const Problem& problem, const Structure& structure) {
  const SingularTimes times = coupling_singular_times(problem, structure);
  if (times.some_shown()) {
    return std::vector<Outcome>(3, does_not_exist(kSingularCovariance));
  }
  const std::optional<Model> model = model_of(problem, structure);
  if (!times.none_shown() || !model) {
    return std::vector<Outcome>(3, inconclusive("whether the covariance of X_t is singular at a time was not shown"));
  }
  return outcomes_of(model->mean, model->cross, RealBall(0));
}

std::vector<Outcome> flow_by_series(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoModel));
  }
  const bool bends = problem.field == FieldKind::minimiser;
  const auto flow = enclose_minimiser_flow(*model, structure, problem.noise, bends);
  if (!flow) {
    return std::vector<Outcome>(3, inconclusive("the flow was not enclosed up to t = 1: too many steps"));
  }
  return outcomes_of(model->mean, flow->map, flow->straightness);
}

}  // namespace

void enclose_flow(const Problem& problem, const Structure& structure, int goal, Quantities& quantities) {
  std::vector<Outcome> found;
  if (structure.is_noiseless_map()) {
    found = raise_precision(goal, [&] { return flow_of_map(problem, structure); });
  } else if (!structure.is_noisy && covariance_is_singular(*structure.cross, *structure.spread)) {
    found.assign(3, does_not_exist(kSingularCovariance));
  } else if (structure.dimension > kLargestDimension) {
    found.assign(3, inconclusive(kTooLarge));
  } else {
    found = raise_precision(goal, [&] { return flow_by_series(problem, structure); });
  }
  quantities.flow_map = found[0];
  quantities.rectified_cost = found[1];
  if (problem.field == FieldKind::minimiser) {
    quantities.straightness = found[2];
  }
}

}  // namespace straightedge::enclosure
