// The identities behind the claims on isotropic problems (M = I, d even, the rotation by phi in every plane), for
// proofs by evaluation (identity.hpp).
//
// J is the quarter turn in every plane, A = (1 + alpha) I + beta J, Th = A - I, rho = alpha^2 + beta^2 and
//     D = det of one plane of I + t Th = (1 + t alpha)^2 + t^2 beta^2.
// The rotation by phi is alpha = -2 kappa, beta^2 = 4 kappa (1 - kappa), kappa = k^2 = sin^2(phi/2), c^2 = 1 - kappa;
// there rho = 4 kappa and D = q(t) = c^2 + k^2 (1-2t)^2, which is even about t = 1/2.
//
// Every matrix below is block-diagonal with the same block in each plane, so each trace is d/2 times that of one block:
// what holds at d = 2, and has the form stated at d = 4 too, holds for every even d; and an orthogonal change of the
// planes changes no trace.
#pragma once

#include <identity.hpp>

#include <straightedge/interpolant.hpp>

namespace straightedge::proofs {

/// The pair field on its own coupling: with gradient_expansion of residual.hpp
///     |K|^2 = d rho/D^2,  |S|^2 = d/D,  K S^T = [ (alpha + t (alpha^2 - beta^2)) I + beta (1 + 2 t alpha) J ] / D^2,
/// so that E|g|^2 = 4 F d rho [ (d+1)/D^2 + F (d+2)/D^3 ] (|K S^T|^2 = d rho/D^3 is one of rotation_identity),
/// E g_Th = 2 F K S^T; and the loss at t is F d rho/D.
/// Groups: (alpha, beta), t. Mutant: the factor 1 + 1e-9 on |K|^2.
[[nodiscard]] Identity pair_moments_identity(int d);

/// What the rotation makes of them. With  m_I = alpha + t (alpha^2 - beta^2),  m_J = 1 + 2 t alpha:
///     D = q,  rho = 4 kappa,  m_I^2 + beta^2 m_J^2 = rho D;
/// the even parts of m_I and m_J about t = 1/2 are constants with m_I^2 + beta^2 m_J^2 = 4 kappa (1 - kappa), so that
///     |integral E g_Th|^2 = 16 F^2 d k^2 c^2 I_2^2;
/// the even part of 1 + t alpha is c^2, so that <E g_Th, -Th> = -2 F d rho (1 + t alpha)/D^2 integrates to
///     -8 F d k^2 c^2 I_2;
/// and with x = 1 - 2t, (x/q^j)' = (1-2j)/q^j + 2j c^2/q^{j+1}, so that  2j c^2 I_{j+1} = 1 + (2j-1) I_j, j = 1, 2.
/// (I_1 = phi/sin phi by the arc tangent.)  Groups: kappa, t. Mutant: rho = 4 kappa (1 + 1e-9).
[[nodiscard]] Identity rotation_identity();

/// The OT field (zero) under X1 = A X0, and under independent pairing: integrated over t,
///     E|g|^2 = 4 d rho [ 1 + d (m + F) + 2 m ],   m = 1 + alpha + rho/3 = integral D,
///     |integral E g|^2 = 4 d [ (alpha + rho/2)^2 + beta^2 ]: 4 d (4 kappa (1 - kappa)) for the rotation;
///     8 d [ (2d+4)/3 + d F ]  and  0  under independent pairing;
/// and the loss under X1 = A X0 is d rho (at t = 1/2, and S = I at every t).
/// All integrands are of degree 3 in t at most, so Simpson's rule is exact: the constructor of the identity has seen to
/// that. Groups: (alpha, beta), s. Mutant: 2 m (1 + 1e-9).
[[nodiscard]] Identity zero_field_identity(int d);

/// Rotated minus independent at the zero field without noise is 16 d p(kappa), p = kappa^2 (1 - 2n/3) + n kappa - n/3,
/// n = d + 2. p is concave, p(0) = -n/3, p(1) = 1 and p(1/2) = 1/4: it has one root in (0, 1), below 1/2. And
/// (4n-6)^2 p((3n - r)/(4n-6)) = 0 where r^2 = n^2 + 12n: its part that is even in r and the odd one vanish.
/// Groups: n, kappa. Mutant: r^2 = (n^2 + 12n)(1 + 1e-3).
[[nodiscard]] Identity tie_identity();

/// Without noise the residual of any field (th, Th) on X1 = mu + A X0 is S U, U = (A - I - Th) X0 + mu - th: where S
/// exists it vanishes for almost every X0 only if Th = A - I and th = mu. Groups: Th and A, t, x0, th and mu.
/// Mutant: (1 + 1e-9) S U.
[[nodiscard]] Identity residual_identity(int d);

/// The minimiser's coefficients for C = a I + b J, M = I and noise variance F(t) = s^2 w(t), w = 1 or t (1-t):
///     Sigma_t = sigma I,  sigma = (1-t)^2 + t^2 + 2 t (1-t) a + F,   B_t = (1-2t)(a-1) I + b J.
/// For the rotation a = cos phi, b = sin phi the first factor is odd about t = 1/2 and sigma even, so the flow of
/// B_t/sigma is the rotation by  sin phi * integral dt/sigma.  Groups: (a, b), t, s. Mutant: (1 + 1e-9) b.
[[nodiscard]] Identity reflow_identity(int d, NoiseKind kind);

/// B_t = (1/2) dSigma_t/dt for every symmetric C. Where C commutes with M all Sigma_t commute, and the minimiser's flow
/// is Sigma_t^{1/2} Sigma_0^{-1/2}, at t = 1 ((M + F I)/(1 + F))^{1/2}. Groups: C and M, t, s.
/// Mutant: (1/2)(1 + 1e-9) dSigma_t/dt.
[[nodiscard]] Identity symmetric_coupling_identity(int d);

}  // namespace straightedge::proofs
