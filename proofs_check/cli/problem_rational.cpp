#include "problem_rational.hpp"

#include "problem_checks.hpp"
#include "problem_tiers.hpp"

namespace straightedge::cli {
namespace {

constexpr int kLargestDenominatorDigits = 30;
constexpr Eigen::Index kLargestDimension = 32;  // beyond, exact determinants take longer than the answer is worth
constexpr int kGuessDigits = 85;                // of the 100 of the tier: the rest is left to the error of the value

bool is_square_root(const Matrix<Rational>& x, const Matrix<Rational>& m) {
  return first_asymmetry(x).first < 0 && exact_product(x, x) == m && definiteness(x) == Definiteness::positive;
}

std::optional<Matrix<Rational>> diagonal_root(const Matrix<Rational>& m) {
  Matrix<Rational> result = Matrix<Rational>::Zero(m.rows(), m.cols());
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    const Integer above = sqrt(numerator(m(i, i)));
    const Integer below = sqrt(denominator(m(i, i)));
    if (above * above != numerator(m(i, i)) || below * below != denominator(m(i, i))) {
      return std::nullopt;
    }
    result(i, i) = Rational(above, below);
  }
  return result;
}

bool is_diagonal(const Matrix<Rational>& m) {
  for (Eigen::Index j = 0; j < m.cols(); ++j) {
    for (Eigen::Index i = 0; i < m.rows(); ++i) {
      if (i != j && m(i, j) != 0) {
        return false;
      }
    }
  }
  return true;
}

/// det M is a square if M^{1/2} is rational; asking that first spares most problems the root.
bool has_square_determinant(const Matrix<Rational>& m) {
  const Rational det = determinant<Rational>(m);
  const Integer above = sqrt(numerator(det));
  const Integer below = sqrt(denominator(det));
  return above * above == numerator(det) && below * below == denominator(det);
}

}  // namespace

std::optional<Rational> rational_near(const Real100& value) {
  const Integer largest = pow(Integer(10), static_cast<unsigned>(kLargestDenominatorDigits));
  const Real100 tolerance = pow(Real100(10), -kGuessDigits) * (abs(value) > 1 ? abs(value) : Real100(1));
  Real100 rest = value;
  // Convergents p/q of the continued fraction [a0; a1, ...].
  Integer p_before(0);
  Integer p(1);
  Integer q_before(1);
  Integer q(0);
  while (true) {
    const Real100 whole = floor(rest);
    const auto a = whole.convert_to<Integer>();
    const Integer p_next = a * p + p_before;
    const Integer q_next = a * q + q_before;
    p_before = p;
    q_before = q;
    p = p_next;
    q = q_next;
    if (q > largest) {
      return std::nullopt;
    }
    if (abs(value - Real100(p) / Real100(q)) <= tolerance) {
      return Rational(p, q);
    }
    rest = Real100(1) / (rest - whole);
  }
}

std::optional<Matrix<Rational>> rational_square_root(const Matrix<Rational>& m) {
  if (is_diagonal(m)) {
    return diagonal_root(m);
  }
  if (m.rows() > kLargestDimension || !has_square_determinant(m)) {
    return std::nullopt;
  }
  const Matrix<Real100> root = square_root<Real100>(convert<Real100>(m));
  Matrix<Rational> result(m.rows(), m.cols());
  for (Eigen::Index i = 0; i < m.size(); ++i) {
    const std::optional<Rational> entry = rational_near(root.data()[i]);
    if (!entry) {
      return std::nullopt;
    }
    result.data()[i] = *entry;
  }
  return is_square_root(result, m) ? std::optional(result) : std::nullopt;
}

std::optional<Matrix<Rational>> rational_rotation(const Rotation& rotation, Eigen::Index dimension) {
  if (rotation.matrix) {
    return rotation.needs_polar_factor ? std::nullopt : rotation.matrix;
  }
  const Rational degrees = principal_degrees(rotation.degrees);
  if (denominator(degrees) != 1 || numerator(degrees) % 90 != 0) {
    return std::nullopt;
  }
  const int quarter = static_cast<int>(numerator(degrees) / 90);  // -1, 0, 1 or 2
  const int cosine = quarter == 0 ? 1 : (quarter == 2 ? -1 : 0);
  const int sine = quarter == 1 ? 1 : (quarter == -1 ? -1 : 0);
  Matrix<Rational> result = Matrix<Rational>::Identity(dimension, dimension);
  for (const auto& [i, j] : rotation.planes) {
    result(i, i) = cosine;
    result(j, j) = cosine;
    result(j, i) = sine;
    result(i, j) = -sine;
  }
  return result;
}

}  // namespace straightedge::cli
