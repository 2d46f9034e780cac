#include "quantities_rational.hpp"

#include <straightedge/error.hpp>
#include <straightedge/residual.hpp>

#include "quantities_decimal.hpp"

namespace straightedge::cli {
namespace {

// Beyond, exact integrands at a time take longer than the estimated ones by more than they are worth.
constexpr Eigen::Index kLargestExactDimension = 16;

bool is_deterministic(CouplingKind kind) {
  return kind == CouplingKind::optimal || kind == CouplingKind::rotated || kind == CouplingKind::affine;
}

Rational squared_length(const Vector<Rational>& v) {
  return squared_norm<Rational>(Matrix<Rational>(v));
}

/// |mu|^2 + d + tr M - 2 tr C, the cost of a coupling with cross-covariance C.
Rational cost(const Problem& problem, const Matrix<Rational>& cross) {
  return squared_length(problem.mean) + Rational(problem.dimension()) + problem.covariance.trace() -
         Rational(2) * cross.trace();
}

/// The direction of (x, y) in degrees where it is a multiple of 45.
std::optional<Rational> direction_degrees(const Rational& x, const Rational& y) {
  const int sign = y < 0 ? -1 : 1;
  if (y == 0) {
    return x > 0 ? Rational(0) : Rational(180);
  }
  if (x == 0) {
    return Rational(90 * sign);
  }
  if (x == y || x == -y) {
    return Rational((x > 0 ? 45 : 135) * sign);
  }
  return std::nullopt;
}

/// The polar factor of a 2 x 2 matrix with a positive determinant turns by the direction of (c00 + c11, c10 - c01).
std::optional<Rational> rational_angle(const Problem& problem, const RationalParts& parts) {
  if (problem.dimension() != 2) {
    return std::nullopt;
  }
  if (problem.coupling == CouplingKind::optimal) {
    return Rational(0);
  }
  if (problem.coupling == CouplingKind::rotated && !problem.rotation.matrix) {
    const bool forward = problem.rotation.planes.front().first == 0;
    return principal_degrees(forward ? problem.rotation.degrees : Rational(-problem.rotation.degrees));
  }
  if (!parts.cross) {
    return std::nullopt;
  }
  const Matrix<Rational>& c = *parts.cross;
  if (c(0, 0) * c(1, 1) - c(0, 1) * c(1, 0) <= 0) {
    return std::nullopt;
  }
  return direction_degrees(c(0, 0) + c(1, 1), c(1, 0) - c(0, 1));
}

void put_zeros(const Problem& problem, const RationalParts& parts, int digits, Results& results) {
  const Result zero = exact_result(Rational(0), digits);
  if (problem.field != FieldKind::minimiser) {
    results[Quantity::straightness] = zero;
  }
  if (problem.noise.is_noisy() || !is_deterministic(problem.coupling)) {
    return;
  }
  results[Quantity::minimum_loss] = zero;
  if (parts.field_is_own || problem.field == FieldKind::minimiser) {
    for (const Quantity quantity : {Quantity::loss, Quantity::gradient_second_moment,
                                    Quantity::gradient_mean_squared_norm, Quantity::gradient_variance,
                                    Quantity::gradient_variance_time_local, Quantity::gradient_variance_functional}) {
      results[quantity] = zero;
    }
  }
}

void put_residual(const ResidualMomentsAtTime<Rational>& residual, int digits, Results& results) {
  results[Quantity::loss] = exact_result(residual.loss, digits);
  results[Quantity::gradient_variance_time_local] = exact_result(residual.time_local_variance, digits);
  results[Quantity::gradient_variance_functional] =
      exact_result(Rational(4) * (residual.loss - squared_length(residual.mean)), digits);
}

// Where the covariance of X_t or the field is singular at the time there is no integrand, which the tiers say too.

void put_minimiser_integrands(const Problem& problem, const Coupling<Rational>& coupling, const Request& request,
                              Results& results) {
  try {
    const auto residual = minimiser_residual_at_time<Rational>(coupling, problem.noise, *request.time);
    results[Quantity::minimum_loss] = exact_result(residual.loss, request.digits);
    if (problem.field == FieldKind::minimiser) {
      put_residual(residual, request.digits, results);
    }
  } catch (const DoesNotExist&) {
    results.erase(Quantity::minimum_loss);
  }
}

void put_field_integrands(const Problem& problem, const Coupling<Rational>& coupling, const PairField<Rational>& field,
                          const Request& request, Results& results) {
  const int digits = request.digits;
  const Rational& time = *request.time;
  try {
    const Mismatch<Rational> gap = mismatch<Rational>(coupling, field);
    put_residual(residual_moments_at_time<Rational>(coupling, problem.noise, field, gap, time), digits, results);
    const auto g = gradient_moments_at_time<Rational>(problem.noise, field, gap, time);
    const Rational mean = squared_length(g.mean_shift) + squared_norm<Rational>(g.mean_matrix);
    results[Quantity::gradient_second_moment] = exact_result(g.second_moment, digits);
    results[Quantity::gradient_mean_squared_norm] = exact_result(mean, digits);
    results[Quantity::gradient_variance] = exact_result(Rational(g.second_moment - mean), digits);
  } catch (const DoesNotExist&) {
    results.erase(Quantity::gradient_variance);
  }
}

/// Integrands at a time are rational functions of rational data.
void put_integrands(const Problem& problem, const RationalParts& parts, const Request& request, Results& results) {
  const Eigen::Index d = problem.dimension();
  Matrix<Rational> spread = Matrix<Rational>::Zero(d, d);
  if (!is_deterministic(problem.coupling)) {
    spread = problem.covariance - product<Rational>(*parts.cross, parts.cross->transpose());
  }
  const Coupling<Rational> coupling{problem.coupling, {problem.mean, problem.covariance}, *parts.cross, spread};
  put_minimiser_integrands(problem, coupling, request, results);
  if (parts.field_matrix) {
    put_field_integrands(problem, coupling, {*parts.field_shift, *parts.field_matrix}, request, results);
  }
}

}  // namespace

Results rational_results(const Problem& problem, const RationalParts& parts, const Request& request) {
  const int digits = request.digits;
  Results results;
  if (parts.root) {
    results[Quantity::wasserstein2_squared] = exact_result(cost(problem, *parts.root), digits);
    results[Quantity::transport_map] = exact_result(*parts.root, digits);
  }
  if (parts.cross) {
    results[Quantity::transport_cost] = exact_result(cost(problem, *parts.cross), digits);
  }
  if (const std::optional<Rational> angle = rational_angle(problem, parts)) {
    results[Quantity::angle] = exact_result(*angle, digits);
  }
  put_zeros(problem, parts, digits, results);
  const bool bridge_end =
      problem.noise.adds_noise_to_target() && request.time && (*request.time == 0 || *request.time == 1);
  if (request.time && parts.cross && problem.dimension() <= kLargestExactDimension && !bridge_end) {
    put_integrands(problem, parts, request, results);
  }
  return results;
}

}  // namespace straightedge::cli
