// A drawn case in words: what the integers of the Gaussian generators stand for.
#pragma once

#include <case.hpp>

#include <string>

namespace straightedge::proofs {

/// "d = 2, M^(1/2) with eigenvalues 2, 0.5, rotated by 120 degrees, s = 0.0507812": the keys of generators.hpp, to six
/// digits; "" for a case that has no eigenvalues. Turns of axes are named, not listed, and so are keys of the claim's
/// own.
[[nodiscard]] std::string in_words(const Case& value);

}  // namespace straightedge::proofs
