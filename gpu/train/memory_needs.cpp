#include <train/memory_needs.hpp>

#include <model/model.hpp>

#include <algorithm>

namespace straightedge::train {
namespace {

constexpr double fp32 = 4.0;
constexpr double fp64 = 8.0;

// What a pass over one row keeps: W h + b, its derivative and silu of it, of each layer.
double numbers_of_a_row(const ModelRecipe& model, double d) {
  return model.kind == "mlp"
             ? 3.0 * static_cast<double>(model.depth * model.width) + static_cast<double>(model.time_features) + 4.0 * d
             : 2.0 * d * d;
}

}  // namespace

double bytes_needed(const Recipe& recipe) {
  const auto d = static_cast<double>(recipe.dimension());
  // x0, x1 and the optimal image are made in fp64, then rounded.
  const double pairs = static_cast<double>(recipe.pairs.count) * d * 3.0 * (fp64 + fp32);
  // Parameters, both moments, the average and the gradient; a checkpoint copies four of them.
  const double state = static_cast<double>(make_model(recipe.model, recipe.dimension())->size()) * 9.0 * fp32;
  const auto rows = static_cast<double>(
      std::max({recipe.train.batch, recipe.pairs.count + recipe.evaluate.fresh, recipe.evaluate.large_batch}));
  const double pass = rows * numbers_of_a_row(recipe.model, d) * fp32;
  const double matrices = recipe.data.kind == "gaussian" ? 3.0 : static_cast<double>(recipe.data.components) + 1.0;
  return pairs + state + pass + matrices * d * d * fp64;
}

}  // namespace straightedge::train
