#include <train/recipe_keys.hpp>

#include <limits>

namespace straightedge::train {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double many = 1e9;

using Place = RecipeKey::Place;

template <auto Member>
Place of(Recipe& recipe) {
  return &(recipe.*Member);
}
template <auto Table, auto Member>
Place of(Recipe& recipe) {
  return &(recipe.*Table.*Member);
}

constexpr auto data = &Recipe::data;
constexpr auto pairs = &Recipe::pairs;
constexpr auto noise = &Recipe::noise;
constexpr auto model = &Recipe::model;
constexpr auto optimiser = &Recipe::optimiser;
constexpr auto train = &Recipe::train;
constexpr auto evaluate = &Recipe::evaluate;
constexpr auto reproduce = &Recipe::reproduce;

std::vector<RecipeKey> make_keys() {
  using D = DataRecipe;
  using P = PairsRecipe;
  using N = NoiseRecipe;
  using M = ModelRecipe;
  using O = OptimiserRecipe;
  using T = TrainRecipe;
  using E = EvaluateRecipe;
  using R = ReproduceRecipe;
  // Those that `straightedge certify` decides.
  const Words claims{"",
                     "counterexample-1/trained",
                     "figure-4/trained",
                     "figure-5/trained",
                     "figure-6",
                     "table-1",
                     "table-2",
                     "table-3",
                     "affine-agrees",
                     "noise-by-pairing"};
  const Words couplings{"gaussian-ot", "gaussian-rotated", "independent", "brenier", "file"};
  return {
      {"", "claim", of<&Recipe::claim>, 0, 0, claims, "the claim that the run is made for, or none"},

      {"data", "kind", of<data, &D::kind>, 0, 0, {"gaussian", "mixture", "images"}, "distribution of the targets"},
      {"data", "dimension", of<data, &D::dimension>, 1, 65536, {}, "d; of images it follows"},
      {"data", "mean", of<data, &D::mean>, -infinity, infinity, {}, "of a Gaussian target: d numbers; none: 0"},
      {"data",
       "covariance",
       of<data, &D::covariance>,
       -infinity,
       infinity,
       {},
       "of a Gaussian target: d x d numbers, row by row; none: the identity"},
      {"data", "components", of<data, &D::components>, 1, 4096, {}, "of a mixture, equally likely"},
      {"data", "mean_variance", of<data, &D::mean_variance>, 0, infinity, {}, "the means are drawn from N(0, this I)"},
      {"data", "variance", of<data, &D::variance>, 0, infinity, {}, "of each component: N(mean, this I)"},
      {"data", "seed", of<data, &D::seed>, 0, many, {}, "of the mixture's means"},
      {"data", "height", of<data, &D::height>, 1, 4096, {}, "of images, in pixels"},
      {"data", "width", of<data, &D::width>, 1, 4096, {}, "of images, in pixels"},
      {"data",
       "colours",
       of<data, &D::colours>,
       1,
       16,
       {},
       "of images; a row of pairs has height, width, colour in this order"},
      {"data", "file", of<data, &D::file>, 0, 0, {}, "of images: a file as `prepare` packs it"},

      {"pairs",
       "kind",
       of<pairs, &P::kind>,
       0,
       0,
       {"gaussian-ot", "gaussian-rotated", "independent", "brenier", "shuffled", "file", "1-reflow"},
       "which source goes with which target"},
      {"pairs",
       "mode",
       of<pairs, &P::mode>,
       0,
       0,
       {"frozen", "resampled"},
       "frozen: the pairs are the data set; resampled: sources are drawn anew at each step, from N(0, I) or from all "
       "images of the pairs"},
      {"pairs", "count", of<pairs, &P::count>, 2, many, {}, "how many pairs"},
      {"pairs", "seed", of<pairs, &P::seed>, 0, many, {}, "of the pairs"},
      {"pairs",
       "degrees",
       of<pairs, &P::degrees>,
       -180,
       180,
       {},
       "of gaussian-rotated, in the plane of the first two axes"},
      {"pairs", "of", of<pairs, &P::of>, 0, 0, couplings, "what `shuffled` shuffles"},
      {"pairs",
       "map",
       of<pairs, &P::map>,
       0,
       0,
       {"convolution", "dct", "network", "sum"},
       "of brenier: whose gradient of a convex function takes an image to its partner; network: of seed pairs.seed"},
      {"pairs",
       "file",
       of<pairs, &P::file>,
       0,
       0,
       {},
       "of kind file: safetensors with x0 [n, d] and x1 [n, d]; of others: where `pairs` has written them, or none"},
      {"pairs",
       "run",
       of<pairs, &P::run>,
       0,
       0,
       {},
       "of kind 1-reflow: the folder of the run whose flow makes x1 of x0"},

      {"noise",
       "kind",
       of<noise, &N::kind>,
       0,
       0,
       {"none", "constant", "bridge"},
       "f(t): 0, sigma, sigma sqrt(t (1 - t))"},
      {"noise", "sigma", of<noise, &N::sigma>, 0, infinity, {}, "scale of the noise"},
      {"noise",
       "target",
       of<noise, &N::target>,
       0,
       0,
       {"displacement", "interpolant"},
       "x1 - x0, or x1 - x0 + f'(t) z"},

      {"model",
       "kind",
       of<model, &M::kind>,
       0,
       0,
       {"mlp", "affine", "unet"},
       "mlp: a perceptron of x and of features of t; affine: th + Th (I + t Th)^-1 (x - t th); unet: of images"},
      {"model", "width", of<model, &M::width>, 1, 65536, {}, "of each hidden layer"},
      {"model", "depth", of<model, &M::depth>, 1, 256, {}, "hidden layers"},
      {"model", "time_features", of<model, &M::time_features>, 2, 4096, {}, "sines and cosines of t; even"},
      {"model", "channels", of<model, &M::channels>, 2, 65536, {}, "of a unet: at a level, this times its multiplier"},
      {"model",
       "multipliers",
       of<model, &M::multipliers>,
       1,
       256,
       {},
       "of a unet: one a level; each but the first halves the image"},
      {"model",
       "blocks",
       of<model, &M::blocks>,
       1,
       64,
       {},
       "of a unet: residual blocks a level, and one more on the way up"},
      {"model",
       "attention",
       of<model, &M::attention>,
       0,
       4096,
       {},
       "of a unet: at the level whose images have this height; 0: in the middle alone"},
      {"model", "head_width", of<model, &M::head_width>, 1, 65536, {}, "of a unet: channels of a head of attention"},
      {"model",
       "groups",
       of<model, &M::groups>,
       1,
       65536,
       {},
       "of a unet: of the channels that are normalised together"},
      {"model",
       "dropout",
       of<model, &M::dropout>,
       0,
       1,
       {},
       "of a unet: share of numbers dropped inside residual blocks, in training"},
      {"model",
       "checkpointing",
       of<model, &M::checkpointing>,
       0,
       0,
       {"off", "blocks"},
       "of a unet: blocks: the gradient computes the inside of residual blocks again instead of keeping it"},

      {"optimiser", "rate", of<optimiser, &O::rate>, 0, infinity, {}, "of learning, at its largest"},
      {"optimiser",
       "schedule",
       of<optimiser, &O::schedule>,
       0,
       0,
       {"constant", "cosine"},
       "of the rate, from the first step to the last, times the warm-up"},
      {"optimiser", "warmup", of<optimiser, &O::warmup>, 0, many, {}, "steps over which the rate rises linearly"},
      {"optimiser", "beta1", of<optimiser, &O::beta1>, 0, 0.999999, {}, "of AdamW"},
      {"optimiser", "beta2", of<optimiser, &O::beta2>, 0, 0.99999999, {}, "of AdamW"},
      {"optimiser", "eps", of<optimiser, &O::eps>, 0, 1, {}, "of AdamW, outside the root"},
      {"optimiser", "weight_decay", of<optimiser, &O::weight_decay>, 0, infinity, {}, "decoupled"},
      {"optimiser", "clip", of<optimiser, &O::clip>, 0, infinity, {}, "largest norm of the gradient; 0: none"},
      {"optimiser",
       "ema",
       of<optimiser, &O::ema>,
       0,
       1,
       {},
       "decay of the average at step k: min(this, (1 + k)/(10 + k))"},

      {"train", "seed", of<train, &T::seed>, 0, many, {}, "of parameters, order, times and noise"},
      {"train", "steps", of<train, &T::steps>, 1, many, {}, "optimiser steps"},
      {"train", "batch", of<train, &T::batch>, 1, 1048576, {}, "pairs a step"},
      {"train", "log_every", of<train, &T::log_every>, 1, many, {}, "steps between lines of metrics.jsonl"},
      {"train", "checkpoint_every", of<train, &T::checkpoint_every>, 1, many, {}, "steps between checkpoints"},
      {"train",
       "variance_batches",
       of<train, &T::variance_batches>,
       0,
       1e8,
       {},
       "of each of evaluate's sizes, for the gradient variance at a checkpoint; 0: none, else two or more"},
      {"train", "keep", of<train, &T::keep>, 1, 1000, {}, "checkpoints that are kept, besides the best"},
      {"train", "threads", of<train, &T::threads>, 0, 4096, {}, "of the CPU; 0: all. The number changes the last bits"},
      {"train", "device", of<train, &T::device>, 0, 0, {"auto", "cpu", "cuda"}, "auto: a GPU if there is one"},
      {"train",
       "cuda_graph",
       of<train, &T::cuda_graph>,
       0,
       0,
       {"auto", "off"},
       "auto: a GPU's step is recorded once and replayed; off: each of its kernels is launched by itself"},
      {"train",
       "precision",
       of<train, &T::precision>,
       0,
       0,
       {"fp32", "bf16"},
       "of a network's layers; sums, parameters and the optimiser's state stay fp32"},

      {"evaluate", "fresh", of<evaluate, &E::fresh>, 2, many, {}, "fresh sources, and fresh targets to compare with"},
      {"evaluate", "euler_steps", of<evaluate, &E::euler_steps>, 1, 100000, {}, "of the flow from sources to samples"},
      {"evaluate", "batches", of<evaluate, &E::batches>, 2, 1e8, {}, "of each size, for the gradient variance"},
      {"evaluate", "small_batch", of<evaluate, &E::small_batch>, 1, 1048576, {}, "b of the gradient variance"},
      {"evaluate", "large_batch", of<evaluate, &E::large_batch>, 2, 1048576, {}, "B of the gradient variance, above b"},
      {"evaluate", "t_bins", of<evaluate, &E::t_bins>, 0, 1024, {}, "of the gradient variance by time; 0: none"},
      {"evaluate",
       "step_counts",
       of<evaluate, &E::step_counts>,
       1,
       100000,
       {},
       "Euler steps by which reproduced partners are counted"},
      {"evaluate",
       "fine_steps",
       of<evaluate, &E::fine_steps>,
       1,
       100000,
       {},
       "Euler steps of the flow that those by fewer evaluations are compared with"},

      {"reproduce", "seeds", of<reproduce, &R::seeds>, 1, 1000, {}, "train.seed from 1 to this"},
      {"reproduce", "sigmas", of<reproduce, &R::sigmas>, 0, infinity, {}, "noise.sigma of the runs"},
      {"reproduce",
       "vary",
       of<reproduce, &R::vary>,
       0,
       0,
       {},
       "overrides KEY=VALUE, one a run; none: the recipe as it is"},
      {"reproduce",
       "faces",
       of<reproduce, &R::faces>,
       0,
       202599,
       {},
       "face-like images that are made and packed as data.file; 0: it is there"},
      {"reproduce",
       "teacher",
       of<reproduce, &R::teacher>,
       0,
       0,
       {},
       "name of the recipe whose run, one for all, becomes pairs.run"},
      {"reproduce",
       "also",
       of<reproduce, &R::also>,
       0,
       0,
       {},
       "names of recipes whose runs are made too, and judged together with these"},
      {"reproduce", "smoke", of<reproduce, &R::smoke>, 0, 0, {}, "overrides KEY=VALUE of --smoke, all for each run"}};
}

}  // namespace

std::string RecipeKey::full_name() const {
  return table.empty() ? std::string(name) : std::string(table) + "." + std::string(name);
}

std::span<const RecipeKey> recipe_keys() {
  static const std::vector<RecipeKey> keys = make_keys();
  return keys;
}

}  // namespace straightedge::train
