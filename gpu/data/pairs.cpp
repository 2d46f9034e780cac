#include <data/pairs.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/tensor.h>
#include <data/random.hpp>
#include <data/tensor_files.hpp>

#include <cmath>
#include <digest.hpp>
#include <limits>
#include <numbers>
#include <numeric>
#include <straightedge/error.hpp>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

constexpr const char* pairs_schema = "straightedge/pairs/1";
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const std::string& coupling_of(const PairsRecipe& pairs) {
  return pairs.kind == "shuffled" ? pairs.of : pairs.kind;
}

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

at::Tensor sources(const Recipe& recipe, std::int64_t seed, std::int64_t step, std::int64_t rows) {
  return normals(seed, offset_of(step, Stream::source), rows, recipe.dimension(), at::kDouble);
}

at::Tensor target_normals(const Recipe& recipe, std::int64_t seed, std::int64_t step, std::int64_t rows) {
  return normals(seed, offset_of(step, Stream::target), rows, recipe.dimension(), at::kDouble);
}

// Targets drawn by themselves, fp64.
at::Tensor targets(const Recipe& recipe, std::int64_t seed, std::int64_t step, std::int64_t rows) {
  const DataRecipe& data = recipe.data;
  const at::Tensor z = target_normals(recipe, seed, step, rows);
  if (data.kind == "gaussian") {
    return gaussian_map(data, 0.0)(z);
  }
  const at::Tensor component = integers(seed, offset_of(step, Stream::component), rows, data.components);
  return mixture_of(data).means.index_select(0, component) + std::sqrt(data.variance) * z;
}

// Sattolo's algorithm: a cyclic permutation, so that nothing keeps its partner.
at::Tensor cycle(std::int64_t seed, std::int64_t n) {
  at::Tensor order = at::arange(n, at::TensorOptions().dtype(at::kLong));
  auto* to = order.mutable_data_ptr<std::int64_t>();
  const at::Tensor u = uniform(seed, offset_of(0, Stream::order), n, at::kDouble);
  const auto* chance = u.const_data_ptr<double>();
  for (std::int64_t i = n - 1; i > 0; --i) {
    std::swap(to[i], to[static_cast<std::int64_t>(chance[i] * static_cast<double>(i))]);
  }
  return order;
}

// F32, or F64 rounded to it.
at::Tensor read_rounded(const fixtures::SafetensorsFile& file, const char* name, at::IntArrayRef shape) {
  const bool is_double = file.type_text(name) == "F64";
  return read_tensor(file, name, is_double ? at::kDouble : at::kFloat, shape).to(at::kFloat);
}

Pairs read_pairs(const Recipe& recipe) {
  const fixtures::SafetensorsFile file(recipe.pairs.file);
  require_schema(file, pairs_schema);
  const at::Tensor x0 = read_rounded(file, "x0", {-1, recipe.dimension()});
  const at::Tensor x1 = read_rounded(file, "x1", {x0.size(0), recipe.dimension()});
  if (x0.size(0) < 2) {
    throw InputError(file.path() + ": x0: has " + std::to_string(x0.size(0)) + " rows; two or more are wanted");
  }
  for (const auto& [name, tensor] : {std::pair{"x0", x0}, std::pair{"x1", x1}}) {
    if (!at::isfinite(tensor).all().item<bool>()) {
      throw InputError(file.path() + ": " + name + ": holds a NaN or an infinity");
    }
  }
  return {x0, x1, at::full_like(x1, nan), at::arange(x0.size(0), at::TensorOptions().dtype(at::kLong))};
}

}  // namespace

Mixture mixture_of(const DataRecipe& data) {
  const std::int64_t d = data.dimension;
  const auto options = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor means =
      std::sqrt(data.mean_variance) * normals(data.seed, offset_of(0, Stream::means), data.components, d, at::kDouble);
  return {at::full({data.components}, 1.0 / static_cast<double>(data.components), options), means,
          (data.variance * at::eye(d, options)).expand({data.components, d, d}).contiguous()};
}

at::Tensor AffineMap::operator()(const at::Tensor& x0) const {
  return at::matmul(x0, A.t()) + mean;
}

AffineMap gaussian_map(const DataRecipe& data, double degrees) {
  return {at::matmul(square_root(data), rotation(data.dimension, degrees)), at::tensor(data.mean).to(at::kDouble)};
}

