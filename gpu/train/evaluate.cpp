#include <train/evaluate.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/empty_like.h>
#include <data/image_data.hpp>
#include <data/pair_files.hpp>
#include <data/pair_sampler.hpp>
#include <images/picture.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <straightedge/error.hpp>
#include <train/durable.hpp>
#include <train/gradient_variance.hpp>
#include <train/image_features.hpp>
#include <train/measures.hpp>
#include <train/outputs.hpp>
#include <train/pictures.hpp>
#include <train/trained_flow.hpp>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

using Json = nlohmann::ordered_json;

constexpr double reproduced_rms = 0.05;  // figure 6: what counts as the partner

double mean_of(const at::Tensor& values) {
  return values.to(at::kDouble).mean().item<double>();
}

Json spread(const at::Tensor& values) {
  return {{"mean", mean_of(values)}, {"standard_deviation", values.to(at::kDouble).std().item<double>()}};
}

// Distances over all coordinates: per coordinate (RMS), and as the norm that the paper's tables have (L2).
void add_distances(Json& to, const std::string& what, const std::string& of, const at::Tensor& rms, std::int64_t d) {
  to[what + "_rms" + of] = spread(rms);
  to[what + "_l2" + of] = spread(rms * std::sqrt(static_cast<double>(d)));
}

Json memorisation(const Outputs& outputs, const Pairs& pairs) {
  const std::int64_t d = outputs.generated.size(1);
  const at::Tensor targets = as_numbers(pairs.x1);
  const at::Tensor trained = outputs.of_training(outputs.generated);
  const at::Tensor rms = row_rms(trained, targets);
  Json result;
  add_distances(result, "partner", "", rms, d);
  result["reproduced_fraction"] = mean_of(rms <= reproduced_rms);
  result["reproduced_within_rms"] = reproduced_rms;
  const NearestTwo near = nearest_two(outputs.of_fresh(outputs.generated), targets);
  result["fresh_nearest_target_distance"] = spread(near.first);
  result["fresh_nearest_over_second_nearest"] = spread(near.first / near.second);
  const NearestTwo own = nearest_two(trained, targets);
  result["training_nearest_target_distance"] = spread(own.first);
  result["training_nearest_over_second_nearest"] = spread(own.first / own.second);
  const at::Tensor to_optimal = row_rms(outputs.generated, outputs.optimal);
  if (outputs.knows_optimal_of_training()) {
    add_distances(result, "optimal", "_of_training_sources", outputs.of_training(to_optimal), d);
  }
  if (outputs.knows_optimal_of_fresh()) {
    add_distances(result, "optimal", "_of_fresh_sources", outputs.of_fresh(to_optimal), d);
  }
  return result;
}

// All distances of many images would take hours.
at::Tensor first_rows(const at::Tensor& rows) {
  constexpr std::int64_t most_numbers = std::int64_t{1} << 24U;
  return rows.narrow(0, 0, std::min(rows.size(0), std::max<std::int64_t>(1000, most_numbers / rows.size(1))));
}

std::vector<double> mmd_bandwidths(const Pairs& pairs) {
  const double median = median_distance(as_numbers(pairs.x1));
  std::vector<double> bandwidths{1.0};
  for (const double factor : {0.25, 0.5, 1.0, 2.0, 4.0}) {
    if (median > 0.0) {  // 0 where most targets are one and the same
      bandwidths.push_back(factor * median);
    }
  }
  return bandwidths;
}

// To the data from fresh sources, to the pairs from their own sources: as the paper's table 1 has it.
Json mmd(const Outputs& outputs, const Pairs& pairs, const std::vector<double>& bandwidths) {
  Json list = Json::array();
  const auto add = [&](const char* to, const at::Tensor& generated, const at::Tensor& targets) {
    const std::vector<double> values = squared_mmd(first_rows(generated), first_rows(targets), bandwidths);
    for (std::size_t k = 0; k < values.size(); ++k) {
      list.push_back({{"bandwidth", bandwidths[k]}, {"to", to}, {"value", values[k]}});
    }
  };
  if (outputs.reference.defined()) {
    add("data", outputs.of_fresh(outputs.generated), outputs.reference);
  }
  add("pairs", outputs.of_training(outputs.generated), as_numbers(pairs.x1));
  return list;
}

