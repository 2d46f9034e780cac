#include "singular_decision.hpp"

#include <algorithm>

#include "exact_roots.hpp"
#include "problem_checks.hpp"
#include "problem_rational.hpp"
#include "quantities_decimal.hpp"

namespace straightedge::cli {
namespace {

// Beyond, each takes longer than the quantities themselves.
constexpr Eigen::Index kLargestDimension = 32;
constexpr Eigen::Index kLargestDimensionOfSturm = 16;

// Square roots to within a factor of two, which is close enough beside 150 digits: sqrt(p/q) = sqrt(p q) / q.
Rational root_below(const Rational& value) {
  const Integer square = numerator(value) * denominator(value);
  return {Integer(sqrt(square)), denominator(value)};
}
Rational root_above(const Rational& value) {
  const Integer square = numerator(value) * denominator(value);
  const Integer below = sqrt(square);
  return {below * below == square ? below : Integer(below + 1), denominator(value)};
}

Rational power(const Rational& base, Eigen::Index exponent) {
  Rational result(1);
  for (Eigen::Index k = 0; k < exponent; ++k) {
    result *= base;
  }
  return result;
}

Matrix<Rational> rationals(const Matrix<Real150>& a) {
  Matrix<Rational> result(a.rows(), a.cols());
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    result.data()[i] = a.data()[i].convert_to<Rational>();
  }
  return result;
}

/// A rational matrix and a bound on its distance, in the spectral norm, from the one that is meant.
struct Near {
  Matrix<Rational> matrix;
  Rational distance;
};

std::optional<Near> near_root(const Matrix<Rational>& m, const RationalParts& parts) {
  if (parts.root) {
    return Near{*parts.root, Rational(0)};
  }
  const Matrix<Rational> computed = rationals(square_root<Real150>(convert<Real150>(m)));
  const Matrix<Rational> x = (computed + computed.transpose()) / Rational(2);
  if (definiteness(x) == Definiteness::indefinite) {
    return std::nullopt;
  }
  const Rational smallest = determinant<Rational>(m) / power(m.trace(), m.rows() - 1);
  const Matrix<Rational> rest = m - exact_product(x, x);
  return Near{x, root_above(squared_norm(rest)) / root_below(smallest)};
}

std::optional<Near> near_rotation(const Rotation& rotation, Eigen::Index d) {
  if (const auto exact = rational_rotation(rotation, d)) {
    return Near{*exact, Rational(0)};
  }
  if (rotation.matrix) {
    return std::nullopt;
  }
  // The angle, below 1 in radians after its reduction, is off by five roundings (two are pi's), its cosine and its sine
  // by one more: in a plane that is at most sqrt(2) 6 u.
  const auto [cosine, sine] = cos_sin_degrees<Real150>(rotation.degrees);
  Matrix<Real150> turn = Matrix<Real150>::Identity(d, d);
  for (const auto& [i, j] : rotation.planes) {
    turn(i, i) = turn(j, j) = cosine;
    turn(j, i) = sine;
    turn(i, j) = -sine;
  }
  return Near{rationals(turn), (Real150(16) * unit_roundoff<Real150>()).convert_to<Rational>()};
}

bool keeps_away_from_zero(const Problem& problem, const RationalParts& parts) {
  const Eigen::Index d = problem.dimension();
  const std::optional<Near> root = near_root(problem.covariance, parts);
  const std::optional<Near> rotation = near_rotation(problem.rotation, d);
  if (!root || !rotation) {
    return false;
  }
  const Rational error = root->distance + root_above(squared_norm(root->matrix)) * rotation->distance;
  const Rational norm = std::max(Rational(1), root_above(problem.covariance.trace())) + error;
  const Rational delta = Rational(d) * error * power(norm, d - 1);
  const Matrix<Rational> identity = Matrix<Rational>::Identity(d, d);
  Polynomial below = determinant_polynomial(exact_product(root->matrix, rotation->matrix) - identity);
  below.front() -= delta;
  return is_positive_on_unit_interval(below);
}

}  // namespace

std::optional<Result> decided_singular_times(const Problem& problem, const RationalParts& parts, int digits) {
  Result none = exact_result(std::vector<Rational>{}, digits);
  const bool is_pair = problem.field == FieldKind::pair;
  if (problem.field == FieldKind::optimal_transport || (is_pair && problem.coupling == CouplingKind::optimal)) {
    return none;
  }
  if (parts.field_matrix && problem.dimension() <= kLargestDimensionOfSturm) {
    return singular_times_result(*parts.field_matrix, digits);
  }
  if (problem.dimension() > kLargestDimension) {
    return std::nullopt;
  }
  if (parts.field_matrix) {
    return is_positive_on_unit_interval(determinant_polynomial(*parts.field_matrix)) ? std::optional(none)
                                                                                     : std::nullopt;
  }
  if (is_pair && problem.coupling == CouplingKind::rotated && keeps_away_from_zero(problem, parts)) {
    none.kind = ResultKind::enclosed;
    return none;
  }
  return std::nullopt;
}

}  // namespace straightedge::cli