Pairs make_pairs(const Recipe& recipe) {
  const PairsRecipe& of = recipe.pairs;
  if (of.kind == "file") {
    return read_pairs(recipe);
  }
  const at::Tensor x0 = sources(recipe, of.seed, 0, of.count);
  const bool is_gaussian = recipe.data.kind == "gaussian";
  const at::Tensor optimal = is_gaussian ? gaussian_map(recipe.data, 0.0)(x0) : at::full_like(x0, nan);
  at::Tensor index = at::arange(of.count, at::TensorOptions().dtype(at::kLong));
  const std::string& coupling = coupling_of(of);
  at::Tensor x1 = coupling == "gaussian-ot"        ? optimal
                  : coupling == "gaussian-rotated" ? gaussian_map(recipe.data, of.degrees)(x0)
                                                   : targets(recipe, of.seed, 0, of.count);
  if (of.kind == "shuffled") {
    index = cycle(of.seed, of.count);
    x1 = x1.index_select(0, index);
  }
  return {x0.to(at::kFloat), x1.to(at::kFloat), optimal.to(at::kFloat), index};
}

bool has_known_targets(const Recipe& recipe) {
  return recipe.pairs.kind != "file" && recipe.pairs.kind != "1-reflow";
}

at::Tensor fresh_targets(const Recipe& recipe, std::int64_t rows, std::int64_t step) {
  if (!has_known_targets(recipe)) {
    throw InputError("pairs.kind \"" + recipe.pairs.kind +
                     "\" says nothing of the targets' distribution: there are no fresh ones");
  }
  return targets(recipe, recipe.pairs.seed, step, rows).to(at::kFloat);
}

std::string digest_of(const Pairs& pairs) {
  std::string bytes;
  for (const at::Tensor& tensor : {pairs.x0, pairs.x1}) {
    const at::Tensor host = tensor.contiguous();
    bytes.append(static_cast<const char*>(host.const_data_ptr()), host.nbytes());
  }
  return fixtures::sha256_hex(bytes);
}

void write_pairs(const std::filesystem::path& path, const Pairs& pairs, const Recipe& recipe) {
  require_place(path, pairs_schema);
  write_tensors(path, {{"x0", pairs.x0}, {"x1", pairs.x1}, {"index", pairs.index}},
                {{"schema", pairs_schema}, {"kind", recipe.pairs.kind}, {"sha256", digest_of(pairs)}});
}

PairSampler::PairSampler(const Recipe& recipe, const Pairs& pairs, const at::Device& device)
    : recipe_(recipe), x0_(pairs.x0.to(device)), x1_(pairs.x1.to(device)), device_(device) {
  const std::string& kind = recipe.pairs.kind;
  if (kind == "gaussian-ot" || kind == "gaussian-rotated") {
    map_ = gaussian_map(recipe.data, kind == "gaussian-ot" ? 0.0 : recipe.pairs.degrees);
  } else if (kind == "independent" && recipe.data.kind == "gaussian") {
    map_ = gaussian_map(recipe.data, 0.0);
  }
}

PairSampler::Draw PairSampler::draw_on_host(std::int64_t seed, std::int64_t step, std::int64_t batch) const {
  const bool frozen = recipe_.pairs.mode == "frozen";
  if (!frozen && map_) {
    const at::Tensor x0 = sources(recipe_, seed, step, batch);
    const at::Tensor z = recipe_.pairs.kind == "independent" ? target_normals(recipe_, seed, step, batch) : x0;
    return {{}, x0.to(at::kFloat), (*map_)(z).to(at::kFloat)};
  }
  const at::Tensor rows = integers(seed, offset_of(step, Stream::order), batch, x1_.size(0));
  return {rows, frozen ? at::Tensor() : sources(recipe_, seed, step, batch).to(at::kFloat), {}};
}

PairSampler::Batch PairSampler::batch_of(const Draw& drawn) const {
  return {drawn.x0.defined() ? drawn.x0 : x0_.index_select(0, drawn.rows),
          drawn.x1.defined() ? drawn.x1 : x1_.index_select(0, drawn.rows)};
}

PairSampler::Batch PairSampler::draw(std::int64_t seed, std::int64_t step, std::int64_t batch) const {
  const auto there = [this](const at::Tensor& tensor) { return tensor.defined() ? tensor.to(device_) : tensor; };
  const Draw drawn = draw_on_host(seed, step, batch);
  return batch_of({there(drawn.rows), there(drawn.x0), there(drawn.x1)});
}

}  // namespace straightedge::train
