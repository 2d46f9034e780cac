#include "singular.hpp"

#include <arb_calc.h>
#include <arb_fmpz_poly.h>
#include <arb_poly.h>
#include <flint/fmpq_poly.h>
#include <flint/fmpz_poly_mat.h>

#include "root.hpp"

namespace straightedge::enclosure {
namespace {

class IntegerPolynomial {
 public:
  IntegerPolynomial() { fmpz_poly_init(value_); }
  IntegerPolynomial(const IntegerPolynomial&) = delete;
  IntegerPolynomial& operator=(const IntegerPolynomial&) = delete;
  ~IntegerPolynomial() { fmpz_poly_clear(value_); }
  [[nodiscard]] fmpz_poly_struct* raw() { return value_; }
  [[nodiscard]] slong degree() const { return fmpz_poly_degree(value_); }

 private:
  fmpz_poly_t value_;
};

class BallPolynomial {
 public:
  BallPolynomial() { arb_poly_init(value_); }
  BallPolynomial(const BallPolynomial&) = delete;
  BallPolynomial& operator=(const BallPolynomial&) = delete;
  ~BallPolynomial() { arb_poly_clear(value_); }
  [[nodiscard]] arb_poly_struct* raw() { return value_; }
  [[nodiscard]] const arb_poly_struct* raw() const { return value_; }

