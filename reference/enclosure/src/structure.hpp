// What of a problem is known exactly, at whatever precision: which of its matrices are rational, and what vanishes by
// definition and not by a difference of balls.
#pragma once

#include <optional>
#include <straightedge/enclosure/problem.hpp>

#include "singular.hpp"

namespace straightedge::enclosure {

struct Structure {
  slong dimension = 0;
  /// X1 = mu + A X0: by the kind of the coupling, which is what decides whether it has a pair field.
  bool is_deterministic = false;
  bool has_field = false;        ///< the field has parameters (th, Th)
  bool field_is_own = false;     ///< (th, Th) = (mu, C - I) and X1 = mu + C X0: without noise the residual is 0
  bool has_mean_gap = false;     ///< th != mu
  bool is_noisy = false;         ///< f is not identically 0
  bool noise_in_target = false;  ///< f' Z is a part of the target that does not vanish
  bool is_reversal = false;      ///< A = -M^{1/2}
  bool has_spread = false;       ///< W = M - C C^T != 0

  std::optional<ExactMatrix> rotation;      ///< R, where rational
  std::optional<ExactMatrix> root;          ///< M^{1/2}, where rational
  std::optional<ExactMatrix> cross;         ///< C, where rational
  std::optional<ExactMatrix> spread;        ///< W where C is rational; 0 of a deterministic coupling
  std::optional<ExactMatrix> field_matrix;  ///< Th, where rational

  /// Without noise X_t is a linear function of X0 alone.
  [[nodiscard]] bool is_noiseless_map() const { return !is_noisy && !has_spread; }
};

[[nodiscard]] Structure structure_of(const Problem& problem);

/// The problem with its covariance: the square of the root where that is given. Throws InputError for a root or a frame
/// that is not what it has to be, and where sizes do not agree.
[[nodiscard]] Problem completed(const Problem& problem);

/// The singular times of the problem's field (th, Th), which must have one, in balls of the working precision.
[[nodiscard]] SingularTimes field_singular_times(const Problem& problem, const Structure& structure);
/// Of the pair field of the problem's deterministic coupling, whatever the problem's field: those of (1-t) I + t A.
[[nodiscard]] SingularTimes coupling_singular_times(const Problem& problem, const Structure& structure);

}  // namespace straightedge::enclosure
