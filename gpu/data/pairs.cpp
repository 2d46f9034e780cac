#include <data/pairs.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <data/image_data.hpp>
#include <data/image_pairs.hpp>
#include <data/pair_files.hpp>
#include <data/random.hpp>

#include <cmath>
#include <numbers>
#include <straightedge/error.hpp>
#include <utility>

namespace straightedge::train {
namespace {

// M^{1/2} of a symmetric positive definite matrix.
at::Tensor square_root(const DataRecipe& data) {
  const std::int64_t d = data.dimension;
  const at::Tensor M = at::tensor(data.covariance).to(at::kDouble).view({d, d});
  if (!M.equal(M.t())) {
    throw InputError("data.covariance is not symmetric");
  }
  const auto [values, vectors] = at::linalg_eigh(M);
  const double least = values.min().item<double>();
  if (!(least > 0.0)) {
    throw InputError("data.covariance has the eigenvalue " + std::to_string(least) + "; all must be positive");
  }
  return at::matmul(vectors * values.sqrt(), vectors.t());
}

at::Tensor rotation(std::int64_t d, double degrees) {
  at::Tensor R = at::eye(d, at::TensorOptions().dtype(at::kDouble));
  // Exact where the cosine and the sine are integers: sin(pi) is not 0 in fp64.
  const double quarter = degrees / 90.0;
  const bool is_exact = quarter == std::floor(quarter);
  const int turns = is_exact ? (static_cast<int>(quarter) % 4 + 4) % 4 : 0;
  const double angle = degrees * std::numbers::pi / 180.0;
  const double c = is_exact ? (turns == 0 ? 1.0 : turns == 2 ? -1.0 : 0.0) : std::cos(angle);
  const double s = is_exact ? (turns == 1 ? 1.0 : turns == 3 ? -1.0 : 0.0) : std::sin(angle);
  if (d >= 2) {
    R[0][0] = c;
    R[0][1] = -s;
    R[1][0] = s;
    R[1][1] = c;
  }
  return R;
}

// Targets drawn by themselves, fp64.
at::Tensor targets(const Recipe& recipe, std::int64_t seed, std::int64_t step, std::int64_t rows) {
  const DataRecipe& data = recipe.data;
  const at::Tensor z = target_normals(recipe, seed, step, {0, rows});
  if (data.kind == "gaussian") {
    return gaussian_map(data, 0.0)(z);
  }
  const at::Tensor component = integers(seed, offset_of(step, Stream::component), {0, rows}, data.components);
  return mixture_of(data).means.index_select(0, component) + std::sqrt(data.variance) * z;
}

// Sattolo's algorithm: a cyclic permutation, so that nothing keeps its partner.
at::Tensor cycle(std::int64_t seed, std::int64_t n) {
  at::Tensor order = at::arange(n, at::TensorOptions().dtype(at::kLong));
  auto* to = order.mutable_data_ptr<std::int64_t>();
  const at::Tensor u = uniform(seed, offset_of(0, Stream::order), {0, n}, at::kDouble);
  const auto* chance = u.const_data_ptr<double>();
  for (std::int64_t i = n - 1; i > 0; --i) {
    std::swap(to[i], to[static_cast<std::int64_t>(chance[i] * static_cast<double>(i))]);
  }
  return order;
}

Pairs make_vector_pairs(const Recipe& recipe) {
  const PairsRecipe& of = recipe.pairs;
  const at::Tensor x0 = source_normals(recipe, of.seed, 0, {0, of.count});
  const at::Tensor optimal = recipe.data.kind == "gaussian" ? gaussian_map(recipe.data, 0.0)(x0) : at::Tensor();
  const std::string& coupling = of.coupling();
  const at::Tensor x1 = coupling == "gaussian-ot"        ? optimal
                        : coupling == "gaussian-rotated" ? gaussian_map(recipe.data, of.degrees)(x0)
                                                         : targets(recipe, of.seed, 0, of.count);
  Pairs pairs;
  pairs.x0 = x0.to(at::kFloat);
  pairs.x1 = x1.to(at::kFloat);
  pairs.optimal = optimal.defined() ? optimal.to(at::kFloat) : optimal;
  pairs.index = at::arange(of.count, at::TensorOptions().dtype(at::kLong));
  return pairs;
}

}  // namespace

Mixture mixture_of(const DataRecipe& data) {
  const std::int64_t d = data.dimension;
  const auto options = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor means = std::sqrt(data.mean_variance) *
                           normals(data.seed, offset_of(0, Stream::means), {0, data.components}, d, at::kDouble);
  return {at::full({data.components}, 1.0 / static_cast<double>(data.components), options), means,
          (data.variance * at::eye(d, options)).expand({data.components, d, d}).contiguous()};
}

at::Tensor AffineMap::operator()(const at::Tensor& x0) const {
  return at::matmul(x0, A.t()) + mean;
}

AffineMap gaussian_map(const DataRecipe& data, double degrees) {
  return {at::matmul(square_root(data), rotation(data.dimension, degrees)), at::tensor(data.mean).to(at::kDouble)};
}

bool has_image_sources(const Recipe& recipe) {
  return recipe.pairs.coupling() == "brenier";
}

bool has_image_file(const Recipe& recipe) {
  return recipe.data.kind == "images" && has_known_targets(recipe);
}

bool has_known_targets(const Recipe& recipe) {
  const std::string& coupling = recipe.pairs.coupling();
  return coupling != "file" && coupling != "1-reflow";
}

at::Tensor source_normals(const Recipe& recipe, std::int64_t seed, std::int64_t step, const Range& rows) {
  return normals(seed, offset_of(step, Stream::source), rows, recipe.dimension(), at::kDouble);
}

at::Tensor target_normals(const Recipe& recipe, std::int64_t seed, std::int64_t step, const Range& rows) {
  return normals(seed, offset_of(step, Stream::target), rows, recipe.dimension(), at::kDouble);
}

Pairs make_pairs(const Recipe& recipe) {
  Pairs pairs = recipe.pairs.coupling() == "file" ? read_pairs(recipe)
                : recipe.data.kind == "images"    ? make_image_pairs(recipe)
                                                  : make_vector_pairs(recipe);
  if (recipe.pairs.kind == "shuffled") {
    pairs.index = cycle(recipe.pairs.seed, pairs.x1.size(0));
    pairs.x1 = pairs.x1.index_select(0, pairs.index);
    if (pairs.x1_image.defined()) {
      pairs.x1_image = pairs.x1_image.index_select(0, pairs.index);
    }
  }
  return pairs;
}

Pairs make_sources(const Recipe& recipe, std::int64_t count, std::int64_t seed) {
  Pairs pairs;
  if (recipe.pairs.coupling() == "file") {
    pairs = read_pairs(recipe);
    if (pairs.x0.size(0) < count) {
      throw InputError(recipe.pairs.file + ": has " + std::to_string(pairs.x0.size(0)) +
                       " sources, and pairs.count is " + std::to_string(count) + "; fewer are possible");
    }
    pairs.x0 = pairs.x0.narrow(0, 0, count);
    pairs.x0_image = pairs.x0_image.defined() ? pairs.x0_image.narrow(0, 0, count) : at::Tensor();
    pairs.optimal = pairs.optimal.defined() ? pairs.optimal.narrow(0, 0, count) : at::Tensor();
    pairs.x1 = pairs.x1_image = at::Tensor();
  } else if (has_image_sources(recipe)) {
    const ImageData data(recipe);
    data.verify();
    pairs.x0_image = data.training(count, seed);
    pairs.x0 = data.rows(pairs.x0_image);
    pairs.images_sha256 = data.sha256();
    pairs.optimal = optimal_partners(recipe, as_numbers(pairs.x0));
  } else {
    pairs.x0 = source_normals(recipe, seed, 0, {0, count}).to(at::kFloat);
    pairs.optimal = optimal_partners(recipe, pairs.x0);
  }
  pairs.index = at::arange(count, at::TensorOptions().dtype(at::kLong));
  return pairs;
}

at::Tensor fresh_sources(const Recipe& recipe, std::int64_t rows, std::int64_t step) {
  return has_image_sources(recipe) ? held_out_sources(recipe, rows)
                                   : drawn_sources(recipe, rows, recipe.pairs.seed, step);
}

at::Tensor drawn_sources(const Recipe& recipe, std::int64_t count, std::int64_t seed, std::int64_t step) {
  return has_image_sources(recipe)
             ? drawn_images(recipe, count, seed, step)
             : normals(seed, offset_of(step, Stream::source), {0, count}, recipe.dimension(), at::kFloat);
}

at::Tensor optimal_partners(const Recipe& recipe, const at::Tensor& x0) {
  if (has_image_sources(recipe)) {
    return brenier_map(recipe, x0);
  }
  const bool is_known = recipe.data.kind == "gaussian" && has_known_targets(recipe);
  return is_known ? gaussian_map(recipe.data, 0.0)(x0.to(at::kDouble)).to(at::kFloat) : at::Tensor();
}

at::Tensor fresh_targets(const Recipe& recipe, std::int64_t rows, std::int64_t step) {
  if (!has_known_targets(recipe)) {
    throw InputError("pairs.kind \"" + recipe.pairs.kind +
                     "\" says nothing of the targets' distribution: there are no fresh ones");
  }
  return recipe.data.kind == "images" ? held_out_targets(recipe, rows)
                                      : targets(recipe, recipe.pairs.seed, step, rows).to(at::kFloat);
}

}  // namespace straightedge::train
