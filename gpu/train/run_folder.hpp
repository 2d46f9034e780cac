// A RUN folder: what a training leaves, and what `evaluate`, `sample` and `straightedge certify` read.
//
//   recipe.toml          the recipe, resolved
//   run.json             docs/schemas/run.schema.json
//   model.safetensors    the averaged parameters, and config.json: a PyTorch module loads them, docs/training.md
//   checkpoints/         see state.hpp
//   metrics.jsonl        one object a line
#pragma once

#include <model/model.hpp>
#include <train/recipe.hpp>
#include <train/state.hpp>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace straightedge::train {

class RunFolder {
 public:
  /// A new one. Throws InputError if there is something in it.
  [[nodiscard]] static RunFolder create(const std::filesystem::path& path, const Recipe& recipe);
  /// One that is there, or a new one. Throws InputError if it is no run, or one of a recipe that differs in more than
  /// the number of threads.
  [[nodiscard]] static RunFolder resume(const std::filesystem::path& path, const Recipe& recipe);
  /// One that is there, with its own recipe.
  [[nodiscard]] static RunFolder open(const std::filesystem::path& path);

  [[nodiscard]] const Recipe& recipe() const { return recipe_; }
  [[nodiscard]] std::filesystem::path path(const char* name) const { return path_ / name; }
  [[nodiscard]] std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }

  /// run.json of a run that begins; one that is there stays as it is. Throws InputError if it was begun with pairs of
  /// another digest. `pairs_digest`: "" where the recipe draws pairs anew at each step.
  void write_run_json(const std::string& device, const std::string& pairs_digest) const;
  /// Throws InputError if run.json has another digest.
  void require_pairs(const std::string& digest) const;
  /// The averaged parameters under the model's names, and config.json.
  void write_model(const Model& model, const at::Tensor& ema) const;
  /// The averaged parameters, flat. Throws InputError if they are not there, or not of this model.
  [[nodiscard]] at::Tensor read_model(const Model& model) const;

  void append_metrics(const nlohmann::ordered_json& line) const;
  /// Whether its model is there: the training has ended.
  [[nodiscard]] bool has_model() const;

  /// Cuts metrics.jsonl after `step`: the lines behind it are written again.
  void cut_metrics(std::int64_t step) const;

 private:
  RunFolder(std::filesystem::path path, Recipe recipe) : path_(std::move(path)), recipe_(std::move(recipe)) {}

  std::filesystem::path path_;
  Recipe recipe_;
};

/// `pairs` of run.json.
[[nodiscard]] nlohmann::ordered_json pairs_json(const Recipe& recipe);

/// "cpu, 2 threads" or "cuda:0".
[[nodiscard]] std::string device_name(const at::Device& device);

}  // namespace straightedge::train
