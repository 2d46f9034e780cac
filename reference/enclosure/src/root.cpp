#include "root.hpp"

namespace straightedge::enclosure {
namespace {

constexpr int kMostIterations = 400;  // each halves the distance in the exponent: 1e60 from the root takes 200

void keep_midpoints(RealMatrix& a) {
  arb_mat_get_mid(a.raw(), a.raw());
}

bool approximate_inverse(RealMatrix& result, const RealMatrix& a) {
  return arb_mat_approx_inv(result.raw(), a.raw(), WorkingPrecision::bits()) != 0;
}

/// Half of a + b, rounded.
RealMatrix mean(const RealMatrix& a, const RealMatrix& b) {
  RealMatrix result = a + b;
  arb_mat_scalar_mul_2exp_si(result.raw(), result.raw(), -1);
  keep_midpoints(result);
  return result;
}

/// Whether |a - b|_F < 2^-bits |a|_F, roughly.
bool agree(const RealMatrix& a, const RealMatrix& b, slong bits) {
  const RealBall size = square_root(square_sum(a));
  RealBall gap = square_root(square_sum(a - b));
  arb_mul_2exp_si(gap.raw(), gap.raw(), bits);
  return gap < size || !size.is_positive();
}

/// An approximate root by the iteration of Denman and Beavers: X -> (X + Y^{-1}) / 2, Y -> (Y + X^{-1}) / 2.
std::optional<RealMatrix> approximate_root(const RealMatrix& m) {
  const slong d = m.rows();
  RealMatrix x = m;
  keep_midpoints(x);
  RealMatrix y = RealMatrix::identity(d);
  RealMatrix x_inverse(d, d);
  RealMatrix y_inverse(d, d);
  bool close = false;
  for (int k = 0; k < kMostIterations; ++k) {
    if (!approximate_inverse(x_inverse, x) || !approximate_inverse(y_inverse, y)) {
      return std::nullopt;
    }
    RealMatrix next = mean(x, y_inverse);
    y = mean(y, x_inverse);
    const bool done = close;  // convergence is quadratic: one more step after the digits begin to agree
    close = agree(next, x, WorkingPrecision::bits() / 2);
    x = std::move(next);
    if (done) {
      return mean(x, transpose(x));
    }
  }
  return std::nullopt;
}

/// c > 0 with X - c I positive definite; 0 where there is none to be shown.
RealBall eigenvalue_below(const RealMatrix& x) {
  RealMatrix x_inverse(x.rows(), x.rows());
  if (!approximate_inverse(x_inverse, x)) {
    return {0};
  }
  keep_midpoints(x_inverse);
  const RealBall c = midpoint(RealBall(1) / (RealBall(2) * square_root(square_sum(x_inverse))));
  const RealMatrix shifted = x - c * RealMatrix::identity(x.rows());
  return is_positive_definite(shifted) ? c : RealBall(0);
}

}  // namespace

bool is_positive_definite(const RealMatrix& m) {
  RealMatrix factor(m.rows(), m.rows());
  return arb_mat_cho(factor.raw(), m.raw(), WorkingPrecision::bits()) != 0;
}

std::optional<RealMatrix> square_root(const RealMatrix& m) {
  std::optional<RealMatrix> x = approximate_root(m);
  if (!x) {
    return std::nullopt;
  }
  const RealBall c = eigenvalue_below(*x);
  if (!c.is_positive()) {
    return std::nullopt;
  }
  const RealBall bound = RealBall(1) / (RealBall(2) * c);
  const RealBall rest = square_root(square_sum(m - *x * *x));
  const RealBall condition = RealBall(4) * bound * bound * rest;
  if (!(condition < RealBall(1))) {
    return std::nullopt;
  }
  const RealBall error = RealBall(2) * bound * rest;
  mag_t radius;
  mag_init(radius);
  arb_get_mag(radius, error.raw());
  arb_mat_add_error_mag(x->raw(), radius);
  mag_clear(radius);
  return x;
}

std::optional<RealMatrix> polar_factor(const ExactMatrix& r) {
  const std::optional<RealMatrix> root = square_root(to_balls(transpose(r) * r));
  if (!root) {
    return std::nullopt;
  }
  return to_balls(r) * inverse(*root);
}

std::optional<ExactMatrix> rational_root(const ExactMatrix& m, const RealMatrix& root) {
  const slong d = m.rows();
  ExactMatrix guess(d, d);
  for (slong i = 0; i < d; ++i) {
    for (slong j = 0; j <= i; ++j) {
      const Ball ball = to_rational(root.at(i, j));
      const ExactNumber lower(ball.lower());
      const ExactNumber upper(ball.upper());
      fmpq_simplest_between(guess.entry(i, j), lower.raw(), upper.raw());
      fmpq_set(guess.entry(j, i), guess.entry(i, j));
    }
  }
  if (!(guess * guess == m) || !is_positive_definite(to_balls(guess))) {
    return std::nullopt;
  }
  return guess;
}

}  // namespace straightedge::enclosure
