// The user's own problem, in exact rationals: target N(mean, covariance), coupling, noise schedule and field, as read
// from a problem file (docs/problem-file.md).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <straightedge/interpolant.hpp>
#include <string>
#include <utility>
#include <vector>

namespace straightedge::cli {

enum class FieldKind { pair, optimal_transport, affine, minimiser };

/// The rotation R of a rotated coupling A = M^{1/2} R: by an angle in each of disjoint coordinate planes, or typed in.
struct Rotation {
  Rational degrees;
  std::vector<std::pair<int, int>> planes;  ///< (i, j): axis i turns towards axis j; empty with a typed matrix
  std::optional<Matrix<Rational>> matrix;   ///< typed: orthogonal to within 1e-12 d
  bool needs_polar_factor = false;          ///< the typed matrix is not exactly orthogonal: its polar factor is meant
};

/// Where a target's moments came from, for the record.
struct SampleOrigin {
  std::string file;
  Eigen::Index points;
};

struct Problem {
  Vector<Rational> mean;
  Matrix<Rational> covariance;  ///< symmetric positive definite
  std::optional<SampleOrigin> samples;

  CouplingKind coupling = CouplingKind::optimal;
  Rotation rotation;       ///< of a rotated coupling
  Matrix<Rational> cross;  ///< A of an affine coupling, C of a gaussian one

  NoiseSchedule<Rational> noise;

  FieldKind field = FieldKind::pair;
  Vector<Rational> field_shift;   ///< of a field `affine`
  Matrix<Rational> field_matrix;  ///< of a field `affine`

  [[nodiscard]] Eigen::Index dimension() const { return mean.size(); }
};

/// What was read, and what the output must say about it (numbers taken as binary64, matrices replaced).
struct ReadProblem {
  Problem problem;
  std::vector<std::string> notes;
};

/// A value put in place of the file's: "noise.sigma" = 1/20; an entry of an array by its index, "target.mean.0".
struct Setting {
  std::string key;
  Rational value;
};

/// The problem as JSON, exact: every number a string that reads back as the same rational.
[[nodiscard]] nlohmann::ordered_json to_json(const Problem& problem);

[[nodiscard]] std::string to_string(CouplingKind kind);
[[nodiscard]] std::string to_string(NoiseKind kind);
[[nodiscard]] std::string to_string(RegressionTarget target);
[[nodiscard]] std::string to_string(FieldKind kind);

}  // namespace straightedge::cli
