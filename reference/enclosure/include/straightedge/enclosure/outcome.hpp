// What an enclosure says of a quantity: a ball for each entry, or that there is no value, or that it cannot tell.
#pragma once

#include <straightedge/matrix.hpp>
#include <string>
#include <vector>

namespace straightedge::enclosure {

/// The closed interval [midpoint - radius, midpoint + radius]; exact, since Arb's midpoints and radii are dyadic.
struct Ball {
  Rational midpoint;
  Rational radius;

  [[nodiscard]] Rational lower() const { return midpoint - radius; }
  [[nodiscard]] Rational upper() const { return midpoint + radius; }
};

enum class Status {
  enclosed,        ///< the true value lies in `entries`, shown
  diverges,        ///< the integral is infinite, shown
  does_not_exist,  ///< there is no such quantity, by definition or shown
  inconclusive,    ///< neither was shown
};

/// Of a scalar, a list (1 x n) or a matrix, row by row.
struct Outcome {
  Status status = Status::inconclusive;
  Eigen::Index rows = 1;
  Eigen::Index columns = 1;
  std::vector<Ball> entries;
  std::string reason;  ///< one line, unless enclosed

  [[nodiscard]] bool is_enclosed() const { return status == Status::enclosed; }
};

}  // namespace straightedge::enclosure
