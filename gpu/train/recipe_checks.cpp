#include <train/recipe_checks.hpp>

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
  const std::string& coupling = recipe.pairs.coupling();
  const bool uses_file = coupling == "independent" || coupling == "brenier";
  if (!uses_file && coupling != "file" && coupling != "1-reflow") {
    return R"(data.kind "images" needs pairs.kind "independent", "brenier", "file" or "1-reflow", or those shuffled)";
  }
  if (uses_file && data.file.empty()) {
    return "pairs.kind \"" + coupling + "\" of images needs data.file, as `straightedge-train prepare` packs it";
  }
  if (uses_file && data.colours != 3) {
    return "data.colours is " + std::to_string(data.colours) + "; packed images have 3";
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
  if (model.dropout == 1.0) {
    return "model.dropout is 1, and would drop everything; it must be below";
  }
  return "";
}

[[noreturn]] void inconsistent(const std::string& name, const std::string& what) {
  throw InputError(name + ": " + what);
}

std::string sizes(std::size_t found, std::int64_t wanted) {
  return std::to_string(found) + " numbers, and must have " + std::to_string(wanted);
}

void complete_images(Recipe& recipe, const std::string& name) {
  std::string problem = recipe.data.kind == "images" ? data_problem(recipe) : "";
  if (recipe.data.kind != "images" && recipe.pairs.coupling() == "brenier") {
    problem = R"(pairs.kind "brenier" needs data.kind "images")";
  }
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

}  // namespace

void complete(Recipe& recipe, const std::string& name) {
  complete_images(recipe, name);
  DataRecipe& data = recipe.data;
  const std::int64_t d = data.dimension;
  const bool is_gaussian = data.kind == "gaussian";
  constexpr std::int64_t largest_gaussian = 4096;  // its covariance has 16 million numbers
  if (is_gaussian && d > largest_gaussian) {
    inconsistent(name, "data.dimension is " + std::to_string(d) + "; of a Gaussian it must be at most " +
                           std::to_string(largest_gaussian));
  }
  if (is_gaussian && data.mean.empty()) {
    data.mean.assign(static_cast<std::size_t>(d), 0.0);
  }
  if (is_gaussian && data.covariance.empty()) {
    for (std::int64_t i = 0; i < d * d; ++i) {
      data.covariance.push_back(i % (d + 1) == 0 ? 1.0 : 0.0);
    }
  }
  if (is_gaussian && static_cast<std::int64_t>(data.mean.size()) != d) {
    inconsistent(name, "data.mean has " + sizes(data.mean.size(), d) + ", data.dimension");
  }
  if (is_gaussian && static_cast<std::int64_t>(data.covariance.size()) != d * d) {
    inconsistent(name, "data.covariance has " + sizes(data.covariance.size(), d * d) + ", data.dimension squared");
  }
  const std::string& coupling = recipe.pairs.coupling();
  if (!is_gaussian && (coupling == "gaussian-ot" || coupling == "gaussian-rotated")) {
    inconsistent(name,
                 "pairs.kind \"" + coupling + "\" needs data.kind \"gaussian\"; a mixture has \"independent\" pairs");
  }
  if (coupling == "gaussian-rotated" && d < 2) {
    inconsistent(name, "pairs.kind \"gaussian-rotated\" needs data.dimension 2 or more");
  }
  if (coupling == "file" && recipe.pairs.file.empty()) {
    inconsistent(name, "pairs.kind \"file\" needs pairs.file, a safetensors file with x0 and x1");
  }
  if (recipe.pairs.kind == "1-reflow" && recipe.pairs.run.empty()) {
    inconsistent(name, "pairs.kind \"1-reflow\" needs pairs.run, the folder of a finished run");
  }
  if (recipe.pairs.kind == "1-reflow" && recipe.pairs.mode != "frozen") {
    inconsistent(name, "pairs.kind \"1-reflow\" needs pairs.mode \"frozen\": its targets belong to their sources");
  }
  if (!is_gaussian && !(data.variance > 0.0)) {
    inconsistent(name, "data.variance is 0; of a mixture's components it must be positive");
  }
  if (recipe.noise.kind == "none" && recipe.noise.sigma != 0.0) {
    inconsistent(name, "noise.kind \"none\" has noise.sigma " + std::to_string(recipe.noise.sigma) +
                           "; it must be 0, or the kind \"constant\" or \"bridge\"");
  }
  if (recipe.model.time_features % 2 != 0) {
    inconsistent(name, "model.time_features is odd; it must be even: a sine and a cosine each");
  }
  if (recipe.noise.kind == "bridge" && recipe.noise.target == "interpolant") {
    inconsistent(name,
                 "noise.kind \"bridge\" with noise.target \"interpolant\" has an infinite loss; take \"displacement\"");
  }
  if (recipe.train.precision == "bf16" && recipe.model.kind == "affine") {
    inconsistent(name, "train.precision \"bf16\" is for networks; model.kind \"affine\" needs \"fp32\"");
  }
  if (recipe.train.variance_batches == 1) {
    inconsistent(name, "train.variance_batches is 1; a variance needs 2 or more, and 0 is none");
  }
  if (recipe.evaluate.small_batch >= recipe.evaluate.large_batch) {
    inconsistent(name, "evaluate.small_batch must be below evaluate.large_batch");
  }
}

}  // namespace straightedge::train
