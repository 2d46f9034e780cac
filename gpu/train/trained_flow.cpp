#include <train/trained_flow.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <data/random.hpp>

#include <limits>
#include <straightedge/error.hpp>
#include <train/measures.hpp>

namespace straightedge::train {

TrainedFlow::TrainedFlow(const RunFolder& folder, const at::Device& device)
    : model_(make_model(folder.recipe())), parameters_(folder.read_model(*model_).to(device)), device_(device) {}

at::Tensor TrainedFlow::operator()(const at::Tensor& x0, std::int64_t steps) const {
  const Velocity velocity = [this](const at::Tensor& x, const at::Tensor& t) {
    return model_->velocity(parameters_, x, t);
  };
  return flow_by_euler(velocity, x0.to(device_, at::kFloat), steps).cpu();
}

Pairs pairs_of(const Recipe& recipe, const at::Device& device) {
  if (recipe.pairs.kind != "1-reflow") {
    return make_pairs(recipe);
  }
  const RunFolder teacher = RunFolder::open(recipe.pairs.run);
  const std::int64_t d = teacher.recipe().dimension();
  if (d != recipe.dimension()) {
    throw InputError("pairs.run: " + recipe.pairs.run + " has dimension " + std::to_string(d) +
                     ", and data.dimension is " + std::to_string(recipe.dimension()));
  }
  const std::int64_t n = recipe.pairs.count;
  const at::Tensor x0 = normals(recipe.pairs.seed, offset_of(0, Stream::source), n, d, at::kFloat);
  const at::Tensor x1 = TrainedFlow(teacher, device)(x0, teacher.recipe().evaluate.euler_steps);
  return {x0, x1, at::full_like(x1, std::numeric_limits<double>::quiet_NaN()),
          at::arange(n, at::TensorOptions().dtype(at::kLong))};
}

}  // namespace straightedge::train
