// A scalar that has no value, only degrees: sent through a template, it tells what polynomial the template computes.
//
// A value stands for any P / D^k with P a polynomial in groups of variables, D one common denominator. It holds a bound
// for the total degree of P in each group, k, and the degrees of D:
//     (P1/D^k1) (P2/D^k2)  has degrees  deg P1 + deg P2,  exponent k1 + k2;
//     P1/D^k1 + P2/D^k2    has exponent  K = max(k1, k2)  and degrees  max_i (deg P_i + (K - k_i) deg D).
// That D is one and the same is the caller's to see to: two denominators of different degrees are refused, but two of
// the same degrees cannot be told apart, and their sum would be bounded too low. A polynomial of degree D in m
// variables that vanishes on {n / (D+1) : n in N^m, sum n <= D} is zero, and group by group on a product of such sets:
// so a bound is all that a proof by evaluation needs.
#pragma once

#include <straightedge/linalg.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace straightedge {
/// Degrees in place of values: a bound for each group of variables, and the exponent of the denominator.
class Degree {
 public:
  static constexpr int kGroups = 4;          ///< how many groups of variables there are
  using Degrees = std::array<int, kGroups>;  ///< one degree a group

  /// A constant; 0 is the zero polynomial, which has no degree.
  Degree() = default;
  explicit Degree(int constant) : is_zero_(constant == 0) {}

  /// A variable of a group.
  static Degree variable(int group) {
    Degree result(1);
    result.degrees_.at(static_cast<std::size_t>(group)) = 1;
    return result;
  }
  /// Any P / D with the degrees given.
  static Degree quotient(const Degrees& numerator, const Degrees& denominator) {
    Degree result(1);
    result.degrees_ = numerator;
    result.exponent_ = 1;
    result.denominator_ = denominator;
    return result;
  }

  [[nodiscard]] bool is_zero() const { return is_zero_; }  ///< True iff known to be the zero polynomial.
  /// Bounds for P in each group, and k.
  [[nodiscard]] const Degrees& degrees() const { return degrees_; }
  [[nodiscard]] int exponent() const { return exponent_; }
  /// The bounds of the head comment. Throws std::logic_error for two denominators of different degrees.
  Degree& operator+=(const Degree& other) {
    if (other.is_zero_) {
      return *this;
    }
    if (is_zero_) {
      return *this = other;
    }
    share_denominator(other);
    const int exponent = std::max(exponent_, other.exponent_);
    for (std::size_t g = 0; g < kGroups; ++g) {
      degrees_[g] = std::max(degrees_[g] + (exponent - exponent_) * denominator_[g],
                             other.degrees_[g] + (exponent - other.exponent_) * denominator_[g]);
    }
    exponent_ = exponent;
    return *this;
  }
  Degree& operator*=(const Degree& other) {
    if (is_zero_ || other.is_zero_) {
      return *this = Degree();
    }
    share_denominator(other);
    for (std::size_t g = 0; g < kGroups; ++g) {
      degrees_[g] += other.degrees_[g];
    }
    exponent_ += other.exponent_;
    return *this;
  }
  Degree& operator-=(const Degree& other) { return *this += other; }  ///< as +=
  /// By a constant other than 0 only.
  Degree& operator/=(const Degree& other) {
    if (other.is_zero_ || other.exponent_ != 0 || other.degrees_ != Degrees{}) {
      throw std::logic_error("Degree: a quotient by anything but a constant has no degree bound");
    }
    return *this;
  }
  Degree operator-() const { return *this; }                             ///< the same degrees
  friend Degree operator+(Degree a, const Degree& b) { return a += b; }  ///< as +=
  friend Degree operator-(Degree a, const Degree& b) { return a -= b; }  ///< as -=
  friend Degree operator*(Degree a, const Degree& b) { return a *= b; }  ///< as *=
  friend Degree operator/(Degree a, const Degree& b) { return a /= b; }  ///< as /=
  /// Whether both are known to be zero, or neither is: all that a template may branch on.
  friend bool operator==(const Degree& a, const Degree& b) { return a.is_zero_ && b.is_zero_; }

 private:
  void share_denominator(const Degree& other) {
    if (exponent_ != 0 && other.exponent_ != 0 && denominator_ != other.denominator_) {
      throw std::logic_error("Degree: two denominators of different degrees");
    }
    if (exponent_ == 0) {
      denominator_ = other.denominator_;
    }
  }

  bool is_zero_ = true;
  Degrees degrees_{};
  int exponent_ = 0;
  Degrees denominator_{};
};

}  // namespace straightedge

template <>
struct Eigen::NumTraits<straightedge::Degree> {
  using Real = straightedge::Degree;
  using NonInteger = straightedge::Degree;
  using Literal = straightedge::Degree;
  using Nested = straightedge::Degree;
  enum {
    IsInteger = 0,
    IsSigned = 1,
    IsComplex = 0,
    RequireInitialization = 1,
    ReadCost = 1,
    AddCost = 1,
    MulCost = 1
  };
};

namespace straightedge {

/// By Cramer's rule: cofactors over the determinant, which becomes the common denominator.
template <>
Matrix<Degree> inverse<Degree>(const Matrix<Degree>& a);

}  // namespace straightedge
