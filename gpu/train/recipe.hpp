// A recipe: what to train, on what, and how. One TOML file, with overrides KEY=VALUE.
//
// The keys, their types, ranges and defaults are one table (recipe_keys.cpp); docs/recipes.md lists them. What was
// resolved is stored with the run, so that a run can be repeated from its own folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace straightedge::train {

/// The distribution of the targets: N(mean, covariance), a mixture of equal, equally wide, round Gaussians, or images.
struct DataRecipe {
  std::string kind = "gaussian";   ///< gaussian | mixture | images
  std::vector<double> mean;        ///< [d]
  std::vector<double> covariance;  ///< [d, d], row-major; empty: the identity
  std::int64_t dimension = 2;
  std::int64_t components = 8;
  double mean_variance = 9.0;  ///< the components' means are drawn from N(0, mean_variance I)
  double variance = 0.09;      ///< each component is N(mean, variance I)
  std::int64_t seed = 0;       ///< of the means
  std::int64_t height = 64;    ///< of images, in pixels
  std::int64_t width = 64;
  std::int64_t colours = 3;
  std::string file;  ///< packed images
};

/// Which source goes with which target. The source is N(0, I).
struct PairsRecipe {
  std::string kind = "gaussian-ot";  ///< see data/pairs.hpp
  std::string mode = "frozen";       ///< frozen | resampled
  std::int64_t count = 1000;
  std::int64_t seed = 0;
  double degrees = 180.0;          ///< of gaussian-rotated, in the plane of the first two axes
  std::string of = "gaussian-ot";  ///< what `shuffled` shuffles
  std::string map = "sum";         ///< of brenier: see data/convex_potential.hpp
  std::string file;                ///< safetensors with x0 and x1
  std::string run;                 ///< of kind 1-reflow: the folder of a finished run

  /// kind, or what is shuffled.
  [[nodiscard]] const std::string& coupling() const { return kind == "shuffled" ? of : kind; }
};

/// x_t = (1-t) x0 + t x1 + f(t) z.
struct NoiseRecipe {
  std::string kind = "constant";  ///< none | constant | bridge
  double sigma = 0.0;
  std::string target = "displacement";  ///< displacement | interpolant
};

struct ModelRecipe {
  std::string kind = "mlp";  ///< mlp | affine | unet
  std::int64_t width = 128;
  std::int64_t depth = 4;
  std::int64_t time_features = 64;
  std::int64_t channels = 128;                        ///< of a UNet, times the multiplier of the level
  std::vector<std::int64_t> multipliers{1, 2, 2, 2};  ///< one a level
  std::int64_t blocks = 2;                            ///< residual blocks a level
  std::int64_t attention = 16;                        ///< the height of images that attend; 0: none but in the middle
  std::int64_t head_width = 64;
  std::int64_t groups = 32;  ///< of the norms
  double dropout = 0.0;
  std::string checkpointing = "off";  ///< off | blocks: what the gradient keeps of residual blocks
};

struct OptimiserRecipe {
  double rate = 1e-3;
  std::string schedule = "cosine";  ///< constant | cosine
  std::int64_t warmup = 200;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.0;
  double clip = 1.0;   ///< largest norm of the gradient; 0: none
  double ema = 0.999;  ///< decay at step k: min(ema, (1 + k)/(10 + k))
};

struct TrainRecipe {
  std::int64_t seed = 1;
  std::int64_t steps = 10000;
  std::int64_t batch = 256;
  std::int64_t log_every = 100;
  std::int64_t checkpoint_every = 1000;
  std::int64_t variance_batches = 50;  ///< of each size, for the gradient variance at a checkpoint; 0: none
  std::int64_t keep = 3;               ///< checkpoints, besides the best one
  std::int64_t threads = 0;            ///< 0: as many as the machine has; what was used is stored
  std::string device = "auto";         ///< auto | cpu | cuda
  std::string cuda_graph = "auto";     ///< auto | off
  std::string precision = "fp32";      ///< fp32 | bf16: of the network's layers; all that is kept is fp32
};

struct EvaluateRecipe {
  std::int64_t fresh = 2000;       ///< fresh sources, and reference targets
  std::int64_t euler_steps = 100;  ///< of the flow that makes `generated`
  std::int64_t batches = 200;      ///< of each of the two sizes of the gradient variance
  std::int64_t small_batch = 8;
  std::int64_t large_batch = 256;
  std::int64_t t_bins = 10;  ///< of the gradient variance by time
  std::vector<std::int64_t> step_counts{1, 2, 3, 5, 10, 11, 25, 50, 51, 100, 101};  ///< Euler steps, to count partners
  std::int64_t fine_steps = 1024;  ///< of the flow that those by fewer steps are compared with
};

/// What `reproduce` makes: all of sigmas x seeds x vary, after what these need.
struct ReproduceRecipe {
  std::int64_t seeds = 3;                 ///< train.seed = 1, ..., seeds
  std::vector<double> sigmas{0.0, 0.05};  ///< noise.sigma
  std::vector<std::string> vary;          ///< further overrides KEY=VALUE, one a run; none: the recipe as it is
  std::int64_t faces = 0;                 ///< images that are made for data.file; 0: it is there
  std::string teacher;                    ///< recipe of the run that makes the 1-reflow pairs, "" if there is none
  std::vector<std::string> also;          ///< further recipes, whose runs are judged together with these
  std::vector<std::string> smoke{"train.steps=300", "evaluate.batches=20", "evaluate.fresh=200"};  ///< of --smoke
};

struct Recipe {
  std::string source;  ///< the file that it was read from; no key
  std::string claim;   ///< the claim that the run is made for, or ""
  DataRecipe data;
  PairsRecipe pairs;
  NoiseRecipe noise;
  ModelRecipe model;
  OptimiserRecipe optimiser;
  TrainRecipe train;
  EvaluateRecipe evaluate;
  ReproduceRecipe reproduce;

  [[nodiscard]] std::int64_t dimension() const { return data.dimension; }
};

/// Reads a file, then applies overrides "table.key=value" in order. A file with base = "FILE" at its top has the keys
/// of that one, which lies beside it, and its own in their place. Throws InputError with file, line and what would be
/// right: not TOML, an unknown table or key (with the nearest known one), another type, a value out of its range.
[[nodiscard]] Recipe read_recipe(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});
[[nodiscard]] Recipe parse_recipe(std::string_view text, const std::string& name,
                                  const std::vector<std::string>& overrides = {});

/// TOML with every key, in the table's order; parse_recipe reads the same recipe back.
[[nodiscard]] std::string to_toml(const Recipe& recipe);

/// "table.key" of the first key in which two recipes differ, "" if in none.
[[nodiscard]] std::string first_difference(const Recipe& a, const Recipe& b);

/// The table of keys in Markdown, for docs/recipes.md.
[[nodiscard]] std::string recipe_markdown();

}  // namespace straightedge::train
