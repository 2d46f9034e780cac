// The field of frozen pairs in the frame of one training line, enclosed on boxes.
//
// With u = x - x_t^i, p_j = x_t^j - x_t^i = a_j + t b_j and constant noise, F = f^2:
//   v* - v_i = sum_j w_j b_j / (1 + sum_j w_j),   w_j = exp(g_j),
//   g_j = (2 u.p_j - |p_j|^2) / (2F) = (|u|^2 - |p_j - u|^2) / (2F).
// Intervals have double ends (outward.hpp), exponentials come from 50 digits.
#pragma once

#include <outward.hpp>
#include <straightedge/pairing.hpp>

#include <vector>

namespace straightedge::proofs {

/// Encloses exp on `x`.
[[nodiscard]] Outward enclosed_exp(const Outward& x);
/// The nearest doubles around a rational.
[[nodiscard]] Outward enclosed(const Rational& value);
/// Encloses its square root.
[[nodiscard]] Outward enclosed_root(const Rational& value);

using OutwardVector = std::vector<Outward>;
[[nodiscard]] Outward squared_norm(const OutwardVector& x);

class LineEnclosure {
 public:
  /// The line `own`. Differences of coordinates must be exact in double, as those of multiples of 2^-16 below 16 are.
  LineEnclosure(const FiniteSet<double>& pairs, Eigen::Index own, const Rational& f);

  [[nodiscard]] std::size_t dimension() const { return dimension_; }
  [[nodiscard]] std::size_t others() const { return lines_.size(); }
  /// |b_j|.
  [[nodiscard]] const Outward& speed(std::size_t j) const { return lines_[j].speed; }
  /// g_j; `u_squared` encloses |u|^2.
  [[nodiscard]] Outward exponent(std::size_t j, const OutwardVector& u, const Outward& u_squared,
                                 const Outward& t) const;
  /// v* - v_i.
  [[nodiscard]] OutwardVector velocity(const OutwardVector& u, const Outward& t) const;

 private:
  struct Line {
    std::vector<double> start, velocity;  ///< a_j, b_j
    Outward speed;
  };
  std::size_t dimension_;
  std::vector<Line> lines_;
  Outward twice_f_squared_;
};

}  // namespace straightedge::proofs
