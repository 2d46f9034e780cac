// What no key of a recipe can say by itself: whether its values fit together.
#pragma once

#include <train/recipe.hpp>

#include <string>

namespace straightedge::train {

/// Fills in what was left out and follows from the rest. Throws InputError, which begins with `name`, where values do
/// not fit together.
void complete(Recipe& recipe, const std::string& name);

}  // namespace straightedge::train
