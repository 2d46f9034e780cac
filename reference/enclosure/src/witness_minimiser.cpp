// The minimiser v* = mu + K (x - t mu), K = B Sigma^{-1}, with B = Cov(target, X_t) and Sigma = Cov(X_t) taken from the
// linear forms of both. Its residual has mean 0 and is independent of X_t, so that at one time
//   E|r|^2 = rho = tr Cov(target - K (X_t - t mu)),   time-local variance 4 rho (1 + tr Sigma),   functional 4 rho
#include "adaptive.hpp"
#include "field_integrals.hpp"
#include "integral.hpp"
#include "interpolant_polynomials.hpp"
#include "parts.hpp"
#include "root.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kSingularCovariance =
    "the covariance of X_t is singular at some time: the integrand is bounded, but was not enclosed there";

struct MinimiserMoments {
  RealBall loss;      ///< rho
  RealBall position;  ///< tr Sigma
};

MinimiserMoments minimiser_moments(const Model& model, const Structure& structure, const RealBall& t,
                                   const NoiseAtTime<RealBall>& f) {
  const slong d = structure.dimension;
  const RealMatrix identity = RealMatrix::identity(d);
  LinearForm<RealBall> position;
  LinearForm<RealBall> residual;  // begins as the target
  position.source = (RealBall(1) - t) * identity + t * model.cross;
  residual.source = model.cross - identity;
  if (structure.has_spread) {
    position.spread = t * identity;
    residual.spread = identity;
  }
  if (structure.is_noisy) {
    position.noise = identity;
  }
  if (structure.noise_in_target) {
    residual.target_noise = identity;
  }
  const RealMatrix b = at(cross_covariance(residual, position, model.spread), f, d);
  const RealMatrix sigma = at(cross_covariance(position, position, model.spread), f, d);
  const RealMatrix minus_k = RealBall(-1) * (b * inverse(sigma));
  *residual.source += minus_k * *position.source;
  if (structure.has_spread) {
    *residual.spread += t * minus_k;
  }
  if (structure.is_noisy) {
    residual.noise = minus_k;
  }
  return {covariance_trace(residual, model.spread).at(f), trace(sigma)};
}

std::vector<ComplexBall> integrands(const ComplexBall& loss, const ComplexBall& position) {
  return {loss, ComplexBall(4) * loss * (ComplexBall(1) + position)};
}

/// On a wide ball t0 + h, without noise in the target:  rho = tr Cov(target) - tr(B Sigma^{-1} B^T), scaled about t0.
std::vector<ComplexBall> integrands_around(const InterpolantPolynomials& polynomials, const ComplexBall& t) {
  const RealBall centre = midpoint(t.real());
  const ScaledInterpolant at = scaled_about(polynomials, centre);
  if (!at.is_regular) {
    ComplexBall unknown;
    acb_indeterminate(unknown.raw());
    return {unknown, unknown};
  }
  const ComplexBall h = t - ComplexBall(centre);
  const RealMatrix scale = transpose(at.lower_inverse);
  const ComplexMatrix b = complex(at.b[0] * scale) + h * complex(at.b[1] * scale);
  const ComplexMatrix sigma = ComplexMatrix::identity(b.rows()) + h * (complex(at.s1) + h * complex(at.s2));
  const ComplexBall target(trace(polynomials.b[1]));  // Cov(target) = D D^T + W
  const ComplexBall position =
      ComplexBall(trace(at.sigma[0])) + h * (ComplexBall(trace(at.sigma[1])) + h * ComplexBall(trace(at.sigma[2])));
  return integrands(target - inner(b * inverse(sigma), b), position);
}

/// Loss, time-local and functional variance.
std::vector<Outcome> integrated(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoModel));
  }
  const InterpolantPolynomials polynomials = interpolant_polynomials(*model, structure, problem.noise);
  const VectorFunction function = [&](const ComplexBall& t) {
    if (!t.is_real_point()) {
      return integrands_around(polynomials, t);
    }
    const RealBall point = t.real();
    const bool is_bridge = problem.noise.kind == NoiseKind::bridge;
    const RealBall phi = is_bridge ? point * (RealBall(1) - point) : RealBall(1);
    const MinimiserMoments moments =
        minimiser_moments(*model, structure, point, {model->sigma_squared * phi, RealBall(0), RealBall(0)});
    return integrands(moments.loss, moments.position);
  };
  const bool needs_variance = problem.field == FieldKind::minimiser;
  const std::vector<RealBall> values =
      integrate_entries(function, needs_variance ? 2 : 1, integral_bits(), most_evaluations(structure.dimension));
  return {scalar_outcome(values[0]), needs_variance ? scalar_outcome(values[1]) : zero_outcome(),
          scalar_outcome(RealBall(4) * values[0])};
}

std::vector<Outcome> at_time(const Problem& problem, const Structure& structure, const Rational& time) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoModel));
  }
  const MinimiserMoments moments =
      minimiser_moments(*model, structure, to_ball(time), noise_at(structure, problem.noise, time));
  return {scalar_outcome(moments.loss), scalar_outcome(RealBall(4) * moments.loss * (RealBall(1) + moments.position)),
          scalar_outcome(RealBall(4) * moments.loss)};
}

void put(const Problem& problem, Quantities& quantities, const std::vector<Outcome>& found) {
  quantities.minimum_loss = found[0];
  if (problem.field == FieldKind::minimiser) {
    quantities.loss = found[0];
    quantities.gradient_variance_time_local = found[1];
    quantities.gradient_variance_functional = found[2];
  }
}

void put_same(const Problem& problem, Quantities& quantities, const Outcome& outcome) {
  put(problem, quantities, std::vector<Outcome>(3, outcome));
}

/// Without noise, X_t linear in X0: E|r|^2 = 0 wherever (1-t) I + t C is invertible.
Outcome outcome_of_map_at(const Problem& problem, const Structure& structure, const Rational& t, int goal) {
  const Regularity regularity = map_regularity(problem, structure, t, goal);
  if (regularity == Regularity::unknown) {
    return inconclusive("whether the covariance of X_t is singular at this time was not shown");
  }
  return regularity == Regularity::regular ? zero_outcome()
                                           : does_not_exist("the covariance of X_t is singular at this time");
}

}  // namespace

void enclose_minimiser(const Problem& problem, const Structure& structure, const Request& request,
                       Quantities& quantities) {
  const std::optional<Rational>& time = request.time;
  if (structure.noise_in_target && (!time || *time == 0 || *time == 1)) {
    put_same(problem, quantities, diverges(time ? kInfiniteAtTime : kInfiniteTarget));
  } else if (structure.is_noiseless_map()) {
    put_same(problem, quantities, time ? outcome_of_map_at(problem, structure, *time, request.goal) : zero_outcome());
  } else if (time && !structure.is_noisy && covariance_is_singular_at(*structure.cross, *structure.spread, *time)) {
    put_same(problem, quantities, does_not_exist("the covariance of X_t is singular at this time"));
  } else if (!time && !structure.is_noisy && covariance_is_singular(*structure.cross, *structure.spread)) {
    put_same(problem, quantities, inconclusive(kSingularCovariance));
  } else if (!time && structure.dimension > kLargestDimension) {
    put_same(problem, quantities, inconclusive(kTooLarge));
  } else {
    put(problem, quantities, raise_precision(request.goal, [&] {
          return time ? at_time(problem, structure, *time) : integrated(problem, structure);
        }));
  }
}

}  // namespace straightedge::enclosure
