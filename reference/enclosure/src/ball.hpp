// Arb's real and complex balls as values: constructed, copied and freed like numbers, with operators.
//
// An operation rounds to the working precision of its thread, and the ball that it returns holds the exact result for
// all values in its arguments. No packaged C++ interface of Arb exists on Debian; this one has what the witness needs.
#pragma once

#include <acb.h>
#include <arb.h>

#include <utility>

namespace straightedge::enclosure {

/// Sets the working precision, in bits, of every operation of this thread while the object lives.
class WorkingPrecision {
 public:
  explicit WorkingPrecision(slong bits) : previous_(current()) { current() = bits; }
  ~WorkingPrecision() { current() = previous_; }
  WorkingPrecision(const WorkingPrecision&) = delete;
  WorkingPrecision& operator=(const WorkingPrecision&) = delete;
  [[nodiscard]] static slong bits() { return current(); }

 private:
  static slong& current() {
    thread_local slong bits = 128;
    return bits;
  }
  slong previous_;
};

class RealBall {
 public:
  RealBall() { arb_init(value_); }
  RealBall(slong value) : RealBall() { arb_set_si(value_, value); }  // NOLINT(google-explicit-constructor)
  RealBall(const RealBall& other) : RealBall() { arb_set(value_, other.value_); }
  RealBall(RealBall&& other) noexcept : RealBall() { arb_swap(value_, other.value_); }
  RealBall& operator=(const RealBall& other) {
    arb_set(value_, other.value_);
    return *this;
  }
  RealBall& operator=(RealBall&& other) noexcept {
    arb_swap(value_, other.value_);
    return *this;
  }
  ~RealBall() { arb_clear(value_); }

  [[nodiscard]] arb_ptr raw() { return value_; }
  [[nodiscard]] arb_srcptr raw() const { return value_; }

  RealBall& operator+=(const RealBall& other) {
    arb_add(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  RealBall& operator-=(const RealBall& other) {
    arb_sub(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  RealBall& operator*=(const RealBall& other) {
    arb_mul(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  RealBall& operator/=(const RealBall& other) {
    arb_div(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  friend RealBall operator+(RealBall a, const RealBall& b) { return std::move(a += b); }
  friend RealBall operator-(RealBall a, const RealBall& b) { return std::move(a -= b); }
  friend RealBall operator*(RealBall a, const RealBall& b) { return std::move(a *= b); }
  friend RealBall operator/(RealBall a, const RealBall& b) { return std::move(a /= b); }
  RealBall operator-() const {
    RealBall result;
    arb_neg(result.value_, value_);
    return result;
  }

  [[nodiscard]] bool is_finite() const { return arb_is_finite(value_) != 0; }
  /// Whether every value in the ball is so.
  [[nodiscard]] bool is_positive() const { return arb_is_positive(value_) != 0; }
  [[nodiscard]] bool is_negative() const { return arb_is_negative(value_) != 0; }
  [[nodiscard]] bool is_nonzero() const { return arb_contains_zero(value_) == 0; }
  /// Whether every value of `a` is below every value of `b`.
  [[nodiscard]] friend bool operator<(const RealBall& a, const RealBall& b) { return arb_lt(a.value_, b.value_) != 0; }

 private:
  arb_t value_;
};

/// The root of what is not negative: what rounding has put below 0 in the ball is left out.
[[nodiscard]] inline RealBall square_root(const RealBall& a) {
  RealBall result;
  arb_sqrtpos(result.raw(), a.raw(), WorkingPrecision::bits());
  return result;
}
[[nodiscard]] inline RealBall exponential(const RealBall& a) {
  RealBall result;
  arb_exp(result.raw(), a.raw(), WorkingPrecision::bits());
  return result;
}
/// The ball of radius 0 around the midpoint.
[[nodiscard]] inline RealBall midpoint(const RealBall& a) {
  RealBall result;
  arb_get_mid_arb(result.raw(), a.raw());
  return result;
}
/// The radius, exactly.
[[nodiscard]] inline RealBall radius(const RealBall& a) {
  RealBall result;
  arb_get_rad_arb(result.raw(), a.raw());
  return result;
}
/// The smallest ball at this precision that holds both.
[[nodiscard]] inline RealBall hull(const RealBall& a, const RealBall& b) {
  RealBall result;
  arb_union(result.raw(), a.raw(), b.raw(), WorkingPrecision::bits());
  return result;
}

class ComplexBall {
 public:
  ComplexBall() { acb_init(value_); }
  ComplexBall(slong value) : ComplexBall() { acb_set_si(value_, value); }  // NOLINT(google-explicit-constructor)
  ComplexBall(const RealBall& value) : ComplexBall() {                     // NOLINT(google-explicit-constructor)
    acb_set_arb(value_, value.raw());
  }
  ComplexBall(const ComplexBall& other) : ComplexBall() { acb_set(value_, other.value_); }
  ComplexBall(ComplexBall&& other) noexcept : ComplexBall() { acb_swap(value_, other.value_); }
  ComplexBall& operator=(const ComplexBall& other) {
    acb_set(value_, other.value_);
    return *this;
  }
  ComplexBall& operator=(ComplexBall&& other) noexcept {
    acb_swap(value_, other.value_);
    return *this;
  }
  ~ComplexBall() { acb_clear(value_); }
  static ComplexBall copy_of(acb_srcptr value) {
    ComplexBall result;
    acb_set(result.value_, value);
    return result;
  }

  [[nodiscard]] acb_ptr raw() { return value_; }
  [[nodiscard]] acb_srcptr raw() const { return value_; }

  ComplexBall& operator+=(const ComplexBall& other) {
    acb_add(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  ComplexBall& operator-=(const ComplexBall& other) {
    acb_sub(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  ComplexBall& operator*=(const ComplexBall& other) {
    acb_mul(value_, value_, other.value_, WorkingPrecision::bits());
    return *this;
  }
  friend ComplexBall operator+(ComplexBall a, const ComplexBall& b) { return std::move(a += b); }
  friend ComplexBall operator-(ComplexBall a, const ComplexBall& b) { return std::move(a -= b); }
  friend ComplexBall operator*(ComplexBall a, const ComplexBall& b) { return std::move(a *= b); }

  /// Whether it is one real number, up to half of the working precision: a node of a quadrature, and not the
  /// neighbourhood on which an error is bounded.
  [[nodiscard]] bool is_real_point() const {
    return acb_is_real(value_) != 0 &&
           mag_cmp_2exp_si(arb_radref(acb_realref(value_)), -WorkingPrecision::bits() / 2) < 0;
  }
  [[nodiscard]] bool is_finite() const { return acb_is_finite(value_) != 0; }
  [[nodiscard]] RealBall real() const {
    RealBall result;
    acb_get_real(result.raw(), value_);
    return result;
  }

 private:
  acb_t value_;
};

}  // namespace straightedge::enclosure
