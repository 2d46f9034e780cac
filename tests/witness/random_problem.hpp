// Random problem files for the agreement of `exact` and its witness: every coupling, schedule, target and field, in
// dimensions 1 to 8, ill-conditioned and nearly singular ones among them. A problem follows from its seed.
#pragma once

#include <cstdint>
#include <optional>
#include <straightedge/scalar.hpp>
#include <string>

namespace straightedge::cli {

struct RandomProblem {
  std::string text;              ///< a problem file
  std::optional<Rational> time;  ///< for one problem in four: integrands at this time
  std::string what;              ///< "d=3 rotated constant pair", for messages
};
[[nodiscard]] RandomProblem random_problem(std::uint64_t seed);

}  // namespace straightedge::cli
