// Figure 5 for every target at once: at the OT field for d = 2, the pairing rotated by phi in (90, 180) degrees against
// the independent one, in constant noise.
//
// Orientation and mean of M drop out, so let M^{1/2} = diag(a_1, a_2). With g = 1 - cos phi, q = sin phi and
//     s_i = 1 / (1 - t + t a_i),  x_i = a_i s_i,  m_i = (a_i - 1) s_i,  e_i = s_i x_i (2 t x_i - 1),  y_i = s_i^2 m_i,
//     Q = sum (s_i x_i)^2,  K = sum (s_i m_i)^2,  p = sum ((t x_i)^2 - t x_i)
// the moments of residual.hpp are (moments identity; the independent pairing is g = 1, q = 0)
//     tr Cov(S^T r) = 2 g Q + F K,   tr Cov(y) = 2 + 2 g p + F sum s_i^2,
//     Cov(S^T r, y) = diag(g e_i - F y_i) + q [[0, -s_1 x_1], [s_2 x_2, 0]],
// so that the two variances differ, rotated minus independent, by constant + linear F with
//     constant   4 ( int [ Q (6 (g-1) + 4 (g^2-1) p) + 2 (g^2-1) sum e_i^2 + 2 q^2 Q ] dt
//                    - (g^2-1) sum (int e_i)^2 - q^2 sum (int s_i x_i)^2 )
//     linear     8 (g-1) ( int [ Q sum s_i^2 + K p - 2 sum e_i y_i ] dt + sum int e_i int y_i ).
//
// Substitute u_i = t x_i, which rises from 0 to 1 with du_i = s_i x_i dt (substitution identity). Then
//     int s_i x_i dt = 1,   int e_i dt = int (2u - 1) du = 0,   int (s_i x_i)^2 dt = (a^2 + a + 1)/(3a) >= 1,
// and p >= -1/2, since u^2 - u >= -1/4. So for g > 1
//     constant / 4 >= int Q dt (6 (g-1) - 2 (g^2-1) + 2 q^2) - 2 q^2 >= 2 (2-g)(3g-2) > 0,
//     linear / (8 (g-1)) >= sum_i h(a_i),
//     h(a) = int [ a s^4 + (a-1)^2/a s^2 (u^2 - u - 1/4) - 2 (2u-1) (a-1) s^3 ] du,   s = 1 - u + u/a
//          = (22 a^4 + 7 a^3 + 2 a^2 + 7 a + 22) / (60 a^3) > 0,
// where Q sum s_j^2 >= sum (s_i x_i s_i)^2 and, in K p, ((t x_j)^2 - t x_j) >= -1/4 for the other j.
#pragma once

#include <composite_proof.hpp>
#include <identity.hpp>

namespace straightedge::proofs {

/// The moments above. Groups: (a_1, a_2), t, (g, q). Mutant: (1 + 1e-9) Q.
[[nodiscard]] Identity pairing_moments_identity();

/// u(t') - u(t) = (t' - t) a s(t) s(t'), of which du/dt = s x is the limit; a s = a (1-u) + u; e = s x (2u - 1);
/// y = (a-1) s^3. Groups: a, (t, t'). Mutant: (1 + 1e-9) s(t).
[[nodiscard]] Identity substitution_identity();

/// With a s = a (1-u) + u, both integrals over u by Boole's rule, which is exact for degree 5:
///     int (a s)^2 du = (a^2 + a + 1)/3 = a + (a-1)^2/3,    a^3 h(a) = (22 a^4 + 7 a^3 + 2 a^2 + 7 a + 22)/60;
/// and in g, with q^2 = g (2-g):  6 (g-1) - 2 (g^2-1) + 2 q^2 = 2 (2-g)(2g-1),  and less q^2 that is (2-g)(3g-2).
/// Groups: a, g. Mutant: 22 (1 + 1e-9) a^4.
[[nodiscard]] Identity pairing_integrals_identity();

/// The signs that are left, for 1 < g < 2: of the factors g-1, 2-g, 2g-1 and 3g-2, which are linear in g, and of the
/// coefficients of h. The mutant starts at g = 0.792, phi = 78 degrees.
class PairingSigns final : public Proof {
 public:
  [[nodiscard]] std::string set() const override { return "phi in (90, 180) degrees"; }
  [[nodiscard]] std::string method() const override { return "exact signs"; }
  [[nodiscard]] std::string arithmetic() const override { return "exact"; }
  [[nodiscard]] std::int64_t parts() const override { return 1; }
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
};

}  // namespace straightedge::proofs
