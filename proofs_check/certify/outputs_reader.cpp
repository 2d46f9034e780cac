// outputs.safetensors of a RUN folder.
#include <certify/run.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <digest.hpp>
#include <fstream>
#include <limits>
#include <numeric>
#include <philox.hpp>
#include <safetensors.hpp>
#include <straightedge/error.hpp>

namespace straightedge::certify {
namespace {

namespace fs = std::filesystem;
using fixtures::DataType;
using fixtures::SafetensorsFile;
using fixtures::Tensor;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t kShuffleSeed = 2;

// A partner that is given may differ from the one that run.json describes by rounding, and by no more than this RMS:
// a fiftieth of the distance at which a partner counts as reproduced.
constexpr double kPairingSlack = 1e-3;

// What loads a pickle runs what is in it, so none is loaded; the usual mistake deserves a message of its own.
void refuse_pickle(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 4> start{};
  file.read(start.data(), start.size());
  const bool zip = std::memcmp(start.data(), "PK\x03\x04", 4) == 0;  // torch.save
  const bool pickle = start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
  const bool numpy = std::memcmp(start.data(), "\x93NUM", 4) == 0;
  if (zip || pickle || numpy) {
    throw InputError(
        fmt::format("{}: is {}, not a safetensors file; write it with safetensors.save_file, or as "
                    "docs/certify.md shows",
                    path.string(), numpy ? "a NumPy file" : "a Python pickle or a zip archive"));
  }
}

// Rows of d numbers.
class Rows {
 public:
  Rows(const SafetensorsFile& file, const std::string& name, std::size_t d) : place_(file.path() + ": " + name) {
    if (!file.has(name)) {
      throw InputError(
          fmt::format("{}: holds no tensor '{}'; source, partner, optimal, generated, split and reference "
                      "are needed",
                      file.path(), name));
    }
    tensor_ = file.tensor(name);
    if (!tensor_ || (tensor_->type() != DataType::fp32 && tensor_->type() != DataType::fp64)) {
      throw InputError(fmt::format("{}: has elements of type {}; F32 or F64 is needed", place_, file.type_text(name)));
    }
    const fixtures::Shape& shape = tensor_->shape();
    columns_ = d;
    if (shape.size() < 2 || std::accumulate(shape.begin() + 1, shape.end(), std::size_t{1}, std::multiplies<>()) != d) {
      throw InputError(fmt::format("{}: has shape {}; [n, {}] is needed, by the dimension in run.json", place_,
                                   fixtures::to_string(shape), d));
    }
  }
  [[nodiscard]] std::size_t count() const { return tensor_->shape()[0]; }
  [[nodiscard]] double operator()(std::size_t row, std::size_t column) const {
    return tensor_->number(row * columns_ + column);
  }
  [[nodiscard]] bool is_unknown(std::size_t row) const { return std::isnan((*this)(row, 0)); }

