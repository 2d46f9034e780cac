// Figure 4 for d = 2, each field under its own coupling: what the rotation adds to the gradient variance.
//
// Let M^{1/2} = diag(a, b) (orientation and mean drop out), A = M^{1/2} R, kappa = sin^2(phi/2). In constant noise the
// variance of the pair field under its own coupling is a_F F + b_F F^2 with (residual.hpp)
//     a_F = 12 int |K|^2,    b_F = 4 ( int [ |K|^2 |S|^2 + 2 |K S^T|^2 ] - |int K S^T|^2 ).
// With G = (1-t) I + t A and D = det G all entries are polynomials over powers of D:
//     D = (1-t+ta)(1-t+tb) - 2 kappa t (1-t) (a+b),
//     |S|^2 = |G|^2/D^2,   K = adj(G)^T (Th + t det(Th) I) / D^2,   K S^T = K adj(G)^T / D;
// off the diagonal they have the factor sin(phi), which enters squared as 4 kappa (1 - kappa). So all is polynomial in
// kappa over powers of D, and kappa = 0 is OT.
#pragma once

#include <divided.hpp>

#include <straightedge/quadrature.hpp>

namespace straightedge::proofs {

/// (a_F/12, b_F/4) of OT (`zero`), of the rotation (`here`), and their difference over kappa.
template <class T>
struct OwnVariance {
  Divided<T> linear, quadratic;
};

/// Integrals (or, at one t, integrands) that make up an OwnVariance: of |K|^2, of |K|^2 |S|^2 + 2 |K S^T|^2, and of the
/// entries of K S^T, those off the diagonal without the factor sin(phi).
template <class T>
struct OwnMoments {
  Divided<T> linear, quadratic;
  Divided<T> mean11, mean22, mean12, mean21;
};

/// Calls f on each part of x with the same part of y.
template <class T, class U, class F>
void for_each_pair(OwnMoments<T>& x, const OwnMoments<U>& y, const F& f) {
  f(x.linear, y.linear);
  f(x.quadratic, y.quadratic);
  f(x.mean11, y.mean11);
  f(x.mean22, y.mean22);
  f(x.mean12, y.mean12);
  f(x.mean21, y.mean21);
}

/// At the time t, `rest` = 1 - t; `over_d` is 1/D. Only sums, differences and products: T may be a bound of moduli.
template <class T>
[[nodiscard]] OwnMoments<T> own_moments_at(const T& a, const T& b, const T& kappa, const T& t, const T& rest,
                                           const Divided<T>& over_d);

/// D at the time t and 1/D.
template <class T>
[[nodiscard]] Divided<T> own_determinant(const T& a, const T& b, const T& kappa, const T& t, const T& rest);
template <class T>
[[nodiscard]] Divided<T> reciprocal(const Divided<T>& f);

/// From the integrals.
template <class T>
[[nodiscard]] OwnVariance<T> own_variance_of(const OwnMoments<T>& integrals, const T& kappa);

/// By the sums of a quadrature rule in place of the integrals.
template <class T>
[[nodiscard]] OwnMoments<T> own_moments(const T& a, const T& b, const T& kappa, const QuadratureRule<T>& rule);

}  // namespace straightedge::proofs
