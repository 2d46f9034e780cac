#include "problem_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory.hpp>
#include <straightedge/error.hpp>

#include "problem_checks.hpp"
#include "problem_limits.hpp"
#include "problem_numbers.hpp"

namespace straightedge::cli {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 4> kSections{"target", "coupling", "noise", "field"};
constexpr std::array<std::string_view, 4> kTargetKeys{"mean", "covariance", "samples", "columns"};
constexpr std::array<std::string_view, 7> kCouplingKeys{"kind",     "degrees", "plane",           "planes",
                                                        "rotation", "matrix",  "cross_covariance"};
constexpr std::array<std::string_view, 3> kNoiseKeys{"kind", "sigma", "target"};
constexpr std::array<std::string_view, 3> kFieldKeys{"kind", "shift", "matrix"};

// In the order of the enumerations.
constexpr std::array<std::string_view, 5> kCouplings{"optimal", "rotated", "independent", "affine", "gaussian"};
constexpr std::array<std::string_view, 3> kNoises{"none", "constant", "bridge"};
constexpr std::array<std::string_view, 2> kTargets{"displacement", "interpolant"};
constexpr std::array<std::string_view, 4> kFields{"pair", "optimal-transport", "affine", "minimiser"};

constexpr std::array<std::string_view, 1> kOnlyKind{"kind"};
constexpr std::array<std::string_view, 5> kRotatedKeys{"kind", "degrees", "plane", "planes", "rotation"};
constexpr std::array<std::string_view, 2> kAffineKeys{"kind", "matrix"};
constexpr std::array<std::string_view, 2> kGaussianKeys{"kind", "cross_covariance"};
constexpr std::array<std::string_view, 2> kNoNoiseKeys{"kind", "target"};
constexpr std::array<std::string_view, 3> kAffineFieldKeys{"kind", "shift", "matrix"};

const char* const kCovarianceRight =
    "write covariance = [[...]], samples = \"points.csv\", or an affine coupling's matrix";

Words keys_of(CouplingKind kind) {
  switch (kind) {
    case CouplingKind::rotated:
      return kRotatedKeys;
    case CouplingKind::affine:
      return kAffineKeys;
    case CouplingKind::gaussian:
      return kGaussianKeys;
    default:
      return kOnlyKind;
  }
}

std::vector<ColumnSelector> read_columns(const ValueReader& values, const toml::node& node) {
  const auto* columns = node.as_array();
  const std::string right = "write names or indices from 0, such as [\"x\", \"y\"] or [0, 1]";
  if (columns == nullptr || columns->empty()) {
    values.fail(node, "target.columns is not a list of columns", right);
  }
  std::vector<ColumnSelector> result;
  for (const toml::node& column : *columns) {
    if (const auto* name = column.as_string()) {
      result.emplace_back(name->get());
    } else if (const auto* index = column.as_integer()) {
      result.emplace_back(static_cast<Eigen::Index>(index->get()));
    } else {
      values.fail(column, "a column is neither a name nor an index", right);
    }
  }
  return result;
}

std::string cache_key(const std::filesystem::path& path, const std::vector<ColumnSelector>& columns) {
  std::string key = path.string();
  for (const ColumnSelector& column : columns) {
    const auto* index = std::get_if<Eigen::Index>(&column);
    key += '\n' + (index != nullptr ? std::to_string(*index) : '"' + std::get<std::string>(column));
  }
  return key;
}

}  // namespace

std::string to_string(CouplingKind kind) {
  return std::string(kCouplings[static_cast<std::size_t>(kind)]);
}

std::string to_string(NoiseKind kind) {
  return std::string(kNoises[static_cast<std::size_t>(kind)]);
}

std::string to_string(RegressionTarget target) {
  return std::string(kTargets[static_cast<std::size_t>(target)]);
}

std::string to_string(FieldKind kind) {
  return std::string(kFields[static_cast<std::size_t>(kind)]);
}

ReadProblem ProblemReader::read(const toml::table& root, int digits) {
  digits_ = digits;
  values_.require_known(root, "", kSections);
  read_target(root);
  read_coupling(root);
  read_noise(root);
  read_field(root);
  return {std::move(problem_), values_.notes()};
}

const toml::table* ProblemReader::section(const toml::table& root, const std::string& name) const {
  const toml::node* node = root.get(name);
  if (node != nullptr && !node->is_table()) {
    values_.fail(*node, name + " is not a table", "write a line [" + name + "] with its keys below");
  }
  return node == nullptr ? nullptr : node->as_table();
}

void ProblemReader::refuse_keys(const toml::table& table, const std::string& name, std::string_view kind,
                                Words used) const {
  for (const auto& [key, value] : table) {
    if (std::find(used.begin(), used.end(), key.str()) == used.end()) {
      values_.fail(key.source(), fmt::format("{}.{} has no meaning for kind \"{}\"", name, key.str(), kind),
                   "leave it out or choose another kind");
    }
  }
}

