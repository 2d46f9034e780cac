#include <straightedge/enclosure/variance_in_noise.hpp>

#include "adaptive.hpp"
#include "field_integrals.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

Bounds bounds_of(const Outcome& outcome) {
  return {outcome.entries.front().lower(), outcome.entries.front().upper()};
}

std::vector<Outcome> coefficients(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoModel));
  }
  const FieldIntegrals integrals = integrate_field(real_field_data(*model, structure), NoiseKind::constant);
  const InNoise& second = integrals.second_moment;
  const InNoise mean = integrals.mean_squared_norm();
  return {scalar_outcome(second.constant - mean.constant), scalar_outcome(second.linear - mean.linear),
          scalar_outcome(second.quadratic - mean.quadratic)};
}

}  // namespace

std::optional<VarianceInNoiseBounds> variance_in_constant_noise(const Problem& given, int goal) {
  clean_up_with_thread();
  Problem problem = completed(given);
  problem.noise = {NoiseKind::constant, Rational(1), RegressionTarget::displacement};  // any s > 0
  const Structure structure = structure_of(problem);
  if (!structure.has_field || structure.dimension > kLargestDimension) {
    return std::nullopt;
  }
  Quantities unused;
  if (!enclose_singular_times(problem, structure, goal, unused).none_shown()) {
    return std::nullopt;
  }
  const std::vector<Outcome> found = raise_precision(goal, [&] { return coefficients(problem, structure); });
  for (const Outcome& outcome : found) {
    if (!outcome.is_enclosed()) {
      return std::nullopt;
    }
  }
  return VarianceInNoiseBounds{bounds_of(found[0]), bounds_of(found[1]), bounds_of(found[2])};
}

}  // namespace straightedge::enclosure
