// The one positive root F* of the isotropic problem's quadratic, for all angles: its leading coefficient is positive
// and its constant term negative on boxes of phi; and F* itself, enclosed to 1e-12 at every whole degree.
#pragma once

#include <box_proof.hpp>

namespace straightedge::proofs {

/// One dimension d: boxes of phi in degrees. The mutant takes the constant term with the other sign.
class CrossoverSigns final : public BoxProof {
 public:
  explicit CrossoverSigns(int d);
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;

 private:
  int d_;
};

/// d = 2 and 8, and the roots.
class CrossoverProof final : public Proof {
 public:
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::string method() const override { return "enclosure on boxes"; }
  [[nodiscard]] std::string arithmetic() const override { return "enclosed"; }
  [[nodiscard]] std::int64_t parts() const override;
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
  [[nodiscard]] PartOutcome recheck(std::int64_t part, const std::string& trace) const override;

 private:
  CrossoverSigns small_{2};
  CrossoverSigns large_{8};
};

}  // namespace straightedge::proofs
