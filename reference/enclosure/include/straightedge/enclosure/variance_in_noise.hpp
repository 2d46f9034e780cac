// The gradient variance of a field under a coupling in constant noise, as a quadratic in F = s^2 with enclosed
// coefficients:
//     tr Cov(g) = constant + linear F + quadratic F^2,   parameters (th, Th), target `displacement`
// for whoever wants the sign of a difference of variances shown, and not estimated.
#pragma once

#include <optional>
#include <straightedge/enclosure/problem.hpp>

namespace straightedge::enclosure {

/// lower <= value <= upper.
struct Bounds {
  Rational lower;  ///< exact
  Rational upper;  ///< exact
};
/// Bounds of the three coefficients.
struct VarianceInNoiseBounds {
  Bounds constant;   ///< of 1
  Bounds linear;     ///< of F
  Bounds quadratic;  ///< of F^2

  /// The variance at F = f_squared >= 0.
  [[nodiscard]] Bounds at(const Rational& f_squared) const {
    const Rational f_fourth = f_squared * f_squared;
    return {constant.lower + f_squared * linear.lower + f_fourth * quadratic.lower,
            constant.upper + f_squared * linear.upper + f_fourth * quadratic.upper};
  }
};

/// The coefficients for the field (pair, optimal_transport or affine) and the coupling of `problem`, whose noise does
/// not count. The working precision is raised until each pair of bounds is at most 2 10^-goal max(1, |value|) apart, or
/// a cap is reached. Empty where they are not enclosed: the field has a singular time, or was not shown to have none,
/// or there is no such field (the pair field of an independent coupling, the minimiser). Throws InputError as `enclose`
/// does.
[[nodiscard]] std::optional<VarianceInNoiseBounds> variance_in_constant_noise(const Problem& problem, int goal = 45);

}  // namespace straightedge::enclosure
