// The field inequality of the tube bound in a whole tube, by enclosures on boxes.
//
//   |v*(x_t^i + u, t) - v_i| <= e = (N-1) V exp(-delta^2/(4F))   for all t in [0, 1] and |u| <= delta/4
//
// for a line i of a small set. A box is one of (t, w), u = (delta/4) w. It is proved if it is outside of the ball
// |w| <= 1, or if the enclosure of sum_j exp(g_j) |b_j| exp(delta^2/(4F)) is below (N-1) V (line_enclosure.hpp has g_j
// and b_j); refuted, if at its middle, inside of the ball, the enclosure of |v* - v_i| is above e. Nothing of the proof
// by hand (tube_bound_proof.hpp) is used: where that needs the sharpest estimate, at the wall next to the closest line,
// N >= 3 lines leave a factor N-1.
#pragma once

#include <box_proof.hpp>
#include <line_enclosure.hpp>
#include <tube_bound_proof.hpp>

namespace straightedge::proofs {

class TubeBoxes final : public BoxProof {
 public:
  /// N >= 3; f the largest noise that keeps 0.05 of the size.
  TubeBoxes(const TubeSet& set, Eigen::Index own);
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] BoxDecision decide(const Box& box, Variant variant) const override;

 private:
  TubeBoxes(const TubeSet& set, Eigen::Index own, const TubeGeometry& geometry);

  TubeSet set_;
  Eigen::Index own_;
  Rational f_;
  LineEnclosure line_;
  Outward wall_;          ///< delta/4
  Outward spread_;        ///< (N-1) V
  Outward decay_;         ///< delta^2 / (4F),
  Outward mutant_decay_;  ///< delta^2 / (2F)
};

}  // namespace straightedge::proofs
