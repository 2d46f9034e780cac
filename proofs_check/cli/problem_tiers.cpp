#include "problem_tiers.hpp"

#include "problem_checks.hpp"
#include "problem_rational.hpp"

namespace straightedge::cli {
namespace {

bool is_deterministic(CouplingKind kind) {
  return kind == CouplingKind::optimal || kind == CouplingKind::rotated || kind == CouplingKind::affine;
}

template <class T>
Vector<T> convert_vector(const Vector<Rational>& v) {
  return convert<T>(Matrix<Rational>(v));
}

/// R in tier T, columns i and j mixed for each plane: R turns axis i towards axis j.
template <RealScalar T>
Matrix<T> rotation_in_tier(const Rotation& rotation, Eigen::Index d) {
  if (rotation.matrix) {
    const Matrix<T> typed = convert<T>(*rotation.matrix);
    return rotation.needs_polar_factor ? polar_factor<T>(typed) : typed;
  }
  const CosSin<T> turn = cos_sin_degrees<T>(rotation.degrees);
  Matrix<T> result = Matrix<T>::Identity(d, d);
  for (const auto& [i, j] : rotation.planes) {
    result(i, i) = turn.cosine;
    result(j, j) = turn.cosine;
    result(j, i) = turn.sine;
    result(i, j) = -turn.sine;
  }
  return result;
}

template <RealScalar T>
Coupling<T> coupling_in_tier(const Problem& problem, const RationalParts& parts) {
  const Eigen::Index d = problem.dimension();
  const Gaussian<T> target{convert_vector<T>(problem.mean), convert<T>(problem.covariance)};
  // A rational C is rounded once, from its exact value: a field of the same numbers then has a mismatch of exactly 0,
  // and M - C C^T keeps its sign where it is singular.
  if (parts.cross) {
    Matrix<Rational> spread = Matrix<Rational>::Zero(d, d);
    if (!is_deterministic(problem.coupling)) {
      spread = problem.covariance - exact_product(*parts.cross, parts.cross->transpose());
    }
    return {problem.coupling, target, convert<T>(*parts.cross), convert<T>(spread)};
  }
  if (problem.coupling == CouplingKind::optimal) {
    return optimal_coupling<T>(target);
  }
  return rotated_coupling<T>(target, rotation_in_tier<T>(problem.rotation, d));
}

template <RealScalar T>
std::optional<PairField<T>> field_in_tier(const Problem& problem, const RationalParts& parts,
                                          const Coupling<T>& coupling) {
  if (parts.field_matrix) {
    return PairField<T>{convert_vector<T>(*parts.field_shift), convert<T>(*parts.field_matrix)};
  }
  if (problem.field == FieldKind::optimal_transport) {
    return optimal_transport_field<T>(coupling.target);
  }
  if (problem.field == FieldKind::pair && coupling.is_deterministic()) {
    return pair_field<T>(coupling);
  }
  return std::nullopt;
}

std::optional<Matrix<Rational>> rational_cross(const Problem& problem, const RationalParts& parts) {
  switch (problem.coupling) {
    case CouplingKind::optimal:
      return parts.root;
    case CouplingKind::rotated:
      if (const auto rotation = rational_rotation(problem.rotation, problem.dimension()); parts.root && rotation) {
        return exact_product(*parts.root, *rotation);
      }
      return std::nullopt;
    case CouplingKind::independent:
      return Matrix<Rational>(Matrix<Rational>::Zero(problem.dimension(), problem.dimension()));
    default:
      return problem.cross;
  }
}

}  // namespace

RationalParts rational_parts(const Problem& problem) {
  const Eigen::Index d = problem.dimension();
  const Matrix<Rational> identity = Matrix<Rational>::Identity(d, d);
  RationalParts parts;
  parts.root = rational_square_root(problem.covariance);
  parts.cross = rational_cross(problem, parts);
  const bool deterministic = is_deterministic(problem.coupling);
  if (problem.field == FieldKind::affine) {
    parts.field_shift = problem.field_shift;
    parts.field_matrix = problem.field_matrix;
  } else if (problem.field == FieldKind::optimal_transport && parts.root) {
    parts.field_shift = problem.mean;
    parts.field_matrix = *parts.root - identity;
  } else if (problem.field == FieldKind::pair && deterministic && parts.cross) {
    parts.field_shift = problem.mean;
    parts.field_matrix = *parts.cross - identity;
  }
  parts.field_is_own =
      deterministic && (problem.field == FieldKind::pair ||
                        (problem.field == FieldKind::optimal_transport && problem.coupling == CouplingKind::optimal));
  if (deterministic && parts.cross && parts.field_matrix) {
    parts.field_is_own = *parts.field_shift == problem.mean && *parts.field_matrix == *parts.cross - identity;
  }
  return parts;
}

template <RealScalar T>
TierProblem<T> in_tier(const Problem& problem, const RationalParts& parts) {
  const Coupling<T> coupling = coupling_in_tier<T>(problem, parts);
  const NoiseSchedule<T> noise{problem.noise.kind, from_rational<T>(problem.noise.sigma), problem.noise.target};
  return {coupling, noise, field_in_tier<T>(problem, parts, coupling), problem.field};
}

Rational principal_degrees(const Rational& degrees) {
  const Rational turns = (degrees + 180) / 360;
  Integer whole = numerator(turns) / denominator(turns);
  if (turns < 0 && Rational(whole) != turns) {
    --whole;
  }
  const Rational result = degrees - Rational(whole) * 360;
  return result == -180 ? Rational(180) : result;
}

// The angle is reduced exactly to r in [-45, 45] beside a multiple of 90; +-30 there are the angles whose sine is 1/2.
template <RealScalar T>
CosSin<T> cos_sin_degrees(const Rational& degrees) {
  const Rational principal = principal_degrees(degrees);
  int quarter = 0;
  Rational r = principal;
  for (; r > 45; r -= 90) {
    ++quarter;
  }
  for (; r < -45; r += 90) {
    --quarter;
  }
  using std::cos;
  using std::sin;
  const T radians = from_rational<T>(r) * pi<T>() / T(180);
  T c = cos(radians);
  T s = sin(radians);
  if (r == 0) {
    c = T(1);
    s = T(0);
  } else if (r == 30 || r == -30) {
    s = T(r > 0 ? 1 : -1) / T(2);
  }
  switch ((quarter + 4) % 4) {
    case 0:
      return {c, s};
    case 1:
      return {T(-s), c};
    case 2:
      return {T(-c), T(-s)};
    default:
      return {s, T(-c)};
  }
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                         \
  template TierProblem<T> in_tier<T>(const Problem&, const RationalParts&); \
  template CosSin<T> cos_sin_degrees<T>(const Rational&);

STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge::cli
