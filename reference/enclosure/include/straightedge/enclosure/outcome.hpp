// What an enclosure says of a quantity: a ball for each entry, or that there is no value, or that it cannot tell.
#pragma once

#include <straightedge/matrix.hpp>
#include <string>
#include <vector>

namespace straightedge::enclosure {

/// The closed interval [midpoint - radius, midpoint + radius]; exact, since Arb's midpoints and radii are dyadic.
struct Ball {
  Rational midpoint;  ///< exact
  Rational radius;    ///< >= 0, exact

  [[nodiscard]] Rational lower() const { return midpoint - radius; }  ///< lower end
  [[nodiscard]] Rational upper() const { return midpoint + radius; }  ///< upper end
};
/// What was shown.
enum class Status {
  enclosed,        ///< the true value lies in `entries`, shown
  diverges,        ///< the integral is infinite, shown
  does_not_exist,  ///< there is no such quantity, by definition or shown
  inconclusive,    ///< neither was shown
};

/// Of a scalar, a list (1 x n) or a matrix, row by row.
struct Outcome {
  Status status = Status::inconclusive;  ///< what was shown
  Eigen::Index rows = 1;                 ///< 1 for a scalar and a list
  Eigen::Index columns = 1;              ///< 1 for a scalar, n for a list
  std::vector<Ball> entries;             ///< empty unless enclosed
  std::string reason;                    ///< one line, unless enclosed

  [[nodiscard]] bool is_enclosed() const { return status == Status::enclosed; }  ///< True iff there are entries.
};

}  // namespace straightedge::enclosure
