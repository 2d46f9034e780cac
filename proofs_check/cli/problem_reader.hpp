// From a TOML document to a Problem: the keys that each section may hold, the shapes, and what makes the values
// admissible.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "problem.hpp"
#include "problem_values.hpp"
#include "samples.hpp"

namespace straightedge::cli {

/// Gaussians fitted to samples, so that a sweep reads each file once. Keyed by file and columns.
using SampleCache = std::map<std::string, FittedGaussian>;

class ProblemReader {
 public:
  ProblemReader(ValueReader values, std::filesystem::path folder, SampleCache& samples)
      : values_(std::move(values)), folder_(std::move(folder)), samples_(samples) {}

  [[nodiscard]] ReadProblem read(const toml::table& root, int digits);

 private:
  void read_target(const toml::table& root);
  void read_samples_of(const toml::table& target);
  void read_coupling(const toml::table& root);
  void read_rotation(const toml::table& coupling);
  void read_planes(const toml::table& coupling);
  void read_typed_rotation(const toml::node& node);
  void read_affine(const toml::table& coupling);
  void read_noise(const toml::table& root);
  void read_field(const toml::table& root);
  void check_covariance(const toml::node& place, const std::string& name);
  void check_cross_covariance(const toml::node& place);
  void require_dimension(const toml::node& place, Eigen::Index dimension);

  const toml::table* section(const toml::table& root, const std::string& name) const;
  void refuse_keys(const toml::table& table, const std::string& name, std::string_view kind,
                   std::span<const std::string_view> used) const;

  ValueReader values_;
  std::filesystem::path folder_;
  SampleCache& samples_;
  Problem problem_;
  int digits_ = 50;
  bool has_covariance_ = false;
  const toml::node* covariance_place_ = nullptr;
};

}  // namespace straightedge::cli