// To the mixture itself, whose expectations are exact, from fresh sources: what the sample of fresh targets adds to the
// error of `mmd` is not in it.
Json mmd_to_mixture(const Recipe& recipe, const Outputs& outputs, const std::vector<double>& bandwidths) {
  const at::Tensor fresh = outputs.of_fresh(outputs.generated);
  const std::vector<double> values = squared_mmd_to_mixture(fresh, mixture_of(recipe.data), bandwidths);
  Json list = Json::array();
  for (std::size_t k = 0; k < values.size(); ++k) {
    list.push_back({{"bandwidth", bandwidths[k]}, {"value", values[k]}});
  }
  return list;
}

// Whether partners are reproduced depends on where an integrator looks: where lines meet, an even number of steps looks
// at t = 1/2.
Json reproduced_by_steps(const Recipe& recipe, const Pairs& pairs, const TrainedFlow& flow) {
  const at::Tensor sources = as_numbers(pairs.x0);
  const at::Tensor targets = as_numbers(pairs.x1);
  Json list = Json::array();
  for (const std::int64_t steps : recipe.evaluate.step_counts) {
    const at::Tensor rms = row_rms(flow(sources, steps), targets);
    list.push_back(
        {{"euler_steps", steps}, {"fraction", mean_of(rms <= reproduced_rms)}, {"partner_rms", mean_of(rms)}});
  }
  return list;
}

// The same by other solvers, beside what they cost.
Json other_solvers(const TrainedFlow& flow, const at::Tensor& x0, const at::Tensor& fine) {
  const Velocity velocity = [&flow](const at::Tensor& x, const at::Tensor& t) {
    return flow.model().velocity(flow.parameters(), x, t);
  };
  Json list = Json::array();
  const auto add = [&](const Solver& solver, const char* key, const Json& value) {
    Json entry = {{"method", solver.method}, {key, value}};
    try {
      const Solution solution = solve(velocity, x0.to(flow.parameters().device()), solver);
      entry.update({{"evaluations", solution.evaluations}, {"rms_to_fine", mean_of(row_rms(solution.x.cpu(), fine))}});
    } catch (const Error& error) {  // a flow that this solver cannot follow has other measurements all the same
      entry.update({{"evaluations", nullptr}, {"rms_to_fine", nullptr}, {"reason", error.what()}});
    }
    list.push_back(entry);
  };
  for (const std::int64_t steps : {1, 2, 4, 8, 16}) {
    add({.method = "heun", .steps = steps}, "steps", steps);
  }
  for (const double tolerance : {1e-2, 1e-3}) {
    add({.method = "adaptive", .tolerance = tolerance}, "tolerance", tolerance);
  }
  return list;
}

Json straightness(const Recipe& recipe, const Outputs& outputs, const TrainedFlow& flow, const Processes& processes) {
  const std::int64_t fine_steps = recipe.evaluate.fine_steps;
  const at::Tensor sources = outputs.of_fresh(outputs.source);
  const at::Tensor x0 = sources.narrow(0, 0, std::min<std::int64_t>(500, sources.size(0)));
  const at::Tensor fine = flow(x0, fine_steps);
  Json list = Json::array();
  for (std::int64_t steps = 1; steps <= std::min<std::int64_t>(64, fine_steps / 2); steps *= 2) {
    list.push_back({{"euler_steps", steps}, {"rms_to_fine", mean_of(row_rms(flow(x0, steps), fine))}});
  }
  const Json others = processes.is_first() ? other_solvers(flow, x0, fine) : Json();
  return {{"fine_steps", fine_steps}, {"errors", list}, {"other_solvers", others}};
}

