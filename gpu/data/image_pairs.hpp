// Pairs of images in data.file.
//
//   brenier       x0 an image, x1 = grad psi(x0): the optimal-transport pairing of the images and what psi makes of
//   them
//                 (convex_potential.hpp)
//   independent   x0 from N(0, I), x1 an image
//
// Images of partition 0 are for training; the others are held out, half of them as fresh sources, half as the sources
// of fresh targets.
#pragma once

#include <data/pairs.hpp>

namespace straightedge::train {

/// Not shuffled. Each block of pairs of kind brenier is checked to be an optimal assignment (least_convexity). Throws
/// InputError if there are too few images, for training or held out.
[[nodiscard]] Pairs make_image_pairs(const Recipe& recipe);

/// grad psi(x0) [n, d] of x0 [n, d], computed in fp64 and rounded to fp32.
[[nodiscard]] at::Tensor brenier_map(const Recipe& recipe, const at::Tensor& x0);

/// The first `rows` images of those held out as sources: fp32 [rows, d].
[[nodiscard]] at::Tensor held_out_sources(const Recipe& recipe, std::int64_t rows);
/// `rows` targets [rows, d] fp32 of the recipe's kind, from images held out for them.
[[nodiscard]] at::Tensor held_out_targets(const Recipe& recipe, std::int64_t rows);
/// `rows` of all images held out, drawn with replacement: fp32 [rows, d].
[[nodiscard]] at::Tensor drawn_images(const Recipe& recipe, std::int64_t rows, std::int64_t seed, std::int64_t step);

}  // namespace straightedge::train
