// Singular times: the roots of p(t) = det(I + t Th) in (0, 1], as far as they are shown.
//
//   Th rational       p has rational coefficients: square-free part, certified isolation of its roots; all is decided
//   Th in balls       p has balls for coefficients: a change of sign of p, or of its derivative not, on an interval.
//                     Roots are counted only where p' keeps its sign; one that touches 0 without crossing it stays
//                     undecided, since some polynomial in the balls has it and another has not
//   A = -M^{1/2}      det((1-t)^2 I - t^2 M) = p(t) det((1-t) I + t M^{1/2}), whose last factor is positive: the roots
//                     are those of a rational polynomial
#pragma once

#include <optional>
#include <vector>

#include "conversion.hpp"

namespace straightedge::enclosure {

/// What is known of the roots in (0, 1].
struct SingularTimes {
  bool all_known = false;       ///< `times` are all of them
  std::vector<RealBall> times;  ///< those that were shown, ascending, in disjoint balls
  bool last_is_one = false;     ///< the last is exactly t = 1

  [[nodiscard]] bool none_shown() const { return all_known && times.empty(); }
  [[nodiscard]] bool some_shown() const { return !times.empty(); }
  /// Whether one of the known ones lies before t = 1.
  [[nodiscard]] bool some_inside() const { return times.size() > (last_is_one ? 1U : 0U); }
  /// Whether it is known that none lies before t = 1.
  [[nodiscard]] bool none_inside() const { return all_known && !some_inside(); }
};

[[nodiscard]] SingularTimes singular_times(const ExactMatrix& th);
[[nodiscard]] SingularTimes singular_times(const RealMatrix& th);
/// Of Th = -M^{1/2} - I.
[[nodiscard]] SingularTimes singular_times_of_reversal(const ExactMatrix& m);

/// Whether det Sigma_t has a root in (0, 1], Sigma_t = K K^T + t^2 W, K = (1-t) I + t C. Decided exactly.
[[nodiscard]] bool covariance_is_singular(const ExactMatrix& cross, const ExactMatrix& spread);
/// Whether it is at t.
[[nodiscard]] bool covariance_is_singular_at(const ExactMatrix& cross, const ExactMatrix& spread, const Rational& t);

}  // namespace straightedge::enclosure
