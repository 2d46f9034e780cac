// What a recipe needs of the machine's memory.
#pragma once

#include <train/recipe.hpp>

namespace straightedge::train {

/// Bytes that the recipe's pairs, its training and the flow of its measurements hold at the least, on the host.
[[nodiscard]] double bytes_needed(const Recipe& recipe);

}  // namespace straightedge::train
