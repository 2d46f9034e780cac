// A RUN folder, as far as certify reads it: run.json, evaluation.json and outputs.safetensors, whoever wrote them.
// docs/certify.md describes the files; docs/schemas/run.schema.json and evaluation.schema.json the two JSON documents.
#pragma once

#include <certify/pairs.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <straightedge/field.hpp>
#include <string>
#include <vector>

namespace straightedge::certify {

inline constexpr const char* kRunSchema = "straightedge/run/1";
inline constexpr const char* kEvaluationSchema = "straightedge/evaluation/1";
inline constexpr const char* kOutputsSchema = "straightedge/outputs/1";

/// Squared norms of mean gradients over independent batches of two sizes.
struct GradientNorms {
  std::uint64_t step;
  std::optional<std::pair<double, double>> times;  ///< the bin of t; nothing: all of [0, 1]
  std::string field;                               ///< network, affine, optimal-transport
  std::optional<Pairs> coupling;                   ///< nothing: the pairs of the training
  std::uint64_t b, big;
  std::vector<double> norms_b, norms_big;
};

struct Mmd {
  double bandwidth;
  std::string to;  ///< data, pairs
  double value;    ///< unbiased, squared
};

/// What outputs.safetensors says of the training sources (rows with split 0), in their order. Distances are L2 over all
/// coordinates; NaN where the partner, or the optimal image, is unknown.
struct TrainingOutputs {
  std::size_t dimension = 0;
  std::vector<double> to_partner;
  std::vector<double> to_shuffled_partner;  ///< to the partner of another source: a seeded cycle through all of them
  std::vector<double> to_optimal;
  std::string sources_sha256;  ///< of the sources as numbers: equal for equal sources
};

struct Run {
  std::string folder;
  std::string claim;  ///< what it was made for; may be empty
  std::uint64_t seed;
  std::string device;
  nlohmann::json versions;
  Eigen::Index dimension;
  std::string model;  ///< kind: mlp, unet, affine, ...
  Pairs pairs;
  NoiseSchedule<double> noise;
  nlohmann::json identity;  ///< run.json without what may differ in a group of runs: run_group.hpp
  std::uint64_t step;       ///< of the evaluation
  std::vector<GradientNorms> gradients;
  std::optional<PairField<double>> affine;
  std::vector<Mmd> mmd;
  TrainingOutputs outputs;
  std::map<std::string, std::string> digests;  ///< SHA-256 of the three files, by "FOLDER/NAME"
};

/// Reads the three files. Throws InputError, with file, place, what is wrong and what would be right.
[[nodiscard]] Run read_run(const std::filesystem::path& folder);

/// The parts of it. `read_evaluation` and `read_outputs` need what run.json says.
void read_run_document(const std::filesystem::path& file, Run& run);
void read_evaluation(const std::filesystem::path& file, Run& run);
void read_outputs(const std::filesystem::path& file, Run& run);

}  // namespace straightedge::certify