// As with MMD: to the data from fresh sources, to the pairs from their own.
Json feature_distances(const Recipe& recipe, const Outputs& outputs, const FeatureNetwork& network) {
  const DataRecipe& data = recipe.data;
  Json list = Json::array();
  const auto add = [&](const char* to, const at::Tensor& generated, const at::Tensor& targets) {
    const at::Tensor x = network(generated, data.height, data.width, data.colours);
    const at::Tensor y = network(targets, data.height, data.width, data.colours);
    list.push_back({{"to", to},
                    {"images", x.size(0)},
                    {"targets", y.size(0)},
                    {"features", x.size(1)},
                    {"fid", frechet_distance(x, y)},
                    {"kid", kernel_distance(x, y)}});
  };
  if (outputs.reference.defined()) {
    add("data", outputs.of_fresh(outputs.generated), outputs.reference);
  }
  add("pairs", outputs.of_training(outputs.generated), outputs.of_training(outputs.partner));
  return {{"network_sha256", network.sha256()}, {"distances", list}};
}

struct Coupling {
  Json name;
  Recipe recipe;
};

// The run's own pairs; and for Gaussian data the pairings that the paper's figures 4 and 5 compare, their samples drawn
// anew.
std::vector<Coupling> couplings(const Recipe& recipe) {
  std::vector<Coupling> list{{"training", recipe}};
  if (recipe.data.kind != "gaussian" || !has_known_targets(recipe)) {
    return list;
  }
  const auto add = [&](const char* kind, double degrees) {
    Recipe other = recipe;
    other.pairs.kind = kind;
    other.pairs.degrees = degrees;
    other.pairs.mode = "resampled";
    if (pairs_json(other) == pairs_json(recipe)) {
      return;  // the run's own
    }
    list.push_back({pairs_json(other), other});
  };
  add("gaussian-ot", 0.0);
  add("independent", 0.0);
  if (recipe.dimension() >= 2) {
    add("gaussian-rotated", 120.0);
  }
  return list;
}

/// Makes the entries of `gradient_variance`.
class VarianceTable {
 public:
  VarianceTable(const Recipe& recipe, const Model& model, const Processes& processes)
      : recipe_(recipe), model_(model), processes_(processes) {}

  void add(std::int64_t step, const at::Tensor& parameters, const Json& coupling, const PairSampler& sampler,
           const std::optional<TimeBin>& bin) {
    const EvaluateRecipe& of = recipe_.evaluate;
    const MeasuredField field{model_, parameters, sampler, recipe_.noise, processes_};
    const auto norms = [&](std::int64_t batch) {
      return squared_gradient_norms(field, recipe_.train.seed, batch, of.batches, bin);
    };
    const std::vector<double> small = norms(of.small_batch);
    const std::vector<double> large = norms(of.large_batch);
    const VarianceEstimate estimate = estimate_variance(small, of.small_batch, large, of.large_batch);
    const std::optional<double> half_width = estimate.half_width_99();
    list_.push_back(
        {{"step", step},
         {"t_bin", bin ? Json{bin->from, bin->to} : Json()},
         {"field", recipe_.model.kind == "affine" ? "affine" : "network"},
         {"coupling", coupling},
         {"variance", estimate.value},
         {"standard_error", estimate.standard_error},
         {"interval_99", half_width ? Json{estimate.value - *half_width, estimate.value + *half_width} : Json()},
         {"b", of.small_batch},
         {"B", of.large_batch},
         {"squared_norms_b", small},
         {"squared_norms_B", large}});
  }

  [[nodiscard]] const Json& list() const { return list_; }

 private:
  const Recipe& recipe_;
  const Model& model_;
  const Processes& processes_;
  Json list_ = Json::array();
};

// At the end, under all pairings and by bins of t; under the run's own pairs also at the checkpoints that are there.
Json gradient_variance(const RunFolder& folder, const Pairs& pairs, const TrainedFlow& flow, const at::Device& device,
                       const Processes& processes) {
  const Recipe& recipe = folder.recipe();
  const std::int64_t last = recipe.train.steps;
  VarianceTable table(recipe, flow.model(), processes);
  for (const Coupling& coupling : couplings(recipe)) {
    table.add(last, flow.parameters(), coupling.name, PairSampler(coupling.recipe, pairs, device), std::nullopt);
  }
  const PairSampler sampler(recipe, pairs, device);
  for (const TimeBin& bin : time_bins(recipe.evaluate.t_bins)) {
    table.add(last, flow.parameters(), "training", sampler, bin);
  }
  // Those of rank 0: a copy of the run elsewhere may have others.
  std::vector<Checkpoint> checkpoints;
  std::vector<std::int64_t> steps;
  if (processes.is_first()) {
    checkpoints = list_checkpoints(folder.checkpoints());
    for (const Checkpoint& checkpoint : checkpoints) {
      steps.push_back(checkpoint.step);
    }
  }
  steps = processes.broadcast(steps);
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k] != last) {
      const at::Tensor ema = processes.is_first() ? read_checkpoint(checkpoints[k], flow.parameters().numel()).ema
                                                  : at::empty_like(flow.parameters(), at::kCPU);
      processes.broadcast(ema);
      table.add(steps[k], ema.to(device), "training", sampler, std::nullopt);
    }
  }
  return table.list();
}

