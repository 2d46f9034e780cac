#include "structure.hpp"

#include <straightedge/error.hpp>

#include "model.hpp"
#include "root.hpp"

namespace straightedge::enclosure {
namespace {

constexpr slong kBitsOfTheGuess = 384;  // recognises denominators of up to half of the digits, some 57

ExactMatrix negative(const ExactMatrix& a) {
  ExactMatrix result(a.rows(), a.columns());
  fmpq_mat_neg(result.raw(), a.raw());
  return result;
}

/// R where it is rational: typed and orthogonal, or by multiples of 90 degrees only.
std::optional<ExactMatrix> exact_rotation(const Rotation& rotation, slong d) {
  const ExactMatrix identity = ExactMatrix::identity(d);
  if (rotation.matrix) {
    const ExactMatrix typed(*rotation.matrix);
    return transpose(typed) * typed == identity ? std::optional(typed) : std::nullopt;
  }
  ExactMatrix result = identity;
  for (const PlaneTurn& turn : rotation.turns) {
    const Rational quarters = turn.degrees / 90;
    if (denominator(quarters) != 1) {
      return std::nullopt;
    }
    const auto count = static_cast<int>(((numerator(quarters) % 4) + 4) % 4);
    const int cosine = count == 0 ? 1 : (count == 2 ? -1 : 0);
    const int sine = count == 1 ? 1 : (count == 3 ? -1 : 0);
    fmpq_set_si(result.entry(turn.from, turn.from), cosine, 1);
    fmpq_set_si(result.entry(turn.to, turn.to), cosine, 1);
    fmpq_set_si(result.entry(turn.to, turn.from), sine, 1);
    fmpq_set_si(result.entry(turn.from, turn.to), -sine, 1);
  }
  if (rotation.frame) {
    const ExactMatrix frame(*rotation.frame);
    return frame * result * transpose(frame);
  }
  return result;
}

std::optional<ExactMatrix> exact_root(const Problem& problem) {
  if (problem.root) {
    return ExactMatrix(*problem.root);
  }
  const WorkingPrecision precision(kBitsOfTheGuess);
  const ExactMatrix m(problem.covariance);
  const std::optional<RealMatrix> root = square_root(to_balls(m));
  return root ? rational_root(m, *root) : std::nullopt;
}

std::optional<ExactMatrix> exact_cross(const Problem& problem, const Structure& s) {
  switch (problem.coupling) {
    case CouplingKind::optimal:
      return s.root;
    case CouplingKind::rotated:
      return s.root && s.rotation ? std::optional(*s.root * *s.rotation) : std::nullopt;
    case CouplingKind::independent:
      return ExactMatrix(s.dimension, s.dimension);
    default:
      return ExactMatrix(problem.cross);
  }
}

std::optional<ExactMatrix> exact_field_matrix(const Problem& problem, const Structure& s) {
  const ExactMatrix identity = ExactMatrix::identity(s.dimension);
  if (problem.field == FieldKind::affine) {
    return ExactMatrix(problem.field_matrix);
  }
  const std::optional<ExactMatrix>& image = problem.field == FieldKind::optimal_transport ? s.root : s.cross;
  return s.has_field && image ? std::optional(*image - identity) : std::nullopt;
}

/// Whether the field is the pair field of the coupling: by kind, or since both are the same rationals.
bool is_own(const Problem& problem, const Structure& s) {
  if (!s.has_field || s.has_spread || s.has_mean_gap) {
    return false;
  }
  const ExactMatrix identity = ExactMatrix::identity(s.dimension);
  if (s.cross && s.field_matrix) {
    return *s.field_matrix == *s.cross - identity;
  }
  const bool unrotated = problem.coupling == CouplingKind::optimal ||
                         (problem.coupling == CouplingKind::rotated && s.rotation && *s.rotation == identity);
  return problem.field == FieldKind::pair || (problem.field == FieldKind::optimal_transport && unrotated);
}

SingularTimes times_in_balls(const Problem& problem, const Structure& s, bool of_field) {
  const std::optional<Model> model = model_of(problem, s);
  if (!model) {
    return {};
  }
  return singular_times(of_field ? model->field_matrix : model->cross - RealMatrix::identity(s.dimension));
}

}  // namespace

Problem completed(const Problem& problem) {
  Problem result = problem;
  const Eigen::Index d = problem.mean.size();
  if (problem.root) {
    const ExactMatrix root(*problem.root);
    const WorkingPrecision precision(kBitsOfTheGuess);
    if (problem.root->rows() != d || problem.root->cols() != d || !(root == transpose(root)) ||
        !is_positive_definite(to_balls(root))) {
      throw InputError("the root of the covariance is not symmetric positive definite, d x d, or nearly singular");
    }
    result.covariance = *problem.root * *problem.root;
  }
  if (result.covariance.rows() != d || result.covariance.cols() != d) {
    throw InputError("mean and covariance do not have the same dimension");
  }
  if (problem.rotation.frame) {
    const ExactMatrix frame(*problem.rotation.frame);
    if (frame.rows() != d || !(transpose(frame) * frame == ExactMatrix::identity(d))) {
      throw InputError("the frame of the rotation is not orthogonal, d x d");
    }
  }
  return result;
}

Structure structure_of(const Problem& problem) {
  Structure s;
  s.dimension = problem.covariance.rows();
  s.is_deterministic = problem.coupling != CouplingKind::independent && problem.coupling != CouplingKind::gaussian;
  s.has_field = problem.field == FieldKind::affine || problem.field == FieldKind::optimal_transport ||
                (problem.field == FieldKind::pair && s.is_deterministic);
  s.has_mean_gap = problem.field == FieldKind::affine && problem.field_shift != problem.mean;
  s.is_noisy = problem.noise.kind != NoiseKind::none && problem.noise.sigma != 0;
  s.noise_in_target =
      s.is_noisy && problem.noise.kind == NoiseKind::bridge && problem.noise.target == RegressionTarget::interpolant;
  if (problem.coupling == CouplingKind::rotated) {
    s.rotation = exact_rotation(problem.rotation, s.dimension);
    s.is_reversal = s.rotation && *s.rotation == negative(ExactMatrix::identity(s.dimension));
  }
  s.root = exact_root(problem);
  s.cross = exact_cross(problem, s);
  s.field_matrix = exact_field_matrix(problem, s);
  if (s.is_deterministic) {
    s.spread = ExactMatrix(s.dimension, s.dimension);
  } else {
    s.spread = ExactMatrix(problem.covariance) - *s.cross * transpose(*s.cross);
    s.has_spread = fmpq_mat_is_zero(s.spread->raw()) == 0;
  }
  s.field_is_own = is_own(problem, s);
  return s;
}

SingularTimes field_singular_times(const Problem& problem, const Structure& structure) {
  if (problem.field == FieldKind::optimal_transport) {
    return {true, {}, false};  // (1-t) I + t M^{1/2} is positive definite
  }
  if (structure.field_matrix) {
    return singular_times(*structure.field_matrix);
  }
  return problem.field == FieldKind::pair ? coupling_singular_times(problem, structure)
                                          : times_in_balls(problem, structure, true);
}

SingularTimes coupling_singular_times(const Problem& problem, const Structure& structure) {
  if (problem.coupling == CouplingKind::optimal) {
    return {true, {}, false};
  }
  if (structure.cross) {
    return singular_times(*structure.cross - ExactMatrix::identity(structure.dimension));
  }
  if (structure.is_reversal) {
    return singular_times_of_reversal(ExactMatrix(problem.covariance));
  }
  return times_in_balls(problem, structure, false);
}

}  // namespace straightedge::enclosure
