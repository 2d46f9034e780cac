// Where flows of the noisy minimiser end, enclosed, without the argument of the tube.
//
// In the frame of line i, u' = v* - v_i =: phi(u, t) with u(0) = 0 (line_enclosure.hpp). Let U enclose u(t_k), h be a
// step and B a box with
//   U + [0, h] phi(B, [t_k, t_k + h])  within  B.
// Then (Picard and Lindelof) the solution exists and stays in B up to t_k + h, where U + h phi(B, [t_k, t_k + h])
// encloses it. B is found by trying; the steps are halved until the end is known to be within e, or to be further away.
#pragma once

#include <line_enclosure.hpp>
#include <tube_bound_proof.hpp>

#include <optional>

namespace straightedge::proofs {

/// Encloses |u(1)| by so many equal steps, a power of two; nothing where no box B is found.
[[nodiscard]] std::optional<Outward> enclosed_end(const LineEnclosure& line, int steps);

/// Every training source of some small sets, at the largest noise that keeps 0.05 of the size: the flow ends within e.
class TubeFlows final : public Proof {
 public:
  TubeFlows();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::string method() const override { return "enclosure of flows"; }
  [[nodiscard]] std::string arithmetic() const override { return "enclosed"; }
  [[nodiscard]] std::int64_t parts() const override { return static_cast<std::int64_t>(parts_.size()); }
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;

 private:
  struct Part {
    TubeSet set;
    Eigen::Index source;
  };
  std::vector<Part> parts_;
};

}  // namespace straightedge::proofs
