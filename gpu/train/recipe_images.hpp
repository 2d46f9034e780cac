// Recipes of images.
#pragma once

#include <train/recipe.hpp>

#include <string>

namespace straightedge::train {

/// Sets data.dimension of images, and looks whether data, pairs and model fit together. Throws InputError, which begins
/// with `name`, where they do not.
void complete_images(Recipe& recipe, const std::string& name);

}  // namespace straightedge::train
