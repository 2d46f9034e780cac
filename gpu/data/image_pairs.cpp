#include <data/image_pairs.hpp>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <data/convex_potential.hpp>
#include <data/image_data.hpp>
#include <data/random.hpp>

#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::train {
namespace {

// Rows whose images under grad psi are made at once, and checked against each other.
constexpr std::int64_t block = 256;

std::unique_ptr<ConvexPotential> potential_of(const Recipe& recipe) {
  const DataRecipe& data = recipe.data;
  return make_potential(recipe.pairs.map, {data.height, data.width, data.colours}, recipe.pairs.seed);
}

at::Tensor mapped(const ConvexPotential& potential, const at::Tensor& x0, bool is_checked) {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& rows : x0.split(block)) {
    const at::Tensor x = rows.to(at::kDouble);
    const at::Tensor y = potential.gradient(x);
    if (is_checked && !(least_convexity(x, y, potential.value(x)) > 0.0)) {
      throw Error("pairs of kind brenier: an assignment other than theirs costs less, or roundings hide it");
    }
    parts.push_back(y.to(at::kFloat));
  }
  return at::cat(parts);
}

// Where the held-out images that are used begin, and whether there are enough.
at::Tensor held_out_images(const Recipe& recipe, std::int64_t first, std::int64_t rows) {
  const ImageData data(recipe);
  const at::Tensor numbers = data.held_out();
  if (first + rows > numbers.size(0)) {
    throw InputError(recipe.data.file + ": has " + std::to_string(numbers.size(0)) +
                     " images in partitions 1 and 2, and evaluate.fresh = " + std::to_string(recipe.evaluate.fresh) +
                     " needs " + std::to_string(first + rows) + "; a smaller evaluate.fresh, or more images");
  }
  return as_numbers(data.rows(numbers.narrow(0, first, rows)));
}

at::Tensor images_of_targets(const Recipe& recipe, std::int64_t rows) {
  return held_out_images(recipe, has_image_sources(recipe) ? recipe.evaluate.fresh : 0, rows);
}

}  // namespace

Pairs make_image_pairs(const Recipe& recipe) {
  const PairsRecipe& of = recipe.pairs;
  const ImageData data(recipe);
  data.verify();
  const at::Tensor numbers = data.training(of.count, of.seed);
  const at::Tensor images = data.rows(numbers);
  Pairs pairs;
  pairs.index = at::arange(of.count, at::TensorOptions().dtype(at::kLong));
  (void)images_of_targets(recipe, recipe.evaluate.fresh);  // too few are noticed before the training, not after it
  pairs.images_sha256 = data.sha256();
  if (has_image_sources(recipe)) {
    pairs.x0 = images;
    pairs.x0_image = numbers;
    pairs.x1 = mapped(*potential_of(recipe), as_numbers(images), true);
    pairs.optimal = pairs.x1;
  } else {
    pairs.x0 = normals(of.seed, offset_of(0, Stream::source), {0, of.count}, recipe.dimension(), at::kFloat);
    pairs.x1 = images;
    pairs.x1_image = numbers;
  }
  return pairs;
}

at::Tensor brenier_map(const Recipe& recipe, const at::Tensor& x0) {
  return mapped(*potential_of(recipe), x0, false);
}

at::Tensor held_out_sources(const Recipe& recipe, std::int64_t rows) {
  return held_out_images(recipe, 0, rows);
}

at::Tensor held_out_targets(const Recipe& recipe, std::int64_t rows) {
  const at::Tensor images = images_of_targets(recipe, rows);
  return has_image_sources(recipe) ? brenier_map(recipe, images) : images;
}

at::Tensor drawn_images(const Recipe& recipe, std::int64_t rows, std::int64_t seed, std::int64_t step) {
  const ImageData data(recipe);
  const at::Tensor numbers = data.held_out();
  const at::Tensor drawn = integers(seed, offset_of(step, Stream::source), {0, rows}, numbers.size(0));
  return as_numbers(data.rows(numbers.index_select(0, drawn)));
}

}  // namespace straightedge::train
