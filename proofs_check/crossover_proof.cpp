#include <crossover_proof.hpp>

#include <fmt/format.h>
#include <identity.hpp>
#include <isotropic_identities.hpp>

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
IsotropicIntegrals<Interval> integrals_on(const Range& degrees) {
  const Interval low = radians(degrees.low);
  const Interval high = radians(degrees.high);
  const Interval c_squared = (Interval(1) + hull(Interval(cos(high)), Interval(cos(low)))) / Interval(2);
  const Interval i1 = hull(Interval(low / sin(low)), Interval(high / sin(high)));
  return isotropic_integrals_of<Interval>(c_squared, i1);
}

CrossoverQuadratic<Interval> quadratic_on(int d, const Range& degrees) {
  return crossover_quadratic<Interval>(d, integrals_on(degrees));
}

Interval at(const CrossoverQuadratic<Interval>& q, const Interval& f) {
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
  const bool enclosed =
      upper(at(q, Interval(Real50(root - kRootRadius)))) < 0 && lower(at(q, Interval(Real50(root + kRootRadius)))) > 0;
  return {.holds = enclosed,
          .evaluations = 2,
          .open = 0,
          .trace = {},
          .note = enclosed
                      ? ""
                      : fmt::format("d = {}, {} degrees: F* is not {:.15g} +- {:.2g}", d, degrees, root, kRootRadius)};
}

/// The identities of the pair field's and of the zero field's moments: what both claims take their closed forms from.
std::vector<Identity> closed_forms() {
  return {pair_moments_identity(2), pair_moments_identity(4), rotation_identity(), zero_field_identity(2),
          zero_field_identity(4)};
}

}  // namespace

CrossoverSigns::CrossoverSigns() : BoxProof({{kFirstDegree, kLastDegree}}, 16, 20) {}

std::string CrossoverSigns::set() const {
  return "phi in [1, 179] degrees, d >= 2";
}

BoxDecision CrossoverSigns::decide(const Box& box, Variant variant) const {
  const auto q = quadratic_on(2, box[0]);
  const Interval constant = variant == Variant::mutant ? Interval(-q.constant) : q.constant;
  if (lower(q.leading) > 0 && upper(constant) < 0) {
    return BoxDecision::proved();
  }
  return upper(q.leading) <= 0 || lower(constant) >= 0 ? BoxDecision::refuted() : BoxDecision::unknown();
}

CrossoverBelowLoss::CrossoverBelowLoss() : BoxProof({{kFirstDegree, kLastDegree}}, 16, 20) {}

std::string CrossoverBelowLoss::set() const {
  return "phi in [1, 179] degrees, d >= 2";
}

BoxDecision CrossoverBelowLoss::decide(const Box& box, Variant variant) const {
  const IsotropicIntegrals<Interval> integrals = integrals_on(box[0]);
  Interval f = Interval(1) / integrals.i1;
  if (variant == Variant::mutant) {
    f *= Interval(4) / Interval(5);
  }
  const Interval at_two = at(crossover_quadratic<Interval>(2, integrals), f);
  const Interval slope = f * (f * integrals.i3 + integrals.i2 - Interval(1)) - integrals.mean_q;
  if (lower(at_two) > 0 && lower(slope) > 0) {
    return BoxDecision::proved();
  }
  return upper(at_two) <= 0 || upper(slope) <= 0 ? BoxDecision::refuted() : BoxDecision::unknown();
}

std::string CrossoverRoots::set() const {
  return "phi = 1, 2, ..., 179 degrees, d = 2 and 8";
}

std::int64_t CrossoverRoots::parts() const {
  return 2 * kRoots;
}

PartOutcome CrossoverRoots::check(std::int64_t part, Variant variant) const {
  return enclose_root(part < kRoots ? 2 : 8, kFirstDegree + static_cast<int>(part % kRoots), variant);
}

CrossoverProof::CrossoverProof()
    : CompositeProof(
          "every even d, phi in [1, 179] degrees: the two variances differ by 16 d k^2 times a quadratic in F with one "
          "positive root F*; for d = 2 and 8 it is enclosed to 1e-12 at every whole degree",
          "exact identities and enclosure on boxes", "enclosed") {
  add<IdentityProof>("", closed_forms());
  add<CrossoverSigns>();
  add<CrossoverRoots>();
}

LossAgainstVarianceProof::LossAgainstVarianceProof()
    : CompositeProof(
          "every even d, phi in [1, 179] degrees: the two losses, F* < sin phi/phi, and so every F between them",
          "exact identities and enclosure on boxes", "enclosed") {
  add<IdentityProof>("", closed_forms());
  add<CrossoverSigns>();
  add<CrossoverBelowLoss>();
}

}  // namespace straightedge::proofs
