#include <train/outputs.hpp>

#include <ATen/ops/cat.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>
#include <data/image_data.hpp>
#include <data/tensor_files.hpp>

#include <algorithm>
#include <limits>
#include <train/durable.hpp>

namespace straightedge::train {
namespace {

struct Fresh {
  at::Tensor source, optimal;
};

Fresh fresh_of(const Recipe& recipe, const Pairs& pairs) {
  const std::int64_t rows = recipe.evaluate.fresh;
  if (pairs.fresh.defined()) {  // a file brought them along
    const std::int64_t few = std::min(rows, pairs.fresh.size(0));
    const at::Tensor& optimal = pairs.fresh_optimal;
    return {as_numbers(pairs.fresh.narrow(0, 0, few)), optimal.defined() ? optimal.narrow(0, 0, few) : optimal};
  }
  const Recipe origin = source_recipe(recipe);
  const at::Tensor source = fresh_sources(origin, rows, fresh_step);
  return {source, optimal_partners(origin, source)};
}

bool is_known(const at::Tensor& rows) {
  return rows.size(0) > 0 && !rows[0][0].isnan().item<bool>();
}

}  // namespace

bool Outputs::knows_optimal_of_training() const {
  return is_known(of_training(optimal));
}

bool Outputs::knows_optimal_of_fresh() const {
  return is_known(of_fresh(optimal));
}

Outputs make_outputs(const Recipe& recipe, const Pairs& pairs, const TrainedFlow& flow) {
  const Fresh fresh = fresh_of(recipe, pairs);
  const at::Tensor trained = as_numbers(pairs.x0);
  const std::int64_t n = trained.size(0);
  const std::int64_t m = fresh.source.size(0);
  const auto known = [](const at::Tensor& rows, const at::Tensor& like) {
    return rows.defined() ? rows : at::full_like(like, std::numeric_limits<double>::quiet_NaN());
  };
  const auto integers = at::TensorOptions().dtype(at::kLong);
  const at::Tensor source = at::cat({trained, fresh.source});
  return {source,
          at::cat({as_numbers(pairs.x1), known({}, fresh.source)}),
          at::cat({known(pairs.optimal, trained), known(fresh.optimal, fresh.source)}),
          flow(source, recipe.evaluate.euler_steps),
          at::cat({at::zeros({n}, integers), at::ones({m}, integers)}),
          has_known_targets(recipe) ? fresh_targets(recipe, m, fresh_step) : at::Tensor(),
          n};
}

void write_outputs(const RunFolder& folder, const Outputs& outputs) {
  NamedTensors tensors{{"source", outputs.source},
                       {"partner", outputs.partner},
                       {"optimal", outputs.optimal},
                       {"generated", outputs.generated},
                       {"split", outputs.split}};
  if (outputs.reference.defined()) {
    tensors.emplace("reference", outputs.reference);
  }
  write_tensors(folder.path("outputs.safetensors"), tensors, {{"schema", "straightedge/outputs/1"}});
  sync(folder.path("outputs.safetensors"));
}

}  // namespace straightedge::train