 private:
  arb_poly_t value_;
};

/// Replaces p by p / gcd(p, p').
void keep_square_free_part(IntegerPolynomial& p) {
  IntegerPolynomial derivative;
  IntegerPolynomial common;
  fmpz_poly_derivative(derivative.raw(), p.raw());
  fmpz_poly_gcd(common.raw(), p.raw(), derivative.raw());
  fmpz_poly_div(p.raw(), p.raw(), common.raw());
}

/// Removes the root 1 of a square-free p; whether there was one.
bool divide_out_one(IntegerPolynomial& p) {
  fmpz_t value;
  fmpz_init(value);
  const fmpz one = 1;
  fmpz_poly_evaluate_fmpz(value, p.raw(), &one);
  const bool is_root = fmpz_is_zero(value) != 0;
  fmpz_clear(value);
  if (is_root) {
    IntegerPolynomial factor;
    fmpz_poly_set_coeff_si(factor.raw(), 1, 1);
    fmpz_poly_set_coeff_si(factor.raw(), 0, -1);
    fmpz_poly_div(p.raw(), p.raw(), factor.raw());
  }
  return is_root;
}

/// The distinct roots in (0, 1] of p != 0 with p(0) != 0. p is used up.
SingularTimes roots_in_unit_interval(IntegerPolynomial& p) {
  SingularTimes result;
  result.all_known = true;
  keep_square_free_part(p);
  result.last_is_one = divide_out_one(p);
  const slong degree = p.degree();
  if (degree > 0) {
    const acb_ptr roots = _acb_vec_init(degree);
    bool separated = false;
    for (slong bits = WorkingPrecision::bits(); !separated; bits *= 2) {
      result.times.clear();
      separated = true;
      arb_fmpz_poly_complex_roots(roots, p.raw(), 0, bits);
      // The real roots come first, ascending, with imaginary parts of exactly 0; none is 0 or 1.
      for (slong i = 0; i < degree && acb_is_real(roots + i) != 0; ++i) {
        const RealBall root = ComplexBall::copy_of(roots + i).real();
        const RealBall rest = RealBall(1) - root;
        separated = separated && root.is_nonzero() && rest.is_nonzero();
        if (root.is_positive() && rest.is_positive()) {
          result.times.push_back(root);
        }
      }
    }
    _acb_vec_clear(roots, degree);
  }
  if (result.last_is_one) {
    result.times.emplace_back(1);
  }
  return result;
}

/// p and its first `order - 1` Taylor coefficients on the ball t, by an expansion about the midpoint.
int taylor(arb_ptr out, const arb_t t, void* polynomial, slong order, slong bits) {
  const auto* p = static_cast<const BallPolynomial*>(polynomial);
  BallPolynomial shifted;
  RealBall middle;
  RealBall offset;
  arb_get_mid_arb(middle.raw(), t);
  arb_sub(offset.raw(), t, middle.raw(), bits);
  arb_poly_taylor_shift(shifted.raw(), p->raw(), middle.raw(), bits);
  for (slong k = 0; k < order; ++k) {
    arb_poly_evaluate(out + k, shifted.raw(), offset.raw(), bits);
    arb_poly_derivative(shifted.raw(), shifted.raw(), bits);
    if (k + 1 < order) {
      arb_poly_scalar_div(shifted.raw(), shifted.raw(), RealBall(k + 1).raw(), bits);
    }
  }
  return 0;
}

struct ValueAndSlope {
  RealBall value;
  RealBall slope;
};
ValueAndSlope evaluate(BallPolynomial& p, const RealBall& t) {
  const arb_ptr out = _arb_vec_init(2);
  taylor(out, t.raw(), &p, 2, WorkingPrecision::bits());
  ValueAndSlope result;
  arb_swap(result.value.raw(), out);
  arb_swap(result.slope.raw(), out + 1);
  _arb_vec_clear(out, 2);
  return result;
}

/// The one root in [a, b], if p changes its sign there and p' keeps its own: narrowed by the interval Newton method.
std::optional<RealBall> certified_root(BallPolynomial& p, const arf_interval_struct& block) {
  RealBall a;
  RealBall b;
  arb_set_arf(a.raw(), &block.a);
  arb_set_arf(b.raw(), &block.b);
  RealBall root = hull(a, b);
  const RealBall signs = evaluate(p, a).value * evaluate(p, b).value;
  const RealBall slope = evaluate(p, root).slope;
  if (!signs.is_negative() || !slope.is_nonzero()) {
    return std::nullopt;
  }
  constexpr int kMostSteps = 200;
  for (int k = 0; k < kMostSteps; ++k) {
    const RealBall middle = midpoint(root);
    const RealBall next = middle - evaluate(p, middle).value / evaluate(p, root).slope;
    RealBall narrowed;
    if (arb_intersection(narrowed.raw(), root.raw(), next.raw(), WorkingPrecision::bits()) == 0) {
      return std::nullopt;
    }
    const RealBall gain = radius(root) - RealBall(2) * radius(narrowed);
    root = std::move(narrowed);
    if (gain.is_negative()) {
      break;
    }
  }
  return root;
}

}  // namespace

SingularTimes singular_times(const ExactMatrix& th) {
  fmpq_poly_t reversed;
  fmpq_poly_init(reversed);
  ExactMatrix opposite(th.rows(), th.rows());
  fmpq_mat_neg(opposite.raw(), th.raw());
  fmpq_mat_charpoly(reversed, opposite.raw());  // det(x I + Th) = x^d p(1/x)
  fmpq_poly_reverse(reversed, reversed, th.rows() + 1);
  IntegerPolynomial p;
  fmpq_poly_get_numerator(p.raw(), reversed);
  fmpq_poly_clear(reversed);
  return roots_in_unit_interval(p);
}

SingularTimes singular_times(const RealMatrix& th) {
  RealMatrix opposite(th.rows(), th.rows());
  arb_mat_neg(opposite.raw(), th.raw());
  BallPolynomial p;
  arb_mat_charpoly(p.raw(), opposite.raw(), WorkingPrecision::bits());
  _arb_poly_reverse(p.raw()->coeffs, p.raw()->coeffs, th.rows() + 1, th.rows() + 1);
  // The ends are such that bisection does not meet simple fractions, where roots of typed problems lie.
  arf_interval_t block;
  arf_interval_init(block);
  arf_set_d(&block->a, -0.0137);
  arf_set_d(&block->b, 1.0071);
  constexpr slong kDepth = 400;
  constexpr slong kEvaluations = 20000;
  arf_interval_ptr blocks = nullptr;
  int* flags = nullptr;
  const slong count = arb_calc_isolate_roots(&blocks, &flags, taylor, &p, block, kDepth, kEvaluations,
                                             2 * th.rows() + 2, WorkingPrecision::bits());
  SingularTimes result;
  result.all_known = true;
  for (slong i = 0; i < count; ++i) {
    const std::optional<RealBall> root = certified_root(p, blocks[i]);
    if (!root) {
      result.all_known = false;
    } else if (root->is_positive() && (RealBall(1) - *root).is_positive()) {
      result.times.push_back(*root);
    } else if (!root->is_negative() && !(*root - RealBall(1)).is_positive()) {
      result.all_known = false;
    }
  }
  _arf_interval_vec_clear(blocks, count);
  flint_free(flags);
  arf_interval_clear(block);
  return result;
}

SingularTimes singular_times_of_reversal(const ExactMatrix& m) {
  const slong d = m.rows();
  fmpq_poly_t characteristic;
  fmpq_poly_init(characteristic);
  fmpq_mat_charpoly(characteristic, m.raw());
  IntegerPolynomial c;
  fmpq_poly_get_numerator(c.raw(), characteristic);
  fmpq_poly_clear(characteristic);
  IntegerPolynomial p;
  IntegerPolynomial square;  // (1 - t)^2
  IntegerPolynomial term;
  fmpz_poly_set_str(square.raw(), "3  1 -2 1");
  fmpz_t coefficient;
  fmpz_init(coefficient);
  for (slong k = 0; k <= d; ++k) {  // sum_k c_k (1-t)^{2k} t^{2(d-k)}
    fmpz_poly_pow(term.raw(), square.raw(), static_cast<ulong>(k));
    fmpz_poly_shift_left(term.raw(), term.raw(), 2 * (d - k));
    fmpz_poly_get_coeff_fmpz(coefficient, c.raw(), k);
    fmpz_poly_scalar_addmul_fmpz(p.raw(), term.raw(), coefficient);
  }
  fmpz_clear(coefficient);
  return roots_in_unit_interval(p);
}

bool covariance_is_singular(const ExactMatrix& cross, const ExactMatrix& spread) {
  const slong d = cross.rows();
  const ExactMatrix identity = ExactMatrix::identity(d);
  if (is_positive_definite(to_balls(spread))) {
    return false;
  }
  const ExactMatrix th = cross - identity;
  // Sigma_t = I + t (Th + Th^T) + t^2 (Th Th^T + W), over a common denominator.
  const ExactMatrix linear = th + transpose(th);
  const ExactMatrix quadratic = th * transpose(th) + spread;
  ExactMatrix all(d, 2 * d);
  for (slong i = 0; i < d; ++i) {
    for (slong j = 0; j < d; ++j) {
      fmpq_set(all.entry(i, j), linear.entry(i, j));
      fmpq_set(all.entry(i, d + j), quadratic.entry(i, j));
    }
  }
  fmpz_mat_t numerators;
  fmpz_mat_init(numerators, d, 2 * d);
  fmpz_t denominator;
  fmpz_init(denominator);
  fmpq_mat_get_fmpz_mat_matwise(numerators, denominator, all.raw());
  fmpz_poly_mat_t sigma;
  fmpz_poly_mat_init(sigma, d, d);
  for (slong i = 0; i < d; ++i) {
    for (slong j = 0; j < d; ++j) {
      fmpz_poly_struct* const entry = fmpz_poly_mat_entry(sigma, i, j);
      fmpz_poly_set_coeff_fmpz(entry, 2, fmpz_mat_entry(numerators, i, d + j));
      fmpz_poly_set_coeff_fmpz(entry, 1, fmpz_mat_entry(numerators, i, j));
      if (i == j) {
        fmpz_poly_set_coeff_fmpz(entry, 0, denominator);
      }
    }
  }
  IntegerPolynomial determinant;
  fmpz_poly_mat_det(determinant.raw(), sigma);
  fmpz_poly_mat_clear(sigma);
  fmpz_mat_clear(numerators);
  fmpz_clear(denominator);
  return roots_in_unit_interval(determinant).some_shown();
}

bool covariance_is_singular_at(const ExactMatrix& cross, const ExactMatrix& spread, const Rational& t) {
  const ExactMatrix map = ExactNumber(1 - t) * ExactMatrix::identity(cross.rows()) + ExactNumber(t) * cross;
  return determinant_sign(map * transpose(map) + ExactNumber(t * t) * spread) == 0;
}

}  // namespace straightedge::enclosure
