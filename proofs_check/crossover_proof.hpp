// The one positive root F* of the isotropic problem's quadratic (crossover_quadratic of reflow.hpp), for all angles.
//
// The quadratic in F is linear in d: its leading coefficient grows with d (I_3 > 0) and its constant term falls
// (q_mean > 0), so that what is shown of their signs for d = 2 holds for every d >= 2. So does what is shown at
// F = sin(phi)/phi, if the coefficient of d there is positive as well.
#pragma once

#include <box_proof.hpp>
#include <composite_proof.hpp>

namespace straightedge::proofs {

/// On boxes of phi in degrees: the leading coefficient for d = 2 is positive and the constant term negative.
/// The mutant takes the constant term with the other sign.
class CrossoverSigns final : public BoxProof {
 public:
  CrossoverSigns();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"phi (degrees)"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;
};

/// On boxes of phi in degrees: at F = sin(phi)/phi = 1/I_1 the quadratic for d = 2 and its coefficient of d are
/// positive, so that F* < sin(phi)/phi for every d >= 2. The mutant takes F = sin(phi)/phi * 0.8.
class CrossoverBelowLoss final : public BoxProof {
 public:
  CrossoverBelowLoss();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"phi (degrees)"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;
};

/// On boxes of phi in degrees: F* is within 5e-13 of a polynomial in phi, the same for the whole box. The quadratic has
/// the opposite signs along that polynomial less and plus 5e-13, by Taylor's formula in intervals (series.hpp). The
/// mutant's polynomials are 1 + 1e-9 times as large.
class CrossoverRoots final : public BoxProof {
 public:
  explicit CrossoverRoots(int d);
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::vector<std::string> parameters() const override { return {"phi (degrees)"}; }
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;

 private:
  int d_;
};

/// The closed forms of the two variances, the signs, and the roots.
class CrossoverProof final : public CompositeProof {
 public:
  CrossoverProof();
};

/// The closed forms of the two losses, and that F* < sin(phi)/phi.
class LossAgainstVarianceProof final : public CompositeProof {
 public:
  LossAgainstVarianceProof();
};

}  // namespace straightedge::proofs
