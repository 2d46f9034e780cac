#include <train/run_folder.hpp>

#include <ATen/Parallel.h>
#include <ATen/ops/isfinite.h>
#include <torch/csrc/api/include/torch/version.h>
#include <data/image_data.hpp>
#include <data/pairs.hpp>
#include <data/tensor_files.hpp>

#include <algorithm>
#include <build_info.hpp>
#include <fstream>
#include <json_fields.hpp>
#include <straightedge/error.hpp>
#include <train/durable.hpp>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* recipe_file = "recipe.toml";
constexpr const char* model_schema = "straightedge/model/1";

Json matrix(const std::vector<double>& values, std::int64_t rows) {
  Json result = Json::array();
  const auto columns = static_cast<std::int64_t>(values.size()) / rows;
  for (std::int64_t i = 0; i < rows; ++i) {
    result.push_back(std::vector<double>(values.begin() + i * columns, values.begin() + (i + 1) * columns));
  }
  return result;
}

std::vector<double> numbers(const at::Tensor& tensor) {
  const at::Tensor flat = tensor.contiguous();
  const auto* data = flat.const_data_ptr<double>();
  return {data, data + flat.numel()};
}

Json mixture_json(const DataRecipe& data) {
  const Mixture mixture = mixture_of(data);
  Json covariances = Json::array();
  for (std::int64_t k = 0; k < data.components; ++k) {
    covariances.push_back(matrix(numbers(mixture.covariances[k]), data.dimension));
  }
  return {{"weights", numbers(mixture.weights)},
          {"means", matrix(numbers(mixture.means), data.components)},
          {"covariances", covariances}};
}

Json training_json(const Recipe& recipe) {
  const OptimiserRecipe& of = recipe.optimiser;
  return {{"steps", recipe.train.steps},
          {"batch", recipe.train.batch},
          {"rate", of.rate},
          {"schedule", of.schedule},
          {"warmup", of.warmup},
          {"beta1", of.beta1},
          {"beta2", of.beta2},
          {"weight_decay", of.weight_decay},
          {"clip", of.clip},
          {"ema", of.ema},
          {"precision", recipe.train.precision},
          {"dropout", recipe.model.dropout},
          {"euler_steps", recipe.evaluate.euler_steps}};
}

Json model_json(const Recipe& recipe) {
  const ModelRecipe& model = recipe.model;
  Json config = {{"kind", model.kind}, {"dimension", recipe.dimension()}};
  if (model.kind == "mlp") {
    config.update({{"width", model.width}, {"depth", model.depth}, {"time_features", model.time_features}});
  }
  if (model.kind == "unet") {
    config = {{"kind", model.kind},
              {"height", recipe.data.height},
              {"width", recipe.data.width},
              {"colours", recipe.data.colours},
              {"channels", model.channels},
              {"multipliers", model.multipliers},
              {"blocks", model.blocks},
              {"attention", model.attention},
              {"head_width", model.head_width},
              {"groups", model.groups}};
  }
  return config;
}

// Whether a folder holds nothing, or only what a stop left behind before there was a recipe.
bool is_free(const fs::path& path) {
  return fs::is_directory(path) &&
         std::all_of(fs::directory_iterator(path), fs::directory_iterator(),
                     [](const auto& entry) { return entry.path().filename() == std::string(recipe_file) + ".part"; });
}

}  // namespace

nlohmann::ordered_json pairs_json(const Recipe& recipe) {
  const PairsRecipe& pairs = recipe.pairs;
  const bool is_mixture = recipe.data.kind == "mixture";
  const auto name_of = [is_mixture](const std::string& kind) {
    return is_mixture && kind == "independent" ? "mixture" : kind;
  };
  Json of = {{"kind", name_of(pairs.kind)}, {"mode", pairs.mode}};
  if (pairs.mode == "frozen" || is_mixture) {
    of["count"] = pairs.count;
    of["seed"] = pairs.seed;
  }
  if (pairs.kind == "shuffled") {
    of["of"] = {{"kind", name_of(pairs.of)}};
  }
  if (has_image_sources(recipe)) {
    of["map"] = pairs.map;
  }
  if (pairs.kind == "gaussian-rotated" || (pairs.kind == "shuffled" && pairs.of == "gaussian-rotated")) {
    of["degrees"] = pairs.degrees;
  }
  if (has_known_targets(recipe) && recipe.data.kind == "gaussian") {
    of["mean"] = recipe.data.mean;
    of["covariance"] = matrix(recipe.data.covariance, recipe.dimension());
  }
  return of;
}

RunFolder RunFolder::create(const fs::path& path, const Recipe& recipe) {
  if (fs::exists(path) && !is_free(path)) {
    throw InputError(path.string() + ": is there already; continue it with --resume, or name another folder");
  }
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) {
    throw InputError(path.string() + ": cannot be made: " + failure.message());
  }
  write_durably(path / recipe_file, to_toml(recipe));
  return {path, recipe};
}

RunFolder RunFolder::open(const fs::path& path) {
  if (!fs::exists(path / recipe_file)) {
    throw InputError(path.string() + ": is no folder of a run: it has no " + std::string(recipe_file));
  }
  return {path, read_recipe(path / recipe_file)};
}

