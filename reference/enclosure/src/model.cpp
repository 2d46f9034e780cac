#include "model.hpp"

#include "root.hpp"

namespace straightedge::enclosure {
namespace {

/// R = P (turns) P^T; a turn takes e_from to cos e_from + sin e_to.
RealMatrix plane_rotations(const Rotation& rotation, slong d) {
  RealMatrix result = RealMatrix::identity(d);
  for (const PlaneTurn& turn : rotation.turns) {
    const ExactNumber half_turns(turn.degrees / 180);
    RealBall sine;
    RealBall cosine;
    arb_sin_cos_pi_fmpq(sine.raw(), cosine.raw(), half_turns.raw(), WorkingPrecision::bits());
    result.set(turn.from, turn.from, cosine);
    result.set(turn.to, turn.to, cosine);
    result.set(turn.to, turn.from, sine);
    result.set(turn.from, turn.to, -sine);
  }
  if (rotation.frame) {
    const RealMatrix frame = to_balls(*rotation.frame);
    return frame * result * transpose(frame);
  }
  return result;
}

std::optional<RealMatrix> rotation_of(const Problem& problem, const Structure& structure) {
  if (structure.rotation) {
    return to_balls(*structure.rotation);
  }
  if (problem.rotation.matrix) {
    return polar_factor(ExactMatrix(*problem.rotation.matrix));
  }
  return plane_rotations(problem.rotation, structure.dimension);
}

std::optional<RealMatrix> cross_of(const Problem& problem, const Structure& structure, const RealMatrix& root) {
  if (structure.cross) {
    return to_balls(*structure.cross);
  }
  if (problem.coupling == CouplingKind::optimal) {
    return root;
  }
  const std::optional<RealMatrix> rotation = rotation_of(problem, structure);
  return rotation ? std::optional(root * *rotation) : std::nullopt;
}

RealMatrix field_matrix_of(const Problem& problem, const Structure& structure, const Model& model) {
  const RealMatrix identity = RealMatrix::identity(structure.dimension);
  if (structure.field_matrix) {
    return to_balls(*structure.field_matrix);
  }
  return (problem.field == FieldKind::optimal_transport ? model.root : model.cross) - identity;
}

}  // namespace

std::optional<Model> model_of(const Problem& problem, const Structure& structure) {
  const slong d = structure.dimension;
  const Matrix<Rational> mean = problem.mean;
  Model model{to_balls(mean),   to_balls(problem.covariance),
              RealMatrix(d, d), RealMatrix(d, d),
              RealMatrix(d, d), RealMatrix(d, d),
              RealMatrix(d, 1), RealBall(0)};
  const std::optional<RealMatrix> root = structure.root ? to_balls(*structure.root) : square_root(model.covariance);
  if (!root) {
    return std::nullopt;
  }
  model.root = *root;
  const std::optional<RealMatrix> cross = cross_of(problem, structure, model.root);
  if (!cross) {
    return std::nullopt;
  }
  model.cross = *cross;
  if (structure.has_spread) {
    model.spread = to_balls(*structure.spread);
  }
  if (structure.has_field) {
    model.field_matrix = field_matrix_of(problem, structure, model);
  }
  if (structure.has_mean_gap) {
    const Matrix<Rational> gap = problem.mean - problem.field_shift;
    model.mean_gap = to_balls(gap);
  }
  if (structure.is_noisy) {
    model.sigma_squared = to_ball(problem.noise.sigma * problem.noise.sigma);
  }
  return model;
}

}  // namespace straightedge::enclosure
