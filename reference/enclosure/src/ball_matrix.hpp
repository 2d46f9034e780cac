// Matrices of balls, real or complex, over arb_mat and acb_mat. Operations round to the working precision of the
// thread.
//
// Nothing here conjugates: tr(A^T B) of complex matrices is the holomorphic continuation of the real one, which is what
// an integrand of complex t needs.
#pragma once

#include <acb_mat.h>
#include <arb_mat.h>

#include <type_traits>

#include "ball.hpp"

namespace straightedge::enclosure {

/// Arb's functions for matrices with entries of type Number.
template <class Number>
struct MatrixCalls;

template <>
struct MatrixCalls<RealBall> {
  using Raw = arb_mat_struct;
  static void init(Raw* a, slong r, slong c) { arb_mat_init(a, r, c); }
  static void clear(Raw* a) { arb_mat_clear(a); }
  static void set(Raw* a, const Raw* b) { arb_mat_set(a, b); }
  static void swap(Raw* a, Raw* b) { arb_mat_swap(a, b); }
  static void one(Raw* a) { arb_mat_one(a); }
  static void indeterminate(Raw* a) { arb_mat_indeterminate(a); }
  static void transpose(Raw* a, const Raw* b) { arb_mat_transpose(a, b); }
  static void add(Raw* a, const Raw* b, const Raw* c) { arb_mat_add(a, b, c, WorkingPrecision::bits()); }
  static void sub(Raw* a, const Raw* b, const Raw* c) { arb_mat_sub(a, b, c, WorkingPrecision::bits()); }
  static void mul(Raw* a, const Raw* b, const Raw* c) { arb_mat_mul(a, b, c, WorkingPrecision::bits()); }
  static void scale(Raw* a, const Raw* b, arb_srcptr c) { arb_mat_scalar_mul_arb(a, b, c, WorkingPrecision::bits()); }
  static int solve(Raw* x, const Raw* a, const Raw* b) { return arb_mat_solve(x, a, b, WorkingPrecision::bits()); }
  static int solve_wide(Raw* x, const Raw* a, const Raw* b) {
    return arb_mat_solve_precond(x, a, b, WorkingPrecision::bits());
  }
  static arb_srcptr row(const Raw* a, slong i) { return a->rows[i]; }
  static arb_ptr row(Raw* a, slong i) { return a->rows[i]; }
  static void add_dot(arb_ptr sum, arb_srcptr a, arb_srcptr b, slong n) {
    arb_dot(sum, sum, 0, a, 1, b, 1, n, WorkingPrecision::bits());
  }
  static void set_entry(arb_ptr to, arb_srcptr from) { arb_set(to, from); }
  static bool is_finite(const Raw* a) { return arb_mat_is_finite(a) != 0; }
};

template <>
struct MatrixCalls<ComplexBall> {
  using Raw = acb_mat_struct;
  static void init(Raw* a, slong r, slong c) { acb_mat_init(a, r, c); }
  static void clear(Raw* a) { acb_mat_clear(a); }
  static void set(Raw* a, const Raw* b) { acb_mat_set(a, b); }
  static void swap(Raw* a, Raw* b) { acb_mat_swap(a, b); }
  static void one(Raw* a) { acb_mat_one(a); }
  static void indeterminate(Raw* a) { acb_mat_indeterminate(a); }
  static void transpose(Raw* a, const Raw* b) { acb_mat_transpose(a, b); }
  static void add(Raw* a, const Raw* b, const Raw* c) { acb_mat_add(a, b, c, WorkingPrecision::bits()); }
  static void sub(Raw* a, const Raw* b, const Raw* c) { acb_mat_sub(a, b, c, WorkingPrecision::bits()); }
  static void mul(Raw* a, const Raw* b, const Raw* c) { acb_mat_mul(a, b, c, WorkingPrecision::bits()); }
  static void scale(Raw* a, const Raw* b, acb_srcptr c) { acb_mat_scalar_mul_acb(a, b, c, WorkingPrecision::bits()); }
  static int solve(Raw* x, const Raw* a, const Raw* b) { return acb_mat_solve(x, a, b, WorkingPrecision::bits()); }
  static int solve_wide(Raw* x, const Raw* a, const Raw* b) {
    return acb_mat_solve_precond(x, a, b, WorkingPrecision::bits());
  }
  static acb_srcptr row(const Raw* a, slong i) { return a->rows[i]; }
  static acb_ptr row(Raw* a, slong i) { return a->rows[i]; }
  static void add_dot(acb_ptr sum, acb_srcptr a, acb_srcptr b, slong n) {
    acb_dot(sum, sum, 0, a, 1, b, 1, n, WorkingPrecision::bits());
  }
  static void set_entry(acb_ptr to, acb_srcptr from) { acb_set(to, from); }
  static bool is_finite(const Raw* a) { return acb_mat_is_finite(a) != 0; }
};

template <class Number>
class BallMatrix {
  using Calls = MatrixCalls<Number>;