RunFolder RunFolder::resume(const fs::path& path, const Recipe& recipe) {
  if (!fs::exists(path) || is_free(path)) {
    return create(path, recipe);
  }
  RunFolder folder = open(path);
  Recipe now = recipe;
  now.train.threads = folder.recipe_.train.threads;  // another number goes on, to other last bits
  const std::string key = first_difference(folder.recipe_, now);
  if (!key.empty()) {
    throw InputError(path.string() + ": was begun with another recipe: " + key +
                     " differs; resume with the one it was begun with, its recipe.toml");
  }
  return folder;
}

void RunFolder::require_pairs(const std::string& digest) const {
  const Json document = fixtures::read_json_file(path("run.json").string());
  fixtures::JsonFields fields(document, path("run.json").string());
  fixtures::JsonFields data = fields.fields("data");
  if (data.has("pairs_sha256") && data.text("pairs_sha256") != digest) {
    throw InputError(data.place("pairs_sha256") + ": the run has other pairs than its recipe makes now: " +
                     (recipe_.pairs.kind == "file" ? recipe_.pairs.file : "pairs.kind \"" + recipe_.pairs.kind + "\"") +
                     " has changed; put the former back, or begin another run");
  }
}

void RunFolder::write_run_json(const std::string& device, const std::string& pairs_digest) const {
  if (fs::exists(path("run.json"))) {
    require_pairs(pairs_digest);
    return;
  }
  const NoiseRecipe& noise = recipe_.noise;
  Json document = {{"schema", "straightedge/run/1"},
                   {"claim", recipe_.claim},
                   {"seed", recipe_.train.seed},
                   {"device", device},
                   {"versions", {{"straightedge-train", version()}, {"torch", TORCH_VERSION}}},
                   {"data", Json::object()},
                   {"dimension", recipe_.dimension()},
                   {"model", model_json(recipe_)},
                   {"pairs", pairs_json(recipe_)},
                   {"noise", {{"kind", noise.kind}, {"sigma", noise.sigma}, {"target", noise.target}}},
                   {"training", training_json(recipe_)}};
  if (!pairs_digest.empty()) {
    document["data"]["pairs_sha256"] = pairs_digest;
  }
  if (has_image_file(recipe_)) {
    document["data"]["images_sha256"] = ImageData(recipe_).sha256();
  }
  if (recipe_.data.kind == "mixture") {
    document["mixture"] = mixture_json(recipe_.data);
  }
  write_durably(path("run.json"), document.dump(1) + "\n");
}

void RunFolder::write_model(const Model& model, const at::Tensor& ema) const {
  const std::map<std::string, at::Tensor> views = model.views(ema);
  write_tensors(path("model.safetensors"), {views.begin(), views.end()}, {{"schema", model_schema}});
  sync(path("model.safetensors"));
  Json config = model_json(recipe_);
  config["schema"] = model_schema;
  write_durably(path("config.json"), config.dump(1) + "\n");
}

bool RunFolder::has_model() const {
  return fs::exists(path("model.safetensors"));
}

at::Tensor RunFolder::read_model(const Model& model) const {
  if (!has_model()) {
    throw InputError(path("model.safetensors").string() + ": is not there: the training has not ended; --resume it");
  }
  const fixtures::SafetensorsFile file(path("model.safetensors"));
  require_schema(file, model_schema);
  at::Tensor flat = model.initial(0);
  const std::map<std::string, at::Tensor> views = model.views(flat);
  for (const ParameterPart& part : model.parts()) {
    const at::Tensor values = read_tensor(file, part.name, at::kFloat, part.shape);
    if (!at::isfinite(values).all().item<bool>()) {
      throw InputError(file.path() + ": " + part.name + ": holds a NaN or an infinity");
    }
    views.at(part.name).copy_(values);
  }
  return flat;
}

void RunFolder::append_metrics(const Json& line) const {
  std::ofstream file(path("metrics.jsonl"), std::ios::app);
  file << line.dump() << "\n" << std::flush;
  if (!file) {
    throw MachineError(path("metrics.jsonl").string() + ": cannot be written; is the disk full?");
  }
}

void RunFolder::cut_metrics(std::int64_t step) const {
  std::ifstream file(path("metrics.jsonl"));
  if (!file && fs::exists(path("metrics.jsonl"))) {
    throw InputError(path("metrics.jsonl").string() + ": cannot be read; the lines after the checkpoint are to be cut");
  }
  std::string kept;
  for (std::string line; std::getline(file, line);) {
    const Json entry = Json::parse(line, nullptr, false);
    if (entry.is_object() && entry.contains("step") && entry["step"].is_number_integer() && entry["step"] <= step) {
      kept += line + "\n";
    }
  }
  write_durably(path("metrics.jsonl"), kept);
}

std::string device_name(const at::Device& device) {
  return device.is_cpu() ? "cpu, " + std::to_string(at::get_num_threads()) + " threads" : device.str();
}

}  // namespace straightedge::train
