// Quadrature on [0, 1] for integrands that are rational in t with known poles.
//
// Gauss-Legendre with n nodes on an interval converges like rho^{-2n}, rho the parameter of the largest Bernstein
// ellipse of the interval that is free of poles. The planner halves [0, 1] wherever two panels need fewer nodes than
// one, in t itself and in theta with t = a + b tan(theta), which sends a nearby pair of poles a +- ib to infinity.
// Where that pair is all there is, the integrand is a trigonometric polynomial in theta, and few nodes are exact.
#pragma once

#include <straightedge/scalar.hpp>

#include <complex>
#include <functional>
#include <vector>

namespace straightedge {

/// integral of g over [0,1]  ~  sum_i weights[i] g(nodes[i])
template <class T>
struct QuadratureRule {
  std::vector<T> nodes;    ///< t_i
  std::vector<T> weights;  ///< one a node
};

/// Gauss-Legendre on [0, 1] with n nodes, cached for the process; thread-safe.
template <RealScalar T>
[[nodiscard]] const QuadratureRule<T>& gauss_legendre(int n);

/// How the integrand falls off as t -> infinity: at least like t^-2, or not necessarily.
enum class Falloff { none, inverse_square };

/// Gauss-Legendre panels for a relative error of about 10^-digits, for integrands whose poles, of order at most 6 and
/// off [0,1], are `poles`. A pole on [0,1] throws DoesNotExist.
template <RealScalar T>
[[nodiscard]] QuadratureRule<T> graded_rule(const std::vector<std::complex<double>>& poles, int digits,
                                            Falloff falloff = Falloff::none);

/// The rule that is exact, up to rounding, for
///     g(t) = p(t) / ((t - a)^2 + b^2)^order,   deg p <= 2 order - 2,   b > 0.
/// With t = a + b tan(theta), g dt is a trigonometric polynomial of degree order - 1 in 2 theta; it is interpolated at
/// the 2 order - 1 equidistant theta of a whole period, so that nodes lie on all of the real line. Rounding is
/// amplified by up to pole_pair_amplification.
template <RealScalar T>
[[nodiscard]] QuadratureRule<T> pole_pair_rule(const T& a, const T& b, int order);

/// How many times as large as on [0, 1] such a g dt/dtheta can be elsewhere: (1 / sin(L/2))^(2 order - 2), L the angle
/// under which [0, 1] is seen from a + ib.
[[nodiscard]] double pole_pair_amplification(double a, double b, int order);

}  // namespace straightedge
