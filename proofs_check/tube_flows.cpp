#include <tube_flows.hpp>

#include <fmt/format.h>

namespace straightedge::proofs {
namespace {

constexpr int kFewestSteps = 64;
constexpr int kMostSteps = 1 << 14;
constexpr int kAttempts = 8;

/// Not for an undefined interval, which Boost holds to be empty, and a subset of any.
bool within(const OutwardVector& inner, const OutwardVector& outer) {
  for (std::size_t k = 0; k < inner.size(); ++k) {
    if (!(inner[k].lower() >= outer[k].lower() && inner[k].upper() <= outer[k].upper())) {
      return false;
    }
  }
  return true;
}

OutwardVector moved(const OutwardVector& from, const Outward& time, const OutwardVector& velocity) {
  OutwardVector result;
  for (std::size_t k = 0; k < from.size(); ++k) {
    result.push_back(from[k] + time * velocity[k]);
  }
  return result;
}

/// Twice as large about the same middle, and a little more.
OutwardVector inflated(const OutwardVector& box) {
  OutwardVector result;
  for (const Outward& side : box) {
    const double more = (side.upper() - side.lower()) / 2 + 0x1p-200;
    result.push_back(side + Outward(-more, more));
  }
  return result;
}

std::optional<OutwardVector> step(const LineEnclosure& line, const OutwardVector& from, const Outward& time, double h) {
  const Outward up_to(0.0, h);
  OutwardVector box = moved(from, up_to, line.velocity(from, time));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    box = inflated(box);
    const OutwardVector velocity = line.velocity(box, time);
    if (within(moved(from, up_to, velocity), box)) {
      return moved(from, Outward(h), velocity);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Outward> enclosed_end(const LineEnclosure& line, int steps) {
  OutwardVector u(line.dimension(), Outward(0.0));
  const double h = 1.0 / steps;
  for (int k = 0; k < steps; ++k) {
    const auto next = step(line, u, Outward(k * h, (k + 1) * h), h);
    if (!next) {
      return std::nullopt;
    }
    u = *next;
  }
  return sqrt(squared_norm(u));
}

TubeFlows::TubeFlows() {
  for (const auto& [d, size] : {std::pair{2, 4}, {3, 8}, {8, 16}}) {
    for (Eigen::Index source = 0; source < size; ++source) {
      parts_.push_back({{d, size, 1}, source});
    }
  }
}

std::string TubeFlows::set() const {
  return "every source of a random set for (d, N) = (2, 4), (3, 8), (8, 16)";
}

PartOutcome TubeFlows::check(std::int64_t part, Variant variant) const {
  const auto& [set, source] = parts_.at(static_cast<std::size_t>(part));
  const TubeGeometry geometry = tube_geometry(LatticePairs(set.pairs()));
  const Rational exponent = tube_exponent(variant);
  const Rational f = largest_noise(geometry, set.size, exponent, Rational(1, 20));
  const Interval radius = tube_radius(geometry, set.size, f, exponent);
  const LineEnclosure line(set.pairs(), source, f);
  PartOutcome outcome;
  const std::string flow =
      fmt::format("d = {}, N = {}, seed {}, f = {}, source {}", set.d, set.size, set.seed, to_string(f), source);
  for (int steps = kFewestSteps; steps <= kMostSteps; steps *= 2) {
    outcome.evaluations += steps;
    const auto end = enclosed_end(line, steps);
    if (end && Real50(end->upper()) <= lower(radius)) {
      return outcome;
    }
    if (end && Real50(end->lower()) > upper(radius)) {
      outcome.holds = false;
      outcome.note = fmt::format("{} ends {:.6g} from its partner, e = {:.6g}", flow, end->lower(),
                                 static_cast<double>(Real50(upper(radius))));
      return outcome;
    }
  }
  outcome.open = 1.0 / static_cast<double>(parts());
  outcome.note = flow + ": the enclosure of its end is too wide";
  return outcome;
}

}  // namespace straightedge::proofs
