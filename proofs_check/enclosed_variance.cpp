#include <enclosed_variance.hpp>
#include <generators.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace straightedge::proofs {
namespace {

// Converting is right to a unit in the last place at most.
double below(const Rational& value) {
  return std::nextafter(static_cast<double>(value), -std::numeric_limits<double>::infinity());
}
double above(const Rational& value) {
  return std::nextafter(static_cast<double>(value), std::numeric_limits<double>::infinity());
}

enclosure::Rotation rotation_in_degrees(const Case& value) {
  enclosure::Rotation rotation;
  const Case::List& angles = value.list("angles");
  for (std::size_t j = 0; j < angles.size(); ++j) {
    const auto axis = static_cast<int>(2 * j);
    rotation.turns.push_back({.from = axis, .to = axis + 1, .degrees = Rational(angles[j], 16)});
  }
  if (value.has("planes")) {
    rotation.frame = orthogonal_frame<Rational>(static_cast<int>(value.integer("d")), value.list("planes"));
  }
  return rotation;
}

}  // namespace

std::optional<enclosure::VarianceInNoiseBounds> enclosed_variance(const Case& value, CouplingKind coupling,
                                                                  enclosure::FieldKind field) {
  if (value.integer_or("reflect", 0) != 0) {
    return std::nullopt;
  }
  enclosure::Problem problem;
  problem.mean = Vector<Rational>::Zero(value.integer("d"));  // the variance does not depend on it
  problem.root = root_of<Rational>(value);
  problem.coupling = coupling;
  problem.field = field;
  if (coupling == CouplingKind::rotated) {
    problem.rotation = rotation_in_degrees(value);
  }
  return enclosure::variance_in_constant_noise(problem);
}

Rational squared_noise_of(const Case& value) {
  const Rational sigma(value.integer_or("sigma", 0), 256);
  return sigma * sigma;
}

MarginBounds excess_bounds(const enclosure::Bounds& a, const enclosure::Bounds& b) {
  if (!(a.lower > 0 && b.lower > 0)) {
    return {-1, 1};
  }
  return {below((a.lower - b.upper) / (a.lower + b.upper)), above((a.upper - b.lower) / (a.upper + b.lower))};
}

MarginBounds smaller(const MarginBounds& a, const MarginBounds& b) {
  return {std::min(a.lower, b.lower), std::min(a.upper, b.upper)};
}

}  // namespace straightedge::proofs
