// Between exact rationals (Boost, FLINT) and balls.
#pragma once

#include <flint/fmpq.h>
#include <flint/fmpq_mat.h>
#include <flint/fmpz_poly.h>

#include <straightedge/enclosure/outcome.hpp>
#include <straightedge/matrix.hpp>

#include "ball_matrix.hpp"

namespace straightedge::enclosure {

/// FLINT's rationals, matrices and integer polynomials, freed at the end of their lives.
class ExactNumber {
 public:
  ExactNumber() { fmpq_init(value_); }
  explicit ExactNumber(const Rational& value);
  ExactNumber(const ExactNumber& other) : ExactNumber() { fmpq_set(value_, other.value_); }
  ExactNumber& operator=(const ExactNumber& other) {
    fmpq_set(value_, other.value_);
    return *this;
  }
  ~ExactNumber() { fmpq_clear(value_); }
  [[nodiscard]] fmpq* raw() { return value_; }
  [[nodiscard]] const fmpq* raw() const { return value_; }

 private:
  fmpq_t value_;
};

class ExactMatrix {
 public:
  ExactMatrix(slong rows, slong columns) { fmpq_mat_init(value_, rows, columns); }
  explicit ExactMatrix(const Matrix<Rational>& value);
  ExactMatrix(const ExactMatrix& other) : ExactMatrix(other.rows(), other.columns()) {
    fmpq_mat_set(value_, other.value_);
  }
  ExactMatrix& operator=(ExactMatrix other) noexcept {
    fmpq_mat_swap(value_, other.value_);
    return *this;
  }
  ~ExactMatrix() { fmpq_mat_clear(value_); }

  static ExactMatrix identity(slong d) {
    ExactMatrix result(d, d);
    fmpq_mat_one(result.value_);
    return result;
  }

  [[nodiscard]] slong rows() const { return fmpq_mat_nrows(value_); }
  [[nodiscard]] slong columns() const { return fmpq_mat_ncols(value_); }
  [[nodiscard]] fmpq_mat_struct* raw() { return value_; }
  [[nodiscard]] const fmpq_mat_struct* raw() const { return value_; }
  [[nodiscard]] const fmpq* entry(slong i, slong j) const { return fmpq_mat_entry(value_, i, j); }
  [[nodiscard]] fmpq* entry(slong i, slong j) { return fmpq_mat_entry(value_, i, j); }

  friend ExactMatrix operator+(const ExactMatrix& a, const ExactMatrix& b) {
    ExactMatrix result(a.rows(), a.columns());
    fmpq_mat_add(result.value_, a.value_, b.value_);
    return result;
  }
  friend ExactMatrix operator-(const ExactMatrix& a, const ExactMatrix& b) {
    ExactMatrix result(a.rows(), a.columns());
    fmpq_mat_sub(result.value_, a.value_, b.value_);
    return result;
  }
  friend ExactMatrix operator*(const ExactMatrix& a, const ExactMatrix& b) {
    ExactMatrix result(a.rows(), b.columns());
    fmpq_mat_mul(result.value_, a.value_, b.value_);
    return result;
  }
  friend ExactMatrix operator*(const ExactNumber& factor, const ExactMatrix& a) {
    ExactMatrix result(a);
    fmpz_t numerator;
    fmpz_init_set(numerator, fmpq_numref(factor.raw()));
    fmpq_mat_scalar_mul_fmpz(result.value_, result.value_, numerator);
    fmpq_mat_scalar_div_fmpz(result.value_, result.value_, fmpq_denref(factor.raw()));
    fmpz_clear(numerator);
    return result;
  }
  friend bool operator==(const ExactMatrix& a, const ExactMatrix& b) { return fmpq_mat_equal(a.value_, b.value_) != 0; }

 private:
  fmpq_mat_t value_;
};

[[nodiscard]] ExactMatrix transpose(const ExactMatrix& a);
/// -1, 0 or 1.
[[nodiscard]] int determinant_sign(const ExactMatrix& a);

/// The smallest balls at the working precision.
[[nodiscard]] RealBall to_ball(const Rational& value);
[[nodiscard]] RealMatrix to_balls(const Matrix<Rational>& value);
[[nodiscard]] RealMatrix to_balls(const ExactMatrix& value);

/// Exactly the ball, whose ends are dyadic. It must be finite.
[[nodiscard]] Ball to_rational(const RealBall& ball);

}  // namespace straightedge::enclosure
