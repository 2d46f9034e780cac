// What changes from step to step of a training by its recipe alone, k = 1, ..., steps:
//
//   rate(k) = rate min(1, k / warmup) g(k),   g = 1 or (1 + cos(pi (k - 1) / steps)) / 2
//   average decay(k) = min(ema, (1 + k) / (10 + k))
#pragma once

#include <train/recipe.hpp>

#include <cstdint>

namespace straightedge::train {

[[nodiscard]] double learning_rate(const OptimiserRecipe& recipe, std::int64_t steps, std::int64_t step);
[[nodiscard]] double average_decay(const OptimiserRecipe& recipe, std::int64_t step);

}  // namespace straightedge::train