void ProblemReader::require_dimension(const toml::node& place, Eigen::Index dimension) {
  if (problem_.mean.size() == 0) {
    try {
      require_memory(evaluation_memory(dimension, digits_), fmt::format("dimension {}", dimension),
                     "reduce the dimension");
    } catch (const InputError& error) {
      values_.fail(place, error.what(), "for samples choose fewer columns");
    }
    problem_.mean = Vector<Rational>::Zero(dimension);
  }
}

void ProblemReader::read_target(const toml::table& root) {
  const toml::table* target = section(root, "target");
  if (target == nullptr) {
    return;  // an affine coupling without a mean has its target N(0, A A^T)
  }
  values_.require_known(*target, "target", kTargetKeys);
  if (const toml::node* samples = target->get("samples")) {
    for (const char* key : {"mean", "covariance"}) {
      if (const toml::node* node = target->get(key)) {
        values_.fail(*node, fmt::format("target has both samples and {}", key), "leave one of them out");
      }
    }
    covariance_place_ = samples;
    read_samples_of(*target);
  } else if (const toml::node* columns = target->get("columns")) {
    values_.fail(*columns, "target.columns without samples", "write samples = \"points.csv\" or leave columns out");
  }
  if (const toml::node* covariance = target->get("covariance")) {
    if (const auto* rows = covariance->as_array(); rows != nullptr && !rows->empty()) {
      require_dimension(*covariance, static_cast<Eigen::Index>(rows->size()));
    }
    problem_.covariance = values_.matrix(*covariance, "target.covariance", -1);
    covariance_place_ = covariance;
    has_covariance_ = true;
  }
  if (const toml::node* mean = target->get("mean")) {
    const Eigen::Index size = has_covariance_ ? problem_.covariance.rows() : -1;
    const Vector<Rational> value = values_.vector(*mean, "target.mean", size);
    require_dimension(*mean, value.size());
    problem_.mean = value;
  }
  if (has_covariance_) {
    check_covariance(*covariance_place_, "target.covariance");
  }
}

void ProblemReader::read_samples_of(const toml::table& target) {
  const toml::node& node = *target.get("samples");
  const auto* file = node.as_string();
  if (file == nullptr || file->get().empty()) {
    values_.fail(node, "target.samples is not a file name", "write samples = \"points.csv\"");
  }
  const toml::node* chosen = target.get("columns");
  const std::vector<ColumnSelector> columns =
      chosen == nullptr ? std::vector<ColumnSelector>{} : read_columns(values_, *chosen);
  const std::filesystem::path path = folder_ / file->get();
  const std::string key = cache_key(path, columns);
  if (!samples_.contains(key)) {
    const SampleTable table = read_samples(path, columns);
    require_dimension(node, table.dimension);
    samples_.emplace(key, fit_gaussian(table, path.string()));
  }
  const FittedGaussian& fitted = samples_.at(key);
  problem_.mean = fitted.mean;
  problem_.covariance = fitted.covariance;
  problem_.samples = SampleOrigin{file->get(), fitted.points};
  has_covariance_ = true;
}

void ProblemReader::check_covariance(const toml::node& place, const std::string& name) {
  const auto [i, j] = first_asymmetry(problem_.covariance);
  if (i >= 0) {
    values_.fail(place,
                 fmt::format("{} is not symmetric: entry [{}][{}] is {} and [{}][{}] is {}", name, i, j,
                             exact_text(problem_.covariance(i, j)), j, i, exact_text(problem_.covariance(j, i))),
                 "write both the same");
  }
  const Definiteness sign = definiteness(problem_.covariance);
  if (sign == Definiteness::indefinite) {
    values_.fail(place,
                 fmt::format("{} is not positive definite: its smallest eigenvalue is {}", name,
                             smallest_eigenvalue_text(problem_.covariance)),
                 "every eigenvalue must be positive");
  }
  if (sign == Definiteness::semidefinite) {
    values_.fail(place,
                 fmt::format("{} is singular: its smallest eigenvalue is 0{}", name,
                             problem_.samples ? " (the points lie in a hyperplane)" : ""),
                 problem_.samples ? "leave out columns that follow from others" : "every eigenvalue must be positive");
  }
}

void ProblemReader::read_coupling(const toml::table& root) {
  const toml::table* coupling = section(root, "coupling");
  if (coupling == nullptr) {
    values_.fail(root, "[coupling] is missing", "write [coupling] and kind = \"optimal\" below");
  }
  values_.require_known(*coupling, "coupling", kCouplingKeys);
  const toml::node& kind = values_.require(*coupling, "coupling", "kind", "write kind = \"optimal\" or another");
  problem_.coupling = static_cast<CouplingKind>(values_.choice(kind, "coupling.kind", kCouplings));
  refuse_keys(*coupling, "coupling", to_string(problem_.coupling), keys_of(problem_.coupling));
  if (problem_.coupling == CouplingKind::affine) {
    read_affine(*coupling);
    return;
  }
  if (!has_covariance_) {
    const toml::table* target = section(root, "target");
    values_.fail(target == nullptr ? root : *target, "the target has no covariance", kCovarianceRight);
  }
  if (problem_.coupling == CouplingKind::rotated) {
    read_rotation(*coupling);
  } else if (problem_.coupling == CouplingKind::gaussian) {
    const toml::node& cross =
        values_.require(*coupling, "coupling", "cross_covariance", "write cross_covariance = C, C = E[(X1 - mu) X0^T]");
    problem_.cross = values_.matrix(cross, "coupling.cross_covariance", problem_.dimension());
    check_cross_covariance(cross);
  }
}

