// The proof of noise-alone-memorises: the tube bound on random sets, and what it rests on, checked on small ones.
#pragma once

#include <composite_proof.hpp>

namespace straightedge::proofs {

/// TubeBoundProof; TubeBoxes for every line of some small sets; TubeFlows.
class TubeProof final : public CompositeProof {
 public:
  TubeProof();
};

}  // namespace straightedge::proofs
