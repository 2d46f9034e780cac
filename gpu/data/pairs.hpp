// Pairs of sources and targets: what a flow is trained on.
//
//   gaussian-ot        x1 = mean + M^{1/2} x0                 the optimal-transport pairing of N(0, I) and N(mean, M)
//   gaussian-rotated   x1 = mean + M^{1/2} R x0               R turns axis 0 towards axis 1
//   independent        x1 drawn from the target by itself     Gaussian or mixture
//   shuffled           the partners of another kind, moved by a seeded permutation without fixed points
//   file               the user's own
//
// Sources are N(0, I). Every pair follows from the recipe: computed in fp64, rounded once to fp32.
#pragma once

#include <ATen/core/Tensor.h>
#include <train/recipe.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace straightedge::train {

/// The mixture of a recipe: weights [K], means [K, d], covariances [K, d, d], fp64.
struct Mixture {
  at::Tensor weights, means, covariances;
};
[[nodiscard]] Mixture mixture_of(const DataRecipe& data);

struct Pairs {
  at::Tensor x0;       ///< [n, d] fp32
  at::Tensor x1;       ///< [n, d] fp32: the partner, in training
  at::Tensor optimal;  ///< [n, d] fp32: the partner by optimal transport; NaN where it is not known
  at::Tensor index;    ///< [n] int64: which target of the unshuffled order x1 is
};

/// The recipe's pairs. Throws InputError for a file that cannot be used.
[[nodiscard]] Pairs make_pairs(const Recipe& recipe);

/// Whether the recipe says what the targets' distribution is: pairs of a file or of a trained flow come without it.
[[nodiscard]] bool has_known_targets(const Recipe& recipe);

/// `rows` fresh targets [rows, d] fp32 of the recipe's data, none of them in make_pairs. Throws InputError
/// where the recipe does not say what they are.
[[nodiscard]] at::Tensor fresh_targets(const Recipe& recipe, std::int64_t rows, std::int64_t step);

/// x0 -> mean + M^{1/2} R x0 of the Gaussian data, R the rotation in the plane of the first two axes; 0 degrees is
/// optimal transport. fp64. Throws InputError unless the covariance is symmetric and positive definite.
struct AffineMap {
  at::Tensor A, mean;
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x0) const;
};
[[nodiscard]] AffineMap gaussian_map(const DataRecipe& data, double degrees);

/// x0, x1, index, and the digest of the pairs, which run.json names too. Throws InputError for a place that holds
/// something else.
void write_pairs(const std::filesystem::path& path, const Pairs& pairs, const Recipe& recipe);
/// SHA-256 of the pairs' bytes.
[[nodiscard]] std::string digest_of(const Pairs& pairs);

/// The batch of one step: which pairs, drawn with replacement, or sources drawn anew.
class PairSampler {
 public:
  /// Frozen pairs, or those of which `resampled` takes the targets. On the device that trains.
  PairSampler(const Recipe& recipe, const Pairs& pairs, const at::Device& device);

  struct Batch {
    at::Tensor x0, x1;  ///< [B, d] fp32
  };
  [[nodiscard]] Batch draw(std::int64_t seed, std::int64_t step, std::int64_t batch) const;

  /// What the host draws for a batch. Which of it there is follows from the recipe alone.
  struct Draw {
    at::Tensor rows;    ///< [B] int64: whose x0 and x1, but for those that are drawn anew
    at::Tensor x0, x1;  ///< [B, d] fp32, drawn anew
  };
  [[nodiscard]] Draw draw_on_host(std::int64_t seed, std::int64_t step, std::int64_t batch) const;
  /// The batch of a draw that lies on the device.
  [[nodiscard]] Batch batch_of(const Draw& drawn) const;

 private:
  Recipe recipe_;
  at::Tensor x0_, x1_;
  std::optional<AffineMap> map_;  ///< where the recipe's resampled pairs are its images
  at::Device device_;
};

}  // namespace straightedge::train
