// The pairing that a run was trained on, or that a gradient variance was measured under.
//
//   gaussian-ot       X1 = mu + M^{1/2} X0
//   gaussian-rotated  X1 = mu + M^{1/2} R X0, R the rotation by `degrees` of the plane (0, 1)
//   independent       X1 ~ N(mu, M), independent of X0
//   mixture, brenier, file, shuffled, 1-reflow   any other; nothing here can be computed for them
//
// frozen: `count` pairs, drawn once, are the data set. resampled: X0 is drawn anew at each step.
#pragma once

#include <certify/json_value.hpp>

#include <optional>
#include <straightedge/coupling.hpp>
#include <string>

namespace straightedge::certify {

struct Pairs {
  std::string kind;
  bool frozen;
  std::uint64_t count = 0;                 ///< of frozen pairs
  std::optional<Gaussian<double>> target;  ///< N(mu, M) of the three Gaussian kinds
  double degrees = 0;                      ///< of gaussian-rotated
  [[nodiscard]] bool is_deterministic() const { return kind == "gaussian-ot" || kind == "gaussian-rotated"; }
};

/// Reads and checks `pairs` of run.json or a `coupling` of evaluation.json, in d dimensions. Throws InputError for an
/// unknown kind or mode, a missing member, a wrong shape, a covariance that is not symmetric positive definite.
[[nodiscard]] Pairs read_pairs(const JsonValue& value, Eigen::Index d);

/// The coupling of a Gaussian kind, at 50 digits. Throws DoesNotExist for another kind.
[[nodiscard]] Coupling<Real50> coupling_of(const Pairs& pairs);

}  // namespace straightedge::certify
