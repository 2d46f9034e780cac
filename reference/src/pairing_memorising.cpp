// The memorising field of a finite set, in exact arithmetic.
#include <straightedge/error.hpp>
#include <straightedge/pairing.hpp>

#include <string>

namespace straightedge {
namespace {

bool is_column(const Matrix<Rational>& points, Eigen::Index i, const Vector<Rational>& x) {
  for (Eigen::Index k = 0; k < x.size(); ++k) {
    if (points(k, i) != x(k)) {
      return false;
    }
  }
  return true;
}

// The average of v_i = x1^i - x0^i over the columns of `at_t` that equal x.
std::optional<Vector<Rational>> average_velocity(const FiniteSet<Rational>& pairs, const Matrix<Rational>& at_t,
                                                 const Vector<Rational>& x) {
  Vector<Rational> sum = Vector<Rational>::Zero(pairs.dimension());
  Eigen::Index count = 0;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    if (is_column(at_t, i, x)) {
      sum += pairs.targets.col(i) - pairs.sources.col(i);
      ++count;
    }
  }
  if (count == 0) {
    return std::nullopt;
  }
  return Vector<Rational>(sum / Rational(count));
}

void require_grid(const std::vector<Rational>& grid) {
  if (grid.size() < 2 || grid.front() != 0 || grid.back() != 1) {
    throw InputError("an Euler grid must lead from 0 to 1");
  }
  for (std::size_t n = 1; n < grid.size(); ++n) {
    if (!(grid[n - 1] < grid[n])) {
      throw InputError("an Euler grid must ascend: " + to_string(grid[n - 1]) + " is followed by " +
                       to_string(grid[n]));
    }
  }
}

}  // namespace

std::optional<Vector<Rational>> memorising_velocity(const FiniteSet<Rational>& pairs, const Vector<Rational>& x,
                                                    const Rational& t) {
  if (x.size() != pairs.dimension()) {
    throw InputError("a point in " + std::to_string(x.size()) + " dimensions for a finite set in " +
                     std::to_string(pairs.dimension()));
  }
  return average_velocity(pairs, interpolants(pairs, t), x);
}

Rational memorising_loss(const FiniteSet<Rational>& pairs, const Rational& t) {
  require_valid(pairs);
  const Matrix<Rational> at_t = interpolants(pairs, t);
  Rational sum = 0;
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    const Vector<Rational> field = *average_velocity(pairs, at_t, at_t.col(i));
    for (Eigen::Index k = 0; k < pairs.dimension(); ++k) {
      const Rational residual = (pairs.targets(k, i) - pairs.sources(k, i)) - field(k);
      sum += residual * residual;
    }
  }
  return Rational(sum / Rational(pairs.size()));
}

std::optional<Vector<Rational>> memorising_euler(const FiniteSet<Rational>& pairs, Eigen::Index i,
                                                 const std::vector<Rational>& grid) {
  require_valid(pairs);
  require_grid(grid);
  if (i < 0 || i >= pairs.size()) {
    throw InputError("no pair " + std::to_string(i) + " in a finite set of " + std::to_string(pairs.size()));
  }
  Vector<Rational> x = pairs.sources.col(i);
  for (std::size_t n = 1; n < grid.size(); ++n) {
    const auto field = memorising_velocity(pairs, x, grid[n - 1]);
    if (!field) {
      return std::nullopt;
    }
    x += Rational(grid[n] - grid[n - 1]) * *field;
  }
  return x;
}

}  // namespace straightedge
