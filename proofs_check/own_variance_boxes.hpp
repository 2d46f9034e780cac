// Figure 4, own couplings, on boxes: d = 2, eigenvalues of M and the angle in a box.
//
// A box is decided by one of four arguments (own_variance.hpp has the formulas):
//   mirrored   a > b on all of it: exchanging the axes, and the sense of the rotation, changes no trace, and the mirror
//              image is another box's.
//   singular   cos(phi) <= -2 sqrt(ab)/(a+b) on all of it: D = det((1-t) I + t A) has its least value, over t, at
//              t = 1/(1 + sqrt(ab)), which is then not positive, and D = 1 at t = 0: there is a singular time, where
//              adj(G) != 0 (phi is no multiple of 180 degrees), so that int |K|^2 diverges: the variance is infinite.
//   quadrature no singular time near: the differences over kappa of both coefficients are positive, integrals by
//              Gauss-Legendre with a bound on what it leaves out.
//   bounds     else: int |K|^2 >= and int |K|^2 |S|^2 + |K S^T|^2 >= by panels of t, whatever D is there (an infinite
//              variance is larger too), against OT's own. |int K S^T|^2 <= int |K S^T|^2 by Jensen.
//
// Gauss-Legendre with n >= 2 nodes on [0, 1] errs by at most (32/15) m rho^{-2n} / (1 - rho^{-2}) where the integrand
// is analytic and bounded by m in the Bernstein ellipse of parameter rho of [0, 1]: its Chebyshev coefficients are at
// most 2 m rho^{-k}, odd ones and those below 2n are integrated exactly, the others with an error of at most 2 + 2/15,
// halved by the length of [0, 1].
//
// The roots of D are 1/(1 - m), m an eigenvalue of A; such a root lies on the ellipse with
// (rho + 1/rho)/2 = |t| + |1-t| = (1 + |m|)/|1 - m|. The eigenvalues of A, with D > 0 on [0, 1], are either a complex
// pair with |m|^2 = ab and |1 - m|^2 = det Th, or positive and between a and b. If both lie beyond r > rho, then
// |D| >= [ (r - rho)(r - 1/rho)/(r + 1)^2 ]^2 in the ellipse of parameter rho: with t = (1 + z)/2, z = (w + 1/w)/2 the
// distance of two such points is |w - w'| |1 - 1/(w w')| / 4, and |root| <= (r' + 1)^2/(4 r') on its ellipse r' >= r;
// the quotient grows with r'.
#pragma once

#include <box_proof.hpp>
#include <composite_proof.hpp>
#include <outward.hpp>

#include <straightedge/quadrature.hpp>

#include <optional>
#include <vector>

namespace straightedge::proofs {

/// Both coefficients of the pair field's variance are larger than OT's. The mutant takes OT's twice.
class OwnVarianceBoxes final : public BoxProof {
 public:
  OwnVarianceBoxes();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::vector<std::string> parameters() const override {
    return {"lambda_1", "lambda_2", "phi (degrees)"};
  }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;
  [[nodiscard]] bool proves(const Box& box, char argument) const override;
  /// Both coefficients of the pair field less OT's, over kappa; nothing where a singular time is too near to integrate.
  struct Excess {
    Outward linear, quadratic;
  };
  [[nodiscard]] std::optional<Excess> enclose_excess(const Box& box) const;

 protected:
  /// Eigenvalues are measured by their ratio.
  [[nodiscard]] double length(std::size_t side, const Range& range) const override;

 private:
  std::vector<QuadratureRule<Outward>> rules_;
};

/// The formulas, exactly, and the boxes.
class OwnVarianceProof final : public CompositeProof {
 public:
  OwnVarianceProof();
  /// All parts from 2,000 cases on, a sample of them below.
  [[nodiscard]] bool is_checked(std::int64_t part, std::int64_t cases) const override {
    return cases >= 2000 || part % 41 == 0;
  }
};

}  // namespace straightedge::proofs