  // Every row is finite, or, where that is allowed, NaN throughout.
  void require_known(bool unknown_is_allowed) const {
    for (std::size_t row = 0; row < count(); ++row) {
      const bool unknown = unknown_is_allowed && is_unknown(row);
      for (std::size_t column = 0; column < columns_; ++column) {
        const double value = (*this)(row, column);
        if (unknown ? !std::isnan(value) : !std::isfinite(value)) {
          throw InputError(fmt::format("{}[{}, {}] is {}; {}", place_, row, column, value,
                                       unknown_is_allowed ? "a row is finite, or NaN throughout where it is unknown"
                                                          : "finite numbers are needed"));
        }
      }
    }
  }
  [[nodiscard]] double distance(std::size_t row, const Rows& other, std::size_t other_row) const {
    double sum = 0.0;
    for (std::size_t column = 0; column < columns_; ++column) {
      const double difference = (*this)(row, column) - other(other_row, column);
      sum += difference * difference;
    }
    return std::sqrt(sum);
  }
  [[nodiscard]] Vector<double> vector(std::size_t row) const {
    Vector<double> result(static_cast<Eigen::Index>(columns_));
    for (std::size_t column = 0; column < columns_; ++column) {
      result(static_cast<Eigen::Index>(column)) = (*this)(row, column);
    }
    return result;
  }
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  std::string place_;
  std::optional<Tensor> tensor_;
  std::size_t columns_ = 0;
};

// The rows with split 0, of which there is one for each training pair.
std::vector<std::size_t> training_rows(const SafetensorsFile& file, const Run& run, std::size_t n) {
  const std::string place = file.path() + ": split";
  if (!file.has("split") || file.type_text("split") != "I64") {
    throw InputError(fmt::format("{} is missing or not of type I64", place));
  }
  const Tensor split = *file.tensor("split");
  if (split.shape() != fixtures::Shape{n}) {
    throw InputError(fmt::format("{} has shape {}; [{}] is needed, as many as sources", place,
                                 fixtures::to_string(split.shape()), n));
  }
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < n; ++i) {
    if (split.index(i) != 0 && split.index(i) != 1) {
      throw InputError(
          fmt::format("{}[{}] is {}; 0 (training source) or 1 (fresh) is needed", place, i, split.index(i)));
    }
    if (split.index(i) == 0) {
      rows.push_back(i);
    }
  }
  if (run.pairs.frozen && rows.size() != run.pairs.count) {
    throw InputError(fmt::format("{}: marks {} training sources, but run.json has {} frozen pairs; every one is needed",
                                 place, rows.size(), run.pairs.count));
  }
  return rows;
}

// Sattolo's algorithm: one cycle through all, so that no row keeps its own partner.
std::vector<std::size_t> shuffled(std::vector<std::size_t> rows) {
  for (std::size_t i = rows.size(); i > 1; --i) {
    const std::uint64_t word = fixtures::philox_word(kShuffleSeed, 0, i);
    std::swap(rows[i - 1], rows[static_cast<std::size_t>((word * (i - 1)) >> 32U)]);
  }
  return rows;
}

std::string digest_of(const Rows& source, const std::vector<std::size_t>& rows) {
  std::string digests;
  for (const std::size_t row : rows) {
    const Vector<double> values = source.vector(row);
    digests += fixtures::sha256_hex(
        {reinterpret_cast<const char*>(values.data()), static_cast<std::size_t>(values.size()) * sizeof(double)});
  }
  return fixtures::sha256_hex(digests);
}

// The partner of each source is the one that the pairs of run.json give it.
void check_pairing(const Rows& source, const Rows& partner, const std::vector<std::size_t>& rows, const Run& run) {
  if (!run.pairs.is_deterministic()) {
    return;
  }
  const Matrix<double> map = convert<double>(coupling_of(run.pairs).cross);
  for (const std::size_t row : rows) {
    if (partner.is_unknown(row)) {
      continue;
    }
    const Vector<double> wanted = run.pairs.target->mean + map * source.vector(row);
    const double rms = (partner.vector(row) - wanted).norm() / std::sqrt(static_cast<double>(run.dimension));
    if (rms > kPairingSlack * (1.0 + wanted.cwiseAbs().maxCoeff())) {
      throw InputError(
          fmt::format("{}[{}] is {:.3g} RMS away from where the {} pairs of run.json lead its source; the "
                      "same pairs are needed in both files",
                      partner.place(), row, rms, run.pairs.kind));
    }
  }
}

}  // namespace

void read_outputs(const fs::path& path, Run& run) {
  refuse_pickle(path);
  const SafetensorsFile file(path);
  const auto schema = file.metadata().find("schema");
  if (schema == file.metadata().end() || schema->second != kOutputsSchema) {
    throw InputError(fmt::format("{}: its metadata have schema '{}'; this program reads '{}'", path.string(),
                                 schema == file.metadata().end() ? "" : schema->second, kOutputsSchema));
  }
  const auto d = static_cast<std::size_t>(run.dimension);
  const Rows source(file, "source", d);
  const Rows partner(file, "partner", d);
  const Rows optimal(file, "optimal", d);
  const Rows generated(file, "generated", d);
  for (const Rows* rows : {&partner, &optimal, &generated}) {
    if (rows->count() != source.count()) {
      throw InputError(fmt::format("{}: has {} rows; {} are needed, as many as sources", rows->place(), rows->count(),
                                   source.count()));
    }
  }
  for (const Rows* rows : {&source, &generated}) {
    rows->require_known(false);
  }
  if (file.has("reference")) {  // not where nobody knows the targets' distribution: pairs of a file, or of a flow
    Rows(file, "reference", d).require_known(false);
  }
  for (const Rows* rows : {&partner, &optimal}) {
    rows->require_known(true);
  }
  const std::vector<std::size_t> rows = training_rows(file, run, source.count());
  const std::vector<std::size_t> others = shuffled(rows);
  run.outputs.dimension = d;
  run.outputs.sources_sha256 = digest_of(source, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = rows[i];
    if (run.pairs.frozen && partner.is_unknown(row)) {
      throw InputError(fmt::format("{}[{}] is NaN; the partner of a frozen pair is known", partner.place(), row));
    }
    const auto to = [&](const Rows& target, std::size_t other) {
      return target.is_unknown(other) ? kNan : generated.distance(row, target, other);
    };
    run.outputs.to_partner.push_back(to(partner, row));
    run.outputs.to_shuffled_partner.push_back(to(partner, others[i]));
    run.outputs.to_optimal.push_back(to(optimal, row));
  }
  check_pairing(source, partner, rows, run);
}

}  // namespace straightedge::certify
