// Quadrature on [0, 1] for integrands that are rational in t with known poles.
//
// Gauss-Legendre with n nodes on an interval converges like rho^{-2n}, rho the parameter of the largest Bernstein
// ellipse of the interval that is free of poles. The planner bisects [0, 1] until every panel's rho is large, and gives
// each panel the nodes that its rho asks for.
#pragma once

#include <straightedge/scalar.hpp>

#include <complex>
#include <functional>
#include <vector>

namespace straightedge {

/// integral of g over [0,1]  ~  sum_i weights[i] g(nodes[i])
template <class T>
struct QuadratureRule {
  std::vector<T> nodes;
  std::vector<T> weights;
};

/// Gauss-Legendre on [0, 1] with n nodes, cached for the process; thread-safe.
template <RealScalar T>
[[nodiscard]] const QuadratureRule<T>& gauss_legendre(int n);

/// Gauss-Legendre panels graded towards `poles`, for a relative error of about 10^-digits. Poles on [0,1] are an error
/// of the caller: throws DoesNotExist. `order` is the multiplicity up to which a pole may enter the integrand.
template <RealScalar T>
[[nodiscard]] QuadratureRule<T> graded_rule(const std::vector<std::complex<double>>& poles, int digits, int order = 6);

}  // namespace straightedge
