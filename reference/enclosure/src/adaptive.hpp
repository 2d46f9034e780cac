// Outcomes from balls, and the precision at which they are computed.
#pragma once

#include <functional>
#include <straightedge/enclosure/outcome.hpp>
#include <string>
#include <vector>

#include "ball_matrix.hpp"

namespace straightedge::enclosure {

[[nodiscard]] Outcome scalar_outcome(const RealBall& value);
[[nodiscard]] Outcome list_outcome(const std::vector<RealBall>& values);
[[nodiscard]] Outcome matrix_outcome(const RealMatrix& value);
[[nodiscard]] Outcome zero_outcome();
[[nodiscard]] Outcome diverges(std::string reason);
[[nodiscard]] Outcome does_not_exist(std::string reason);
[[nodiscard]] Outcome inconclusive(std::string reason);

/// Whether every radius is at most 10^-goal max(1, |value|), or there is no ball and there will be none: only an
/// inconclusive outcome may gain from more digits.
[[nodiscard]] bool meets(const Outcome& outcome, int goal);

/// compute() at rising working precision until all of its outcomes meet the goal, at most four times the first one.
/// What an attempt finds inconclusive keeps the ball that an earlier one had.
[[nodiscard]] std::vector<Outcome> raise_precision(int goal, const std::function<std::vector<Outcome>()>& compute);

/// The precision that the first attempt takes.
[[nodiscard]] slong first_precision(int goal);

}  // namespace straightedge::enclosure
