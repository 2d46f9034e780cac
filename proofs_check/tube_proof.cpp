#include <tube_bound_proof.hpp>
#include <tube_boxes.hpp>
#include <tube_flows.hpp>
#include <tube_proof.hpp>

namespace straightedge::proofs {

TubeProof::TubeProof()
    : CompositeProof(
          TubeBoundProof().set() +
              ": every training source is memorised. For one set each, the field inequality in the whole tube of every "
              "line for (d, N) = (2, 3), (2, 4), (2, 8), (3, 3), (3, 4), and the ends of all flows for (2, 4), (3, 8), "
              "(8, 16)",
          "exact geometry, enclosure of the bound, of the field on boxes, and of flows", "enclosed") {
  add<TubeBoundProof>();
  for (const TubeSet& set :
       {TubeSet{2, 3, 1}, TubeSet{2, 4, 1}, TubeSet{2, 8, 1}, TubeSet{3, 3, 1}, TubeSet{3, 4, 1}}) {
    for (Eigen::Index line = 0; line < set.size; ++line) {
      add<TubeBoxes>(set, line);
    }
  }
  add<TubeFlows>();
}

}  // namespace straightedge::proofs
