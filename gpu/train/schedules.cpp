#include <train/schedules.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace straightedge::train {

double learning_rate(const OptimiserRecipe& recipe, std::int64_t steps, std::int64_t step) {
  const auto k = static_cast<double>(step);
  const double rise = recipe.warmup == 0 ? 1.0 : std::min(1.0, k / static_cast<double>(recipe.warmup));
  const double fall = recipe.schedule == "constant"
                          ? 1.0
                          : 0.5 * (1.0 + std::cos(std::numbers::pi * (k - 1.0) / static_cast<double>(steps)));
  return recipe.rate * rise * fall;
}

double average_decay(const OptimiserRecipe& recipe, std::int64_t step) {
  const auto k = static_cast<double>(step);
  return std::min(recipe.ema, (1.0 + k) / (10.0 + k));
}

}  // namespace straightedge::train
