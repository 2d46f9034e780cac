// Figure 5 on boxes: at the OT field for d = 2, the rotated pairing against the independent one, for all eigenvalues of
// M in a box.
//
// Orientation and mean of M drop out, so let M^{1/2} = diag(a_1, a_2); the rotation is by phi, g = 1 - cos phi. With
//     s_i = 1 / (1 - t + t a_i),   x_i = a_i s_i,   m_i = (a_i - 1) s_i,
//     Q = sum (s_i x_i)^2,   K = sum (s_i m_i)^2,   e_i = s_i x_i (2 t x_i - 1),   y_i = s_i^2 m_i,
//     P = 3 + 2 g sum ((t x_i)^2 - t x_i)
// the moments of residual.hpp give, rotated minus independent (which is g = 1 without the off-diagonal entries),
//     constant   4 ( int [ 2 g Q P_g - 2 Q P_1 + 2 (g^2 - 1) sum e_i^2 + 2 sin^2(phi) Q ] dt
//                    - (g^2 - 1) sum (int e_i)^2 - sin^2(phi) sum (int s_i x_i)^2 )
//     linear     8 (g - 1) ( int [ Q sum s_i^2 + K sum ((t x_i)^2 - t x_i) - 2 sum e_i y_i ] dt + sum int e_i int y_i )
// as coefficients of F^0 and F^1; those of F^2 are equal.
#pragma once

#include <box_proof.hpp>
#include <composite_proof.hpp>

#include <straightedge/quadrature.hpp>
#include <straightedge/scalar.hpp>

namespace straightedge::proofs {

template <class T>
struct PairingDifference {
  T constant, linear;
};

/// By the rule's sums in place of the integrals; g and sin^2 phi of the angle.
template <class T>
[[nodiscard]] PairingDifference<T> pairing_difference(const T& a1, const T& a2, const T& g, const T& sine_squared,
                                                      const QuadratureRule<T>& rule);

/// Both coefficients are positive for phi = 120 degrees and eigenvalues of M in a box; the mutant has 78 degrees.
class PairingBoxes final : public BoxProof {
 public:
  PairingBoxes();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"lambda_1", "lambda_2"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;

 private:
  QuadratureRule<Interval> rule_;
};

/// For all targets at once by pairing_identities.hpp; and once more, by another way, on the boxes.
class PairingProof final : public CompositeProof {
 public:
  PairingProof();
};

}  // namespace straightedge::proofs
