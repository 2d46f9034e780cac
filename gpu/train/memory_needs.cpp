#include <train/memory_needs.hpp>

#include <model/model.hpp>
#include <train/trained_flow.hpp>

#include <algorithm>

namespace straightedge::train {
namespace {

constexpr double fp32 = 4.0;
constexpr double fp64 = 8.0;

// What a pass over one image keeps for the way back: of each residual block on the way down two normalised inputs of
// convolutions, the sum between them and its own; on the way up also what it was joined of. With checkpointing its
// input alone.
double numbers_of_an_image(const Recipe& recipe) {
  const ModelRecipe& model = recipe.model;
  double pixels = static_cast<double>(recipe.data.height * recipe.data.width);
  double numbers = 0.0;
  const bool keeps = model.checkpointing == "off";
  const auto blocks = static_cast<double>(model.blocks);
  for (const std::int64_t multiplier : model.multipliers) {
    numbers += pixels * static_cast<double>(multiplier * model.channels) *
               ((keeps ? 4.0 : 1.0) * blocks + (keeps ? 7.0 : 2.0) * (blocks + 1.0));
    pixels /= 4.0;
  }
  return numbers;
}

// W h + b of each layer, its derivative and silu of it.
double numbers_of_a_row(const Recipe& recipe) {
  const ModelRecipe& model = recipe.model;
  const auto d = static_cast<double>(recipe.dimension());
  if (model.kind == "unet") {
    return numbers_of_an_image(recipe);
  }
  return model.kind == "mlp"
             ? 3.0 * static_cast<double>(model.depth * model.width) + static_cast<double>(model.time_features) + 4.0 * d
             : 2.0 * d * d;
}

// Rows that are passed through the model at once. A UNet's flow keeps nothing for a way back, and is left out.
std::int64_t rows_of_a_pass(const Recipe& recipe) {
  const std::int64_t of_flow = std::min(rows_of_flow(recipe.model), recipe.pairs.count + recipe.evaluate.fresh);
  return std::max({recipe.train.batch, recipe.model.kind == "unet" ? 0 : of_flow, recipe.evaluate.large_batch});
}

// d x d numbers of the data's covariances.
double square_matrices(const Recipe& recipe) {
  return recipe.data.kind == "gaussian"  ? 3.0
         : recipe.data.kind == "mixture" ? static_cast<double>(recipe.data.components) + 1.0
                                         : 0.0;
}

}  // namespace

double bytes_needed(const Recipe& recipe) {
  const auto d = static_cast<double>(recipe.dimension());
  // x0, x1 and the optimal image are made in fp64, then rounded. Of images `evaluate` needs most: the pairs, four rows
  // for each in fp32 and once more to be written, and two in fp64 where the nearest are looked for.
  const double numbers = recipe.data.kind == "images" ? 11.0 * fp32 + 2.0 * fp64 : 3.0 * (fp64 + fp32);
  const double pairs = static_cast<double>(recipe.pairs.count) * d * numbers;
  // Fresh sources, their places in the sequence of draws, where they end, and a copy to be written.
  const double fresh = static_cast<double>(recipe.evaluate.fresh) * d * (fp64 + 3.0 * fp32);
  // Parameters, both moments, the average and the gradient; a checkpoint copies four of them.
  const double state = static_cast<double>(make_model(recipe)->size()) * 9.0 * fp32;
  const double pass = static_cast<double>(rows_of_a_pass(recipe)) * numbers_of_a_row(recipe) * fp32;
  return pairs + fresh + state + pass + square_matrices(recipe) * d * d * fp64;
}

}  // namespace straightedge::train
