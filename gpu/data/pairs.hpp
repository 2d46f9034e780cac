// Pairs of sources and targets: what a flow is trained on.
//
//   gaussian-ot        x1 = mean + M^{1/2} x0                 the optimal-transport pairing of N(0, I) and N(mean, M)
//   gaussian-rotated   x1 = mean + M^{1/2} R x0               R turns axis 0 towards axis 1
//   independent        x1 drawn from the target by itself     Gaussian, mixture or images
//   brenier            x1 = grad psi(x0), psi convex          optimal transport of images (image_pairs.hpp)
//   shuffled           the partners of another kind, moved by a seeded permutation without fixed points
//   file               the user's own (pair_files.hpp)
//   1-reflow           x1 where a trained flow takes x0 (train/trained_flow.hpp)
//
// Sources are N(0, I), those of brenier pairs images. Every pair follows from the recipe: computed in fp64, rounded
// once to fp32.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/range.hpp>
#include <train/recipe.hpp>

#include <string>

namespace straightedge::train {

/// The mixture of a recipe: weights [K], means [K, d], covariances [K, d, d], fp64.
struct Mixture {
  at::Tensor weights, means, covariances;
};
[[nodiscard]] Mixture mixture_of(const DataRecipe& data);

/// x0 and x1 are fp32, or uint8 where they are images of data.file: as_numbers (image_data.hpp) has both as numbers.
struct Pairs {
  at::Tensor x0;                  ///< [n, d]
  at::Tensor x1;                  ///< [n, d]: the partner, in training
  at::Tensor optimal;             ///< [n, d] fp32: the partner by optimal transport; undefined where it is not known
  at::Tensor index;               ///< [n] int64: which target of the unshuffled order x1 is
  at::Tensor x0_image, x1_image;  ///< [n] int64: which packed image it is; undefined for what is none
  std::string images_sha256;      ///< of these images; "" where there are none
  at::Tensor fresh;               ///< [m, d]: sources of no pair that a file brought along; else undefined
  at::Tensor fresh_optimal;       ///< [m, d]: their partners by optimal transport; undefined where they are not known
};

/// The recipe's pairs, of every kind but 1-reflow. Throws InputError for a file that cannot be used.
[[nodiscard]] Pairs make_pairs(const Recipe& recipe);

/// Sources alone, `count` of a seed, and their partners by optimal transport where they are known: what a trained flow
/// makes pairs of. Of pairs of a file the first of its own sources.
[[nodiscard]] Pairs make_sources(const Recipe& recipe, std::int64_t count, std::int64_t seed);

/// Whether sources are images of data.file, and not N(0, I).
[[nodiscard]] bool has_image_sources(const Recipe& recipe);
/// Whether pairs are made of images of data.file.
[[nodiscard]] bool has_image_file(const Recipe& recipe);
/// Whether the recipe says what the targets' distribution is: pairs of a file or of a trained flow come without it.
[[nodiscard]] bool has_known_targets(const Recipe& recipe);

/// `rows` sources [rows, d] fp32, none of them in make_pairs; and `count` of any, drawn by a seed.
[[nodiscard]] at::Tensor fresh_sources(const Recipe& recipe, std::int64_t rows, std::int64_t step);
[[nodiscard]] at::Tensor drawn_sources(const Recipe& recipe, std::int64_t count, std::int64_t seed, std::int64_t step);

/// The partners [n, d] fp32 by optimal transport of sources [n, d] fp32; undefined where they are not known.
[[nodiscard]] at::Tensor optimal_partners(const Recipe& recipe, const at::Tensor& x0);

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

/// Seeded normals [rows, d] fp64 of a step, those of some of its rows: what sources N(0, I) and Gaussian targets are
/// made of.
[[nodiscard]] at::Tensor source_normals(const Recipe& recipe, std::int64_t seed, std::int64_t step, const Range& rows);
[[nodiscard]] at::Tensor target_normals(const Recipe& recipe, std::int64_t seed, std::int64_t step, const Range& rows);

}  // namespace straightedge::train