void ProblemReader::check_cross_covariance(const toml::node& place) {
  const Matrix<Rational>& c = problem_.cross;
  const Matrix<Rational> rest = problem_.covariance - exact_product(c, c.transpose());
  if (definiteness(rest) == Definiteness::indefinite) {
    values_.fail(place,
                 fmt::format("coupling.cross_covariance C is not admissible: M - C C^T has the eigenvalue {}",
                             smallest_eigenvalue_text(rest)),
                 "M - C C^T must be positive semidefinite");
  }
}

void ProblemReader::read_affine(const toml::table& coupling) {
  const toml::node& node = values_.require(coupling, "coupling", "matrix", "write matrix = A, X1 = mean + A X0");
  if (problem_.mean.size() == 0) {
    if (const auto* rows = node.as_array(); rows != nullptr && !rows->empty()) {
      require_dimension(node, static_cast<Eigen::Index>(rows->size()));
    }
  }
  problem_.cross = values_.matrix(node, "coupling.matrix", problem_.mean.size() == 0 ? -1 : problem_.dimension());
  const Matrix<Rational>& a = problem_.cross;
  const Matrix<Rational> square = exact_product(a, a.transpose());
  if (has_covariance_ && square != problem_.covariance) {
    const Matrix<Rational> gap = square - problem_.covariance;
    // As for a typed rotation: a matrix typed to its digits is taken at its word, one that is another is refused.
    const Rational limit = Rational(problem_.dimension()) / Rational(1'000'000'000'000);
    if (squared_norm<Rational>(gap) > limit * limit * squared_norm<Rational>(problem_.covariance)) {
      values_.fail(
          node, fmt::format("coupling.matrix A and the target's covariance M differ: |A A^T - M| = {}", norm_text(gap)),
          "leave the covariance out, or give A with A A^T = M");
    }
    values_.note(node, fmt::format("the covariance is taken to be A A^T, off the given one by {}", norm_text(gap)));
  }
  problem_.covariance = square;
  has_covariance_ = true;
  check_covariance(node, "the covariance A A^T of coupling.matrix");
}

void ProblemReader::read_noise(const toml::table& root) {
  const toml::table* noise = section(root, "noise");
  if (noise == nullptr) {
    return;
  }
  values_.require_known(*noise, "noise", kNoiseKeys);
  const toml::node& kind =
      values_.require(*noise, "noise", "kind", "write kind = \"none\", \"constant\" or \"bridge\"");
  problem_.noise.kind = static_cast<NoiseKind>(values_.choice(kind, "noise.kind", kNoises));
  if (problem_.noise.kind == NoiseKind::none) {
    refuse_keys(*noise, "noise", "none", kNoNoiseKeys);
  } else {
    const toml::node& sigma = values_.require(*noise, "noise", "sigma", "write sigma = \"0.05\" or another");
    problem_.noise.sigma = values_.number(sigma, "noise.sigma");
    if (problem_.noise.sigma < 0) {
      values_.fail(sigma, "noise.sigma is negative: " + exact_text(problem_.noise.sigma), "it must be 0 or positive");
    }
  }
  if (const toml::node* target = noise->get("target")) {
    problem_.noise.target = static_cast<RegressionTarget>(values_.choice(*target, "noise.target", kTargets));
  }
}

void ProblemReader::read_field(const toml::table& root) {
  const toml::table* field = section(root, "field");
  if (field == nullptr) {
    return;
  }
  values_.require_known(*field, "field", kFieldKeys);
  const toml::node& kind = values_.require(*field, "field", "kind", "write kind = \"pair\" or another");
  problem_.field = static_cast<FieldKind>(values_.choice(kind, "field.kind", kFields));
  if (problem_.field != FieldKind::affine) {
    refuse_keys(*field, "field", to_string(problem_.field), kOnlyKind);
    return;
  }
  const toml::node& shift = values_.require(*field, "field", "shift", "write shift = [...], the th of the field");
  const toml::node& matrix = values_.require(*field, "field", "matrix", "write matrix = [[...]], the Th of the field");
  problem_.field_shift = values_.vector(shift, "field.shift", problem_.dimension());
  problem_.field_matrix = values_.matrix(matrix, "field.matrix", problem_.dimension());
}

}  // namespace straightedge::cli
