#include <crossover_proof.hpp>

#include <fmt/format.h>

#include <straightedge/reflow.hpp>

namespace straightedge::proofs {
namespace {

constexpr int kFirstDegree = 1;
constexpr int kLastDegree = 179;
constexpr std::int64_t kRoots = kLastDegree - kFirstDegree + 1;  // for each d
constexpr double kRootRadius = 0x1p-41;                          // < 5e-13

Interval hull(const Interval& low, const Interval& high) {
  return Interval(Real50(lower(low)), Real50(upper(high)));
}

/// phi in radians.
Interval radians(double degrees) {
  const Real50 value = pi<Real50>();
  const Real50 radius("1e-48");
  return Interval(Real50(value - radius), Real50(value + radius)) * Interval(Real50(degrees)) / Interval(180);
}

/// c^2 = (1 + cos phi) / 2 falls and I_1 = phi / sin phi rises with phi in (0, pi): the ends enclose what is between.
CrossoverQuadratic<Interval> quadratic_on(int d, const Range& degrees) {
  const Interval low = radians(degrees.low);
  const Interval high = radians(degrees.high);
  const Interval c_squared = (Interval(1) + hull(Interval(cos(high)), Interval(cos(low)))) / Interval(2);
  const Interval i1 = hull(Interval(low / sin(low)), Interval(high / sin(high)));
  return crossover_quadratic<Interval>(d, isotropic_integrals_of<Interval>(c_squared, i1));
}

Interval at(const CrossoverQuadratic<Interval>& q, double f_squared) {
  const Interval f{Real50(f_squared)};
  return q.constant + f * (q.linear + f * q.leading);
}

/// Negative just below the root and positive just above it, and so, the root being the only positive one, it is
/// between.
PartOutcome enclose_root(int d, int degrees, Variant variant) {
  const double angle = static_cast<double>(degrees);
  const auto radian = pi<Real50>() * Real50(degrees) / Real50(180);
  double root = static_cast<double>(isotropic_crossover<Real50>(d, radian));
  if (variant == Variant::mutant) {
    root *= 1 + 1e-9;
  }
  const auto q = quadratic_on(d, {angle, angle});
  const bool enclosed = upper(at(q, root - kRootRadius)) < 0 && lower(at(q, root + kRootRadius)) > 0;
  return {.holds = enclosed,
          .evaluations = 2,
          .open = 0,
          .trace = {},
          .note = enclosed
                      ? ""
                      : fmt::format("d = {}, {} degrees: F* is not {:.15g} +- {:.2g}", d, degrees, root, kRootRadius)};
}

}  // namespace

CrossoverSigns::CrossoverSigns(int d) : BoxProof({{kFirstDegree, kLastDegree}}, 16, 20), d_(d) {}

std::string CrossoverSigns::set() const {
  return fmt::format("phi in [1, 179] degrees, d = {}", d_);
}

BoxDecision CrossoverSigns::decide(const Box& box, Variant variant) const {
  const auto q = quadratic_on(d_, box[0]);
  const Interval constant = variant == Variant::mutant ? Interval(-q.constant) : q.constant;
  if (lower(q.leading) > 0 && upper(constant) < 0) {
    return BoxDecision::proved;
  }
  return upper(q.leading) <= 0 || lower(constant) >= 0 ? BoxDecision::refuted : BoxDecision::unknown;
}

std::string CrossoverProof::set() const {
  return "phi in [1, 179] degrees, d = 2 and 8: with the closed forms of the two variances there is one positive root "
         "F*, "
         "and at every whole degree it is enclosed to 1e-12";
}

std::int64_t CrossoverProof::parts() const {
  return small_.parts() + large_.parts() + 2 * kRoots;
}

PartOutcome CrossoverProof::check(std::int64_t part, Variant variant) const {
  if (part < small_.parts()) {
    return small_.check(part, variant);
  }
  part -= small_.parts();
  if (part < large_.parts()) {
    return large_.check(part, variant);
  }
  part -= large_.parts();
  return enclose_root(part < kRoots ? 2 : 8, kFirstDegree + static_cast<int>(part % kRoots), variant);
}

PartOutcome CrossoverProof::recheck(std::int64_t part, const std::string& trace) const {
  if (part < small_.parts()) {
    return small_.recheck(part, trace);
  }
  if (part < small_.parts() + large_.parts()) {
    return large_.recheck(part - small_.parts(), trace);
  }
  return check(part, Variant::claim);
}

}  // namespace straightedge::proofs
