// When the moments of a field are infinite. At a singular time t* let u be a left null vector of I + t* Th. Then
//   u^T S = u^T / (1 - t/t*),   u^T Th = -u^T / t*,
//   u^T r = u^T (target - th) + u^T (X_t - t th) / (t* - t)
// so that the variance of u^T r grows like u^T Sigma_{t*} u / (t* - t)^2, which is not integrable, if the covariance
// Sigma_{t*} of X_{t*} is positive definite. With it diverge E|r|^2, and every gradient variance: each is at least the
// integral of the covariances at given t, and the gradient's first part -2 S^T r, or -2 r, has one that grows as fast.
//   Where bridge noise is in the target, tr Cov(target | X_t) is about s^2 d / (4t) for small t whatever the field.
#include "adaptive.hpp"
#include "field_integrals.hpp"
#include "parts.hpp"
#include "root.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kInfinitePole = "the variance of the residual grows like 1 / (t - t*)^2 at a singular time t*";
constexpr const char* kUndecidedPole =
    "the field has a singular time at which X_t may be degenerate: whether the integral is finite was not shown";
constexpr const char* kUndecidedTimes = "whether the field has singular times was not shown";

/// Whether the covariance of X_t without noise is shown to be positive definite for all t in the ball.
bool covariance_is_regular(const Problem& problem, const Structure& structure, const RealBall& t) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return false;
  }
  const RealMatrix map = (RealBall(1) - t) * RealMatrix::identity(structure.dimension) + t * model->cross;
  return is_positive_definite(map * transpose(map) + (t * t) * model->spread);
}

/// Without noise in the target, at the singular times that were shown.
Outcome outcome_at_pole(const Problem& problem, const Structure& structure, const SingularTimes& times, int goal) {
  bool regular = structure.is_noisy;  // inside (0, 1); and at t = 1 the covariance is M, or more
  const slong first = first_precision(goal);
  for (slong bits = first; bits <= 4 * first && !regular; bits *= 2) {
    const WorkingPrecision precision(bits);
    for (const RealBall& t : times.times) {
      regular = regular || covariance_is_regular(problem, structure, t);
    }
  }
  return regular ? diverges(kInfinitePole) : inconclusive(kUndecidedPole);
}

std::vector<Outcome> integrated(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(6, inconclusive(kNoModel));
  }
  const FieldIntegrals integrals = integrate_field(real_field_data(*model, structure), problem.noise.kind);
  const RealBall& s_squared = model->sigma_squared;
  const RealBall loss = integrals.loss.at(s_squared);
  const RealBall second = integrals.second_moment.at(s_squared);
  const RealBall mean = integrals.mean_squared_norm().at(s_squared);
  return {scalar_outcome(loss),
          scalar_outcome(second),
          scalar_outcome(mean),
          scalar_outcome(second - mean),
          scalar_outcome(integrals.time_local.at(s_squared)),
          scalar_outcome(RealBall(4) * (loss - square_sum(integrals.residual_mean)))};
}

void put(Quantities& quantities, const std::vector<Outcome>& found) {
  quantities.loss = found[0];
  quantities.gradient_second_moment = found[1];
  quantities.gradient_mean_squared_norm = found[2];
  quantities.gradient_variance = found[3];
  quantities.gradient_variance_time_local = found[4];
  quantities.gradient_variance_functional = found[5];
}

std::vector<Outcome> integrands(const Problem& problem, const Structure& structure, const Rational& time) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(6, inconclusive(kNoModel));
  }
  const NoiseAtTime<RealBall> f = noise_at(structure, problem.noise, time);
  const FieldData<RealBall> field = real_field_data(*model, structure);
  const RealBall t = to_ball(time);
  const MomentTerms<RealBall> terms = moment_terms(field, resolvent_at(field, t), t);
  const MomentsAtTime<RealBall> moments = moments_at(terms, f);
  const RealMatrix matrix_mean =
      at(terms.weighted_preimage, f, structure.dimension) + terms.weighted_mean * transpose(terms.preimage_mean);
  const RealBall mean = RealBall(4) * (square_sum(terms.weighted_mean) + square_sum(matrix_mean));
  return {scalar_outcome(moments.loss),
          scalar_outcome(moments.second_moment),
          scalar_outcome(mean),
          scalar_outcome(moments.second_moment - mean),
          scalar_outcome(moments.time_local),
          scalar_outcome(RealBall(4) * (moments.loss - square_sum(terms.residual_mean)))};
}

}  // namespace

void enclose_field(const Problem& problem, const Structure& structure, const SingularTimes& times, int goal,
                   Quantities& quantities) {
  if (structure.noise_in_target) {
    put_field_outcome(quantities, diverges(kInfiniteTarget));
  } else if (structure.field_is_own && !structure.is_noisy) {
    put_field_outcome(quantities, zero_outcome());
  } else if (times.some_shown()) {
    put_field_outcome(quantities, outcome_at_pole(problem, structure, times, goal));
  } else if (!times.none_shown()) {
    put_field_outcome(quantities, inconclusive(kUndecidedTimes));
  } else if (structure.dimension > kLargestDimension) {
    put_field_outcome(quantities, inconclusive(kTooLarge));
  } else {
    put(quantities, raise_precision(goal, [&] { return integrated(problem, structure); }));
  }
}

void enclose_field_at(const Problem& problem, const Structure& structure, const Request& request,
                      Quantities& quantities) {
  const Rational& time = *request.time;
  const Regularity regularity = field_regularity(problem, structure, time);
  if (structure.noise_in_target && (time == 0 || time == 1)) {
    put_field_outcome(quantities, diverges(kInfiniteAtTime));
  } else if (regularity == Regularity::singular) {
    put_field_outcome(quantities, does_not_exist("the field does not exist at this time"));
  } else if (regularity == Regularity::regular && structure.field_is_own && !structure.is_noisy) {
    put_field_outcome(quantities, zero_outcome());
  } else {
    put(quantities, raise_precision(request.goal, [&] { return integrands(problem, structure, time); }));
  }
}

}  // namespace straightedge::enclosure
