// A problem in one tier of arithmetic, and what of it is exactly rational.
#pragma once

#include <optional>
#include <straightedge/field.hpp>

#include "problem.hpp"

namespace straightedge::cli {

/// The parts of a problem that are rational matrices; empty where they are not (or where it was not shown).
struct RationalParts {
  std::optional<Matrix<Rational>> root;          ///< M^{1/2}
  std::optional<Matrix<Rational>> cross;         ///< C of the coupling (A of a deterministic one)
  std::optional<Vector<Rational>> field_shift;   ///< th of the field
  std::optional<Matrix<Rational>> field_matrix;  ///< Th of the field
  /// The field is the pair field of the problem's own coupling: without noise its residual vanishes identically.
  bool field_is_own = false;
};
[[nodiscard]] RationalParts rational_parts(const Problem& problem);

/// The problem in tier T. Without a field where the problem has none: for the minimiser, and for the pair field of a
/// coupling that is not deterministic.
template <RealScalar T>
struct TierProblem {
  Coupling<T> coupling;
  NoiseSchedule<T> noise;
  std::optional<PairField<T>> field;
  FieldKind field_kind;
};
template <RealScalar T>
[[nodiscard]] TierProblem<T> in_tier(const Problem& problem, const RationalParts& parts);

/// cos and sin of an angle in degrees, each exact where it is 0, 1/2 or 1 in size: the sense in which 180 degrees is a
/// singular rotation and 179.99... is not.
template <RealScalar T>
struct CosSin {
  T cosine;
  T sine;
};
template <RealScalar T>
[[nodiscard]] CosSin<T> cos_sin_degrees(const Rational& degrees);

/// `degrees` brought into (-180, 180].
[[nodiscard]] Rational principal_degrees(const Rational& degrees);

}  // namespace straightedge::cli