 public:
  BallMatrix() : BallMatrix(0, 0) {}
  /// Zeros.
  BallMatrix(slong rows, slong columns) { Calls::init(&value_, rows, columns); }
  BallMatrix(const BallMatrix& other) : BallMatrix(other.rows(), other.columns()) { Calls::set(&value_, other.raw()); }
  BallMatrix(BallMatrix&& other) noexcept : BallMatrix(0, 0) { Calls::swap(&value_, &other.value_); }
  BallMatrix& operator=(BallMatrix other) noexcept {
    Calls::swap(&value_, &other.value_);
    return *this;
  }
  ~BallMatrix() { Calls::clear(&value_); }

  static BallMatrix identity(slong d) {
    BallMatrix result(d, d);
    Calls::one(&result.value_);
    return result;
  }

  [[nodiscard]] slong rows() const { return value_.r; }
  [[nodiscard]] slong columns() const { return value_.c; }
  [[nodiscard]] typename Calls::Raw* raw() { return &value_; }
  [[nodiscard]] const typename Calls::Raw* raw() const { return &value_; }
  [[nodiscard]] auto entry(slong i, slong j) const { return Calls::row(&value_, i) + j; }
  [[nodiscard]] auto entry(slong i, slong j) { return Calls::row(&value_, i) + j; }
  [[nodiscard]] Number at(slong i, slong j) const {
    Number result;
    Calls::set_entry(result.raw(), entry(i, j));
    return result;
  }
  void set(slong i, slong j, const Number& value) { Calls::set_entry(entry(i, j), value.raw()); }
  [[nodiscard]] bool is_finite() const { return Calls::is_finite(&value_); }

  BallMatrix& operator+=(const BallMatrix& other) {
    Calls::add(&value_, &value_, other.raw());
    return *this;
  }
  BallMatrix& operator-=(const BallMatrix& other) {
    Calls::sub(&value_, &value_, other.raw());
    return *this;
  }
  BallMatrix& operator*=(const Number& factor) {
    Calls::scale(&value_, &value_, factor.raw());
    return *this;
  }
  friend BallMatrix operator+(BallMatrix a, const BallMatrix& b) { return std::move(a += b); }
  friend BallMatrix operator-(BallMatrix a, const BallMatrix& b) { return std::move(a -= b); }
  friend BallMatrix operator*(const Number& factor, BallMatrix a) { return std::move(a *= factor); }
  friend BallMatrix operator*(const BallMatrix& a, const BallMatrix& b) {
    BallMatrix result(a.rows(), b.columns());
    Calls::mul(result.raw(), a.raw(), b.raw());
    return result;
  }

 private:
  typename Calls::Raw value_;
};

using RealMatrix = BallMatrix<RealBall>;
using ComplexMatrix = BallMatrix<ComplexBall>;

template <class Number>
[[nodiscard]] BallMatrix<Number> transpose(const BallMatrix<Number>& a) {
  BallMatrix<Number> result(a.columns(), a.rows());
  MatrixCalls<Number>::transpose(result.raw(), a.raw());
  return result;
}

/// tr(a^T b) = sum_ij a_ij b_ij.
template <class Number>
[[nodiscard]] Number inner(const BallMatrix<Number>& a, const BallMatrix<Number>& b) {
  Number sum(0);
  for (slong i = 0; i < a.rows(); ++i) {
    MatrixCalls<Number>::add_dot(sum.raw(), a.entry(i, 0), b.entry(i, 0), a.columns());
  }
  return sum;
}

/// sum_ij a_ij^2.
template <class Number>
[[nodiscard]] Number square_sum(const BallMatrix<Number>& a) {
  return inner(a, a);
}

template <class Number>
[[nodiscard]] Number trace(const BallMatrix<Number>& a) {
  Number sum(0);
  for (slong i = 0; i < a.rows(); ++i) {
    sum += a.at(i, i);
  }
  return sum;
}

/// a^{-1}, with infinite radii where the balls of `a` hold a singular matrix or come near to one. For complex balls,
/// which are wide here, and in dimensions above 4 by an approximate inverse R and the balls of R a: that holds where
/// elimination on the balls fails.
template <class Number>
[[nodiscard]] BallMatrix<Number> inverse(const BallMatrix<Number>& a) {
  using Calls = MatrixCalls<Number>;
  constexpr slong kElimination = std::is_same_v<Number, RealBall> ? 4 : 0;
  const BallMatrix<Number> identity = BallMatrix<Number>::identity(a.rows());
  BallMatrix<Number> result(a.rows(), a.rows());
  const int found = a.rows() <= kElimination ? Calls::solve(result.raw(), a.raw(), identity.raw())
                                             : Calls::solve_wide(result.raw(), a.raw(), identity.raw());
  if (found == 0) {
    Calls::indeterminate(result.raw());
  }
  return result;
}

/// The same matrix with imaginary parts of 0.
[[nodiscard]] inline ComplexMatrix complex(const RealMatrix& a) {
  ComplexMatrix result(a.rows(), a.columns());
  acb_mat_set_arb_mat(result.raw(), a.raw());
  return result;
}

}  // namespace straightedge::enclosure
