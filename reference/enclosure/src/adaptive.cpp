#include "adaptive.hpp"

#include <algorithm>
#include <utility>

#include "conversion.hpp"

namespace straightedge::enclosure {
namespace {

Outcome enclosed(const std::vector<RealBall>& values, slong rows, slong columns) {
  Outcome result;
  result.rows = rows;
  result.columns = columns;
  for (const RealBall& value : values) {
    if (!value.is_finite()) {
      return inconclusive("the enclosure did not become finite");
    }
    result.entries.push_back(to_rational(value));
  }
  result.status = Status::enclosed;
  return result;
}

Outcome without_value(Status status, std::string reason) {
  Outcome result;
  result.status = status;
  result.reason = std::move(reason);
  return result;
}

Rational largest_radius(const Outcome& outcome) {
  Rational largest(0);
  for (const Ball& ball : outcome.entries) {
    largest = std::max(largest, ball.radius);
  }
  return largest;
}

}  // namespace

Outcome scalar_outcome(const RealBall& value) {
  return enclosed({value}, 1, 1);
}

Outcome list_outcome(const std::vector<RealBall>& values) {
  return enclosed(values, 1, static_cast<slong>(values.size()));
}

Outcome matrix_outcome(const RealMatrix& value) {
  std::vector<RealBall> entries;
  for (slong i = 0; i < value.rows(); ++i) {
    for (slong j = 0; j < value.columns(); ++j) {
      entries.push_back(value.at(i, j));
    }
  }
  return enclosed(entries, value.rows(), value.columns());
}

Outcome zero_outcome() {
  return scalar_outcome(RealBall(0));
}

Outcome diverges(std::string reason) {
  return without_value(Status::diverges, std::move(reason));
}

Outcome does_not_exist(std::string reason) {
  return without_value(Status::does_not_exist, std::move(reason));
}

Outcome inconclusive(std::string reason) {
  return without_value(Status::inconclusive, std::move(reason));
}

bool meets(const Outcome& outcome, int goal) {
  if (outcome.status == Status::inconclusive) {
    return false;
  }
  const Rational bound = Rational(1) / Rational(pow(Integer(10), static_cast<unsigned>(goal)));
  return std::all_of(outcome.entries.begin(), outcome.entries.end(), [&](const Ball& ball) {
    const Rational size = ball.midpoint < 0 ? Rational(-ball.midpoint) : ball.midpoint;
    return ball.radius <= bound * std::max(Rational(1), size);
  });
}

slong first_precision(int goal) {
  // Integrals aim at three quarters of the digits; 32 bits are for the rounding of what is made of them.
  const slong bits = (10 * goal / 3 + 32) * 4 / 3;
  return (bits + 63) / 64 * 64;
}

std::vector<Outcome> raise_precision(int goal, const std::function<std::vector<Outcome>()>& compute) {
  const slong first = first_precision(goal);
  std::vector<Outcome> best;
  for (slong bits = first; bits <= 4 * first; bits *= 2) {
    const WorkingPrecision precision(bits);
    std::vector<Outcome> found = compute();
    for (std::size_t i = 0; i < best.size(); ++i) {
      const bool worse =
          best[i].is_enclosed() && (!found[i].is_enclosed() || largest_radius(best[i]) < largest_radius(found[i]));
      if (worse) {
        found[i] = best[i];
      }
    }
    best = std::move(found);
    if (std::all_of(best.begin(), best.end(), [&](const Outcome& outcome) { return meets(outcome, goal); })) {
      break;
    }
  }
  return best;
}

}  // namespace straightedge::enclosure
