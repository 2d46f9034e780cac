#include "conversion.hpp"

#include <string>

namespace straightedge::enclosure {
namespace {

void set_integer(fmpz_t to, const Integer& from) {
  const Integer magnitude = from < 0 ? Integer(-from) : from;  // Boost writes no negative hexadecimals
  fmpz_set_str(to, magnitude.str(0, std::ios_base::hex).c_str(), 16);
  if (from < 0) {
    fmpz_neg(to, to);
  }
}

Integer to_integer(const fmpz_t value) {
  fmpz_t magnitude;
  fmpz_init(magnitude);
  fmpz_abs(magnitude, value);
  char* const text = fmpz_get_str(nullptr, 16, magnitude);
  Integer result("0x" + std::string(text));
  flint_free(text);
  fmpz_clear(magnitude);
  return fmpz_sgn(value) < 0 ? Integer(-result) : result;
}

void set_rational(fmpq* to, const Rational& from) {
  set_integer(fmpq_numref(to), numerator(from));
  set_integer(fmpq_denref(to), denominator(from));
}

Rational to_rational(const arf_t value) {
  ExactNumber exact;
  arf_get_fmpq(exact.raw(), value);
  return {to_integer(fmpq_numref(exact.raw())), to_integer(fmpq_denref(exact.raw()))};
}

}  // namespace

ExactNumber::ExactNumber(const Rational& value) : ExactNumber() {
  set_rational(value_, value);
}

ExactMatrix::ExactMatrix(const Matrix<Rational>& value) : ExactMatrix(value.rows(), value.cols()) {
  for (slong i = 0; i < rows(); ++i) {
    for (slong j = 0; j < columns(); ++j) {
      set_rational(entry(i, j), value(i, j));
    }
  }
}

ExactMatrix transpose(const ExactMatrix& a) {
  ExactMatrix result(a.columns(), a.rows());
  fmpq_mat_transpose(result.raw(), a.raw());
  return result;
}

int determinant_sign(const ExactMatrix& a) {
  ExactNumber determinant;
  fmpq_mat_det(determinant.raw(), a.raw());
  return fmpq_sgn(determinant.raw());
}

RealBall to_ball(const Rational& value) {
  RealBall result;
  arb_set_fmpq(result.raw(), ExactNumber(value).raw(), WorkingPrecision::bits());
  return result;
}

RealMatrix to_balls(const ExactMatrix& value) {
  RealMatrix result(value.rows(), value.columns());
  arb_mat_set_fmpq_mat(result.raw(), value.raw(), WorkingPrecision::bits());
  return result;
}

RealMatrix to_balls(const Matrix<Rational>& value) {
  return to_balls(ExactMatrix(value));
}

Ball to_rational(const RealBall& ball) {
  RealBall size;
  arb_get_rad_arb(size.raw(), ball.raw());
  return {to_rational(arb_midref(ball.raw())), to_rational(arb_midref(size.raw()))};
}

}  // namespace straightedge::enclosure
