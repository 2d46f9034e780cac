#include <train/recipe_images.hpp>

#include <algorithm>
#include <straightedge/error.hpp>

namespace straightedge::train {
namespace {

constexpr std::int64_t largest_dimension = 65536;

/// What is wrong with a recipe, or "".
std::string data_problem(const Recipe& recipe) {
  const DataRecipe& data = recipe.data;
  const std::int64_t d = data.height * data.width * data.colours;
  if (d > largest_dimension) {
    return "data.height, width and colours make images of " + std::to_string(d) + " numbers; at most " +
           std::to_string(largest_dimension) + " are possible";
  }
  if (data.dimension != d && data.dimension != DataRecipe().dimension) {
    return "data.dimension is " + std::to_string(data.dimension) + "; of images it follows: leave it out";
  }
  if (recipe.pairs.kind != "file" && recipe.pairs.kind != "1-reflow") {
    return R"(data.kind "images" needs pairs.kind "file" or "1-reflow")";
  }
  return "";
}

std::string unet_problem(const Recipe& recipe) {
  const ModelRecipe& model = recipe.model;
  const DataRecipe& data = recipe.data;
  if (data.kind != "images") {
    return R"(model.kind "unet" needs data.kind "images")";
  }
  if (model.multipliers.empty() || model.multipliers.size() > 16) {
    return "model.multipliers needs one number for each level, of at most 16";
  }
  const std::int64_t halving = std::int64_t{1} << (model.multipliers.size() - 1);
  if (data.height % halving != 0 || data.width % halving != 0) {
    return "data.height and width must be multiples of " + std::to_string(halving) +
           ": each of model.multipliers but the first halves them";
  }
  if (model.channels % 2 != 0 || model.channels % model.groups != 0) {
    return "model.channels must be even, and a multiple of model.groups";
  }
  bool attends = model.attention == 0;
  for (std::size_t level = 0; level < model.multipliers.size(); ++level) {
    const bool here = (data.height >> level) == model.attention;
    const bool is_last = level + 1 == model.multipliers.size();
    if ((here || is_last) && model.multipliers[level] * model.channels % model.head_width != 0) {
      return "model.head_width must divide the channels where there is attention: " +
             std::to_string(model.multipliers[level] * model.channels);
    }
    attends = attends || here;
  }
  if (!attends) {
    return "model.attention is " + std::to_string(model.attention) + "; no level has images of that height";
  }
  if (model.dropout != 0.0) {
    return "model.dropout is not 0, and nothing is ever dropped: pairs that stay the same are trained without";
  }
  return "";
}

}  // namespace

void complete_images(Recipe& recipe, const std::string& name) {
  std::string problem = recipe.data.kind == "images" ? data_problem(recipe) : "";
  if (problem.empty() && recipe.model.kind == "unet") {
    problem = unet_problem(recipe);
  }
  if (!problem.empty()) {
    throw InputError(name + ": " + problem);
  }
  if (recipe.data.kind == "images") {
    recipe.data.dimension = recipe.data.height * recipe.data.width * recipe.data.colours;
  }
}

}  // namespace straightedge::train