Json affine_json(const TrainedFlow& flow, std::int64_t d) {
  const std::map<std::string, at::Tensor> parts = flow.model().views(flow.parameters().cpu());
  Json Th = Json::array();
  for (std::int64_t i = 0; i < d; ++i) {
    Json row = Json::array();
    for (std::int64_t j = 0; j < d; ++j) {
      row.push_back(parts.at("Th")[i][j].item<double>());
    }
    Th.push_back(row);
  }
  Json th = Json::array();
  for (std::int64_t i = 0; i < d; ++i) {
    th.push_back(parts.at("th")[i].item<double>());
  }
  return {{"th", th}, {"Th", Th}};
}

}  // namespace

void evaluate(const RunFolder& folder, const at::Device& device, const std::string& features,
              const Processes& processes, const std::function<void(const std::string&)>& report) {
  const Recipe& recipe = folder.recipe();
  if (!features.empty() && recipe.data.kind != "images") {
    throw InputError("evaluate: --features is for runs on images; data.kind is \"" + recipe.data.kind + "\"");
  }
  std::optional<FeatureNetwork> network;  // before hours of measuring
  if (!features.empty()) {
    network.emplace(features, device);
  }
  const TrainedFlow flow(folder, device, &processes);
  const Pairs pairs = pairs_of(recipe, device, processes);
  folder.require_pairs(digest_of(pairs));
  // What the model is needed for is shared: these, and only these, all processes call.
  report("samples");
  const Outputs outputs = make_outputs(recipe, pairs, flow);
  report("gradient variance");
  const Json variance = gradient_variance(folder, pairs, flow, device, processes);
  report("memorisation");
  const Json by_steps = reproduced_by_steps(recipe, pairs, flow);
  report("straightness");
  const Json straight = straightness(recipe, outputs, flow, processes);
  if (!processes.is_first()) {
    return;
  }
  write_outputs(folder, outputs);
  Json document = {{"schema", "straightedge/evaluation/1"}, {"step", recipe.train.steps}};
  document["gradient_variance"] = variance;
  if (recipe.model.kind == "affine") {
    document["affine"] = affine_json(flow, recipe.dimension());
  }
  report("MMD");
  const std::vector<double> bandwidths = mmd_bandwidths(pairs);
  document["mmd"] = mmd(outputs, pairs, bandwidths);
  if (recipe.data.kind == "mixture" && has_known_targets(recipe)) {
    document["mmd_to_mixture"] = mmd_to_mixture(recipe, outputs, bandwidths);
  }
  report("distances");
  document["memorisation"] = memorisation(outputs, pairs);
  document["memorisation"]["reproduced_by_euler_steps"] = by_steps;
  document["straightness"] = straight;
  if (outputs.reference.defined()) {
    document["sliced_wasserstein_squared"] =
        sliced_wasserstein_squared(outputs.of_fresh(outputs.generated), outputs.reference, 256, 0);
  }
  if (network) {
    report("features");
    document["features"] = feature_distances(recipe, outputs, *network);
  }
  if (recipe.data.kind == "images") {
    report(images::can_write_pictures() ? "pictures" : "no pictures: this build has no libpng");
    write_pictures(folder, outputs, pairs, TrainedFlow(folder, device));
  }
  write_durably(folder.path("evaluation.json"), document.dump(1) + "\n");
}

at::Tensor sources_of_samples(const Recipe& recipe, std::int64_t count, std::int64_t seed) {
  return drawn_sources(source_recipe(recipe), count, seed, fresh_step + 2);
}

}  // namespace straightedge::train
