#include <certify/run.hpp>

#include <fmt/format.h>

#include <certify/evidence.hpp>
#include <cmath>
#include <digest.hpp>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::string claim_of(const JsonValue& value) {
  std::string id = value.text();
  const proofs::Claim* claim = proofs::find_claim(id);
  if (!id.empty() && (claim == nullptr || claim->info().by != proofs::DecidedBy::certify)) {
    std::vector<std::string> known;
    for (const proofs::Claim* other : certified_claims()) {
      known.push_back(other->info().id);
    }
    value.refuse(fmt::format("\"{}\" is no claim that runs decide; leave it empty, or take one of {}", id,
                             fmt::join(known, ", ")));
  }
  return id;
}

NoiseSchedule<double> read_noise(const JsonValue& value) {
  value.require_no_others({"kind", "sigma", "target"});
  const std::string kind = value.at("kind").word({"none", "constant", "bridge"});
  NoiseSchedule<double> noise{.kind = kind == "bridge" ? NoiseKind::bridge : NoiseKind::constant};
  if (value.has("target") || kind != "none") {
    const bool displaced = value.at("target").word({"displacement", "interpolant"}) == "displacement";
    noise.target = displaced ? RegressionTarget::displacement : RegressionTarget::interpolant;
  }
  if (value.has("sigma") || kind != "none") {
    const JsonValue sigma = value.at("sigma");
    noise.sigma = sigma.number();
    if (!(noise.sigma >= 0.0)) {
      sigma.refuse(fmt::format("{} is negative; a noise level is at least 0", noise.sigma));
    }
    if (kind == "none" && noise.sigma != 0.0) {
      sigma.refuse(fmt::format("{} contradicts the kind none; 0 is needed, or kind constant", noise.sigma));
    }
  }
  return noise;
}

void check_mixture(const JsonValue& value, Eigen::Index d) {
  const std::vector<double> weights = value.at("weights").numbers();
  const std::vector<JsonValue> means = value.at("means").items();
  const std::vector<JsonValue> covariances = value.at("covariances").items();
  if (weights.empty() || means.size() != weights.size() || covariances.size() != weights.size()) {
    value.refuse(fmt::format("has {} weights, {} means and {} covariances; as many of each are needed, at least one",
                             weights.size(), means.size(), covariances.size()));
  }
  double sum = 0.0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (!(weights[k] > 0.0)) {
      value.at("weights").refuse(fmt::format("{} is not positive", weights[k]));
    }
    sum += weights[k];
    try {
      require_valid(Gaussian<double>{means[k].vector(d), covariances[k].matrix(d, d)});
    } catch (const InputError& error) {
      covariances[k].refuse(error.what());
    }
  }
  constexpr double slack = 1e-6;  // weights written in single precision
  if (std::fabs(sum - 1.0) > slack) {
    value.at("weights").refuse(fmt::format("sum to {}; to 1 is needed", sum));
  }
}

// All but the seed, where and with what it ran, and the noise level; kind none is kind constant of level 0.
json identity_of(json document, const NoiseSchedule<double>& noise) {
  for (const char* name : {"seed", "device", "versions"}) {
    document.erase(name);
  }
  document["noise"] = {{"kind", noise.kind == NoiseKind::bridge ? "bridge" : "constant"},
                       {"target", noise.target == RegressionTarget::displacement ? "displacement" : "interpolant"}};
  return document;
}

}  // namespace

void read_run_document(const fs::path& file, Run& run) {
  const json document = read_json(file, kRunSchema);
  const JsonValue root(document, file.string());
  root.require_no_others({"schema", "claim", "seed", "device", "versions", "data", "dimension", "model", "pairs",
                          "noise", "mixture", "training"});
  run.claim = claim_of(root.at("claim"));
  run.seed = root.at("seed").count();
  run.device = root.at("device").text();
  run.versions = root.at("versions").document();
  if (!run.versions.is_object() || !root.at("data").document().is_object()) {
    root.refuse("'versions' and 'data' are to be objects");
  }
  run.dimension = static_cast<Eigen::Index>(root.at("dimension").count());
  if (run.dimension < 1) {
    root.at("dimension").refuse("is 0; at least 1 is needed");
  }
  run.model = root.at("model").at("kind").text();
  const JsonValue pairs = root.at("pairs");
  run.pairs = read_pairs(pairs, run.dimension);
  run.noise = read_noise(root.at("noise"));
  const bool of_mixture = pairs.has("of") && pairs.at("of").at("kind").text() == "mixture";
  if (run.pairs.kind == "mixture" || of_mixture) {
    check_mixture(root.at("mixture"), run.dimension);
  }
  run.identity = identity_of(document, run.noise);
}

Run read_run(const fs::path& folder) {
  if (!fs::is_directory(folder)) {
    throw InputError(fmt::format(
        "{}: is no folder; a RUN folder holds run.json, evaluation.json and outputs.safetensors", folder.string()));
  }
  Run run{};
  run.folder = folder.string();
  read_run_document(folder / "run.json", run);
  read_evaluation(folder / "evaluation.json", run);
  read_outputs(folder / "outputs.safetensors", run);
  for (const char* name : {"run.json", "evaluation.json", "outputs.safetensors"}) {
    run.digests[(folder / name).string()] = fixtures::sha256_file(folder / name);
  }
  return run;
}

}  // namespace straightedge::certify
