// The minimiser v* = mu + K (x - t mu), K = B Sigma^{-1}, with B = Cov(target, X_t) and Sigma = Cov(X_t) taken from the
// linear forms of both. Its residual has mean 0 and is independent of X_t, so that at one time
//   E|r|^2 = rho = tr Cov(target - K (X_t - t mu)),   time-local variance 4 rho (1 + tr Sigma),   functional 4 rho
#include "adaptive.hpp"
#include "field_integrals.hpp"
#include "integral.hpp"
#include "parts.hpp"
#include "root.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kSingularCovariance =
    "the covariance of X_t is singular at some time: the integrand is bounded, but was not enclosed there";

template <class Number>
struct MinimiserData {
  BallMatrix<Number> cross;
  BallMatrix<Number> spread;
  bool has_spread;
  bool is_noisy;
  bool noise_in_target;
};

template <class Number>
struct MinimiserMoments {
  Number loss;      ///< rho
  Number position;  ///< tr Sigma
};

template <class Number>
MinimiserMoments<Number> minimiser_moments(const MinimiserData<Number>& data, const Number& t,
                                           const NoiseAtTime<Number>& f) {
  using Matrix = BallMatrix<Number>;
  const slong d = data.cross.rows();
  const Matrix identity = Matrix::identity(d);
  LinearForm<Number> position;
  LinearForm<Number> residual;  // begins as the target
  position.source = (Number(1) - t) * identity + t * data.cross;
  residual.source = data.cross - identity;
  if (data.has_spread) {
    position.spread = t * identity;
    residual.spread = identity;
  }
  if (data.is_noisy) {
    position.noise = identity;
  }
  if (data.noise_in_target) {
    residual.target_noise = identity;
  }
  const Matrix b = at(cross_covariance(residual, position, data.spread), f, d);
  const Matrix sigma = at(cross_covariance(position, position, data.spread), f, d);
  const Matrix k = b * inverse(sigma);
  const Matrix minus_k = Number(-1) * k;
  *residual.source += minus_k * *position.source;
  if (data.has_spread) {
    *residual.spread += t * minus_k;
  }
  if (data.is_noisy) {
    residual.noise = minus_k;
  }
  return {covariance_trace(residual, data.spread).at(f), trace(sigma)};
}

template <class Number>
std::vector<ComplexBall> integrands(const MinimiserData<Number>& data, const Number& s_squared, NoiseKind schedule,
                                    const Number& t) {
  const Number zero(0);
  const Number phi = schedule == NoiseKind::bridge ? t * (Number(1) - t) : Number(1);
  const auto moments = minimiser_moments(data, t, {s_squared * phi, zero, zero});
  return {ComplexBall(moments.loss), ComplexBall(Number(4) * moments.loss * (Number(1) + moments.position))};
}

MinimiserData<RealBall> real_data(const Model& model, const Structure& structure) {
  return {model.cross, model.spread, structure.has_spread, structure.is_noisy, structure.noise_in_target};
}

/// Loss, time-local and functional variance.
std::vector<Outcome> integrated(const Problem& problem, const Structure& structure) {
  const std::optional<Model> model = model_of(problem, structure);
  if (!model) {
    return std::vector<Outcome>(3, inconclusive(kNoModel));
  }
  const MinimiserData<RealBall> data = real_data(*model, structure);
  const MinimiserData<ComplexBall> complex_data{complex(data.cross), complex(data.spread), data.has_spread,
                                                data.is_noisy, data.noise_in_target};
  const ComplexBall complex_s_squared(model->sigma_squared);
  const NoiseKind schedule = problem.noise.kind;
  const VectorFunction function = [&](const ComplexBall& t) {
    return t.is_real() ? integrands<RealBall>(data, model->sigma_squared, schedule, t.real())
                       : integrands<ComplexBall>(complex_data, complex_s_squared, schedule, t);
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
  const auto moments =
      minimiser_moments(real_data(*model, structure), to_ball(time), noise_at(structure, problem.noise, time));
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
  } else {
    put(problem, quantities, raise_precision(request.goal, [&] {
          return time ? at_time(problem, structure, *time) : integrated(problem, structure);
        }));
  }
}

}  // namespace straightedge::enclosure
