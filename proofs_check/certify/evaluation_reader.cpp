// evaluation.json of a RUN folder.
#include <certify/run.hpp>

#include <fmt/format.h>

namespace straightedge::certify {
namespace {

// Squared norms: finite, not negative, at least two, since a variance is estimated.
std::vector<double> read_norms(const JsonValue& value) {
  std::vector<double> norms = value.numbers();
  if (norms.size() < 2) {
    value.refuse(fmt::format("has {} squared norms; at least 2 batches are needed", norms.size()));
  }
  for (std::size_t i = 0; i < norms.size(); ++i) {
    if (!(norms[i] >= 0.0)) {
      value.refuse(fmt::format("[{}] is {}; a squared norm is not negative", i, norms[i]));
    }
  }
  return norms;
}

GradientNorms read_gradient(const JsonValue& value, Eigen::Index d) {
  GradientNorms result{.step = value.at("step").count(),
                       .times = std::nullopt,
                       .field = value.at("field").word({"network", "affine", "optimal-transport"}),
                       .coupling = std::nullopt,
                       .b = value.at("b").count(),
                       .big = value.at("B").count(),
                       .norms_b = read_norms(value.at("squared_norms_b")),
                       .norms_big = read_norms(value.at("squared_norms_B"))};
  if (result.b < 1 || result.b >= result.big) {
    value.refuse(fmt::format("has b = {} and B = {}; 1 <= b < B is needed", result.b, result.big));
  }
  if (!value.at("t_bin").is_null()) {
    const std::vector<double> bin = value.at("t_bin").numbers();
    if (bin.size() != 2 || !(0.0 <= bin[0] && bin[0] < bin[1] && bin[1] <= 1.0)) {
      value.at("t_bin").refuse("is neither null nor [from, to] with 0 <= from < to <= 1");
    }
    result.times = {bin[0], bin[1]};
  }
  const JsonValue coupling = value.at("coupling");
  if (!coupling.is_text()) {
    result.coupling = read_pairs(coupling, d);
  } else {
    (void)coupling.word({"training"});
  }
  return result;
}

std::vector<Mmd> read_mmd(const JsonValue& value) {
  std::vector<Mmd> result;
  for (const JsonValue& item : value.items()) {
    result.push_back({item.at("bandwidth").number(), item.at("to").word({"data", "pairs"}), item.at("value").number()});
    if (!(result.back().bandwidth > 0.0)) {
      item.at("bandwidth").refuse(fmt::format("{} is not positive", result.back().bandwidth));
    }
  }
  return result;
}

}  // namespace

void read_evaluation(const std::filesystem::path& file, Run& run) {
  const nlohmann::json document = read_json(file, kEvaluationSchema);
  const JsonValue root(document, file.string());
  run.step = root.at("step").count();
  if (root.has("gradient_variance")) {
    for (const JsonValue& item : root.at("gradient_variance").items()) {
      run.gradients.push_back(read_gradient(item, run.dimension));
    }
  }
  if (root.has("mmd")) {
    run.mmd = read_mmd(root.at("mmd"));
  }
  if (run.model == "affine" || root.has("affine")) {
    const JsonValue affine = root.at("affine");
    run.affine =
        PairField<double>{affine.at("th").vector(run.dimension), affine.at("Th").matrix(run.dimension, run.dimension)};
  }
}

}  // namespace straightedge::certify
