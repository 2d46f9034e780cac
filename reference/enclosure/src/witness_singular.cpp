#include <algorithm>

#include "adaptive.hpp"
#include "parts.hpp"

namespace straightedge::enclosure {
namespace {

constexpr const char* kUndecidedTimes =
    "a root of det(I + t Th) in [0, 1] was neither shown nor excluded: one that touches 0 cannot be told from none";

Outcome times_outcome(const SingularTimes& times) {
  return times.all_known ? list_outcome(times.times) : inconclusive(kUndecidedTimes);
}

/// Along its own flow from z the field is th + Th z at every time before the first singular one.
Outcome straightness_outcome(const SingularTimes& times) {
  if (times.some_inside()) {
    return does_not_exist("the field has a singular time inside (0, 1)");
  }
  return times.none_inside() ? zero_outcome() : inconclusive(kUndecidedTimes);
}

}  // namespace

SingularTimes enclose_singular_times(const Problem& problem, const Structure& structure, int goal,
                                     Quantities& quantities) {
  SingularTimes times;
  quantities.singular_times = raise_precision(goal, [&] {
                                times = field_singular_times(problem, structure);
                                return std::vector<Outcome>{times_outcome(times)};
                              }).front();
  quantities.straightness = straightness_outcome(times);
  return times;
}

}  // namespace straightedge::enclosure
