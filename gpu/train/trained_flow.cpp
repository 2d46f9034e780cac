#include <train/trained_flow.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <data/image_data.hpp>
#include <data/pair_files.hpp>

#include <algorithm>
#include <digest.hpp>
#include <straightedge/error.hpp>
#include <train/resumable_rows.hpp>

namespace straightedge::train {

std::int64_t rows_of_flow(const ModelRecipe& model) {
  return model.kind == "unet" ? 128 : 4096;
}

TrainedFlow::TrainedFlow(const RunFolder& folder, const at::Device& device, const Processes* shared_by)
    : model_(make_model(folder.recipe())),
      parameters_(folder.read_model(*model_).to(device)),
      device_(device),
      rows_at_once_(rows_of_flow(folder.recipe().model)),
      shared_by_(shared_by) {}

at::Tensor TrainedFlow::operator()(const at::Tensor& x0, std::int64_t steps) const {
  return (*this)(x0, Solver{.method = "euler", .steps = steps});
}

at::Tensor TrainedFlow::operator()(const at::Tensor& x0, const Solver& solver, const std::atomic<bool>* stop) const {
  const Velocity velocity = [this, stop](const at::Tensor& x, const at::Tensor& t) {
    if (stop != nullptr && *stop) {
      throw Stopped();
    }
    return model_->velocity(parameters_, x, t);
  };
  const Block end_of = [&](const at::Tensor& rows) { return solve(velocity, rows.to(device_, at::kFloat), solver).x; };
  if (shared_by_ != nullptr && shared_by_->are_several()) {
    return shared(x0, end_of);
  }
  const at::Tensor x1 = at::empty(x0.sizes(), at::TensorOptions().dtype(at::kFloat));
  for (std::int64_t first = 0; first < x0.size(0); first += rows_at_once_) {
    const std::int64_t rows = std::min(rows_at_once_, x0.size(0) - first);
    x1.narrow(0, first, rows).copy_(end_of(x0.narrow(0, first, rows)));
  }
  return x1;
}

// Blocks are those of one process alone: how many processes there are changes no bit.
at::Tensor TrainedFlow::shared(const at::Tensor& x0, const Block& end_of) const {
  const auto floats = at::TensorOptions().dtype(at::kFloat);
  const at::Tensor x1 = at::empty(x0.sizes(), floats);
  const auto rows_from = [&](std::int64_t first) { return std::min(rows_at_once_, x0.size(0) - first); };
  for (std::int64_t begin = 0; begin < x0.size(0); begin += rows_at_once_ * shared_by_->size()) {
    const at::Tensor block = at::zeros({std::min(rows_at_once_, x0.size(0)), x0.size(1)}, floats);
    const std::int64_t own = begin + rows_at_once_ * shared_by_->rank();
    if (rows_from(own) > 0) {
      block.narrow(0, 0, rows_from(own)).copy_(end_of(x0.narrow(0, own, rows_from(own))));
    }
    std::int64_t first = begin;
    for (const at::Tensor& made : shared_by_->all_of(block)) {
      if (rows_from(first) > 0) {
        x1.narrow(0, first, rows_from(first)).copy_(made.narrow(0, 0, rows_from(first)));
      }
      first += rows_at_once_;
    }
  }
  return x1;
}

std::vector<at::Tensor> TrainedFlow::trajectory(const at::Tensor& x0, std::int64_t steps, std::int64_t parts) const {
  std::vector<at::Tensor> states{x0};
  at::Tensor x = x0.to(device_, at::kFloat);
  const double h = 1.0 / static_cast<double>(steps);
  for (std::int64_t k = 0; k < steps; ++k) {
    x = x + h * model_->velocity(parameters_, x, at::full({x.size(0)}, static_cast<double>(k) * h, x.options()));
    if ((k + 1) * parts / steps > k * parts / steps) {
      states.push_back(x.cpu());
    }
  }
  return states;
}

Recipe source_recipe(const Recipe& recipe) {
  return recipe.pairs.kind == "1-reflow" ? source_recipe(RunFolder::open(recipe.pairs.run).recipe()) : recipe;
}

std::string settings_of_pairs(const Recipe& recipe) {
  const bool has_teacher = recipe.pairs.kind == "1-reflow";
  return settings_of_pairs(
      recipe, has_teacher ? fixtures::sha256_file(RunFolder::open(recipe.pairs.run).path("model.safetensors")) : "");
}

Pairs pairs_of(const Recipe& recipe, const at::Device& device, const Processes& processes, const FlowRows& rows) {
  if (recipe.pairs.coupling() != "file" && !recipe.pairs.file.empty()) {
    return read_made_pairs(recipe, settings_of_pairs(recipe));
  }
  if (recipe.pairs.kind != "1-reflow") {
    return make_pairs(recipe);
  }
  const RunFolder teacher = RunFolder::open(recipe.pairs.run);
  const std::int64_t d = teacher.recipe().dimension();
  if (d != recipe.dimension()) {
    throw InputError("pairs.run: " + recipe.pairs.run + " has dimension " + std::to_string(d) +
                     ", and data.dimension is " + std::to_string(recipe.dimension()));
  }
  const Recipe origin = source_recipe(recipe);
  (void)fresh_sources(origin, recipe.evaluate.fresh, 0);  // too few are noticed before the training, not after it
  Pairs pairs = make_sources(origin, recipe.pairs.count, recipe.pairs.seed);
  const TrainedFlow flow(teacher, device, rows ? nullptr : &processes);
  const at::Tensor x0 = as_numbers(pairs.x0);
  const std::int64_t steps = teacher.recipe().evaluate.euler_steps;
  pairs.x1 = rows ? rows(flow, x0, steps) : flow(x0, steps);
  return pairs;
}

}  // namespace straightedge::train
