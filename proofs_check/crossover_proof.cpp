#include <crossover_proof.hpp>

#include <fmt/format.h>
#include <identity.hpp>
#include <isotropic_identities.hpp>

#include <straightedge/reflow.hpp>
#include <straightedge/series.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace straightedge::proofs {
namespace {

constexpr int kFirstDegree = 1;
constexpr int kLastDegree = 179;
constexpr double kRootRadius = 0x1p-41;  // < 5e-13

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

template <class T>
T at(const CrossoverQuadratic<T>& q, const T& f) {
  return q.constant + f * (q.linear + f * q.leading);
}

/// cos and sin of x_0 + h as series in h.
template <class T, std::size_t N>
std::pair<Series<T, N>, Series<T, N>> cos_sin_series(const T& x) {
  const std::array<T, 4> derivatives{T(cos(x)), T(-sin(x)), T(-cos(x)), T(sin(x))};
  std::array<T, N + 1> cosine;
  std::array<T, N + 1> sine;
  T factorial(1);
  for (std::size_t k = 0; k <= N; ++k) {
    factorial = k == 0 ? T(1) : T(factorial * T(static_cast<int>(k)));
    cosine[k] = derivatives[k % 4] / factorial;
    sine[k] = derivatives[(k + 3) % 4] / factorial;
  }
  return {Series<T, N>(cosine), Series<T, N>(sine)};
}

/// The quadratic as Taylor series about the angle x (radians).
template <class T, std::size_t N>
CrossoverQuadratic<Series<T, N>> quadratic_series(int d, const T& x) {
  using S = Series<T, N>;
  const auto [cosine, sine] = cos_sin_series<T, N>(x);
  std::array<T, N + 1> angle{x, T(1)};
  return crossover_quadratic<S>(d, isotropic_integrals_of<S>((S(1) + cosine) / S(2), S(angle) / sine));
}

constexpr std::size_t kOrder = 12;

/// The Taylor polynomial of F* about the angle x, of degree kOrder - 1. Nothing is claimed of it: any polynomial that
/// passes the test will do.
std::array<Real50, kOrder> root_polynomial(int d, const Real50& x) {
  const auto q = quadratic_series<Real50, kOrder>(d, x);
  const RealSeries discriminant = q.linear * q.linear - RealSeries(4) * q.leading * q.constant;
  const RealSeries root = (sqrt(discriminant) - q.linear) / (RealSeries(2) * q.leading);
  std::array<Real50, kOrder> result;
  for (std::size_t k = 0; k < kOrder; ++k) {
    result[k] = root[k];
  }
  return result;
}

/// The same polynomial in powers of x - x_0 - offset.
IntervalSeries shifted(const std::array<Interval, kOrder>& p, const Interval& offset) {
  const std::array<Interval, kOrder + 1> step{offset, Interval(1)};
  IntervalSeries result(0);
  for (std::size_t k = kOrder; k-- > 0;) {
    result = result * IntervalSeries(step) + IntervalSeries(p[k]);
  }
  return result;
}

/// Taylor's formula: f on x_0 + [-h, h] from its series at x_0 and at all points of the range.
Interval on_range(const IntervalSeries& middle, const IntervalSeries& range, const Interval& h) {
  Interval sum = middle[0];
  Interval power(1);
  for (std::size_t k = 1; k <= kOrder; ++k) {
    power *= h;
    const Interval sign(k % 2 == 0 ? 0 : -1, 1);
    sum += (k < kOrder ? middle[k] : range[k]) * sign * power;
  }
  return sum;
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

CrossoverRoots::CrossoverRoots(int d) : BoxProof({{kFirstDegree, kLastDegree}}, 16, 20), d_(d) {}

std::string CrossoverRoots::set() const {
  return fmt::format("phi in [1, 179] degrees, d = {}", d_);
}

// The quadratic is negative along p - radius and positive along p + radius, and so its only positive root is between.
BoxDecision CrossoverRoots::decide(const Box& box, Variant variant) const {
  const Interval x = radians((box[0].low + box[0].high) / 2);
  const Interval range = hull(radians(box[0].low), radians(box[0].high));
  const Interval h = radians(box[0].high) - x;
  const Interval factor =
      variant == Variant::mutant ? Interval(1) + Interval(1) / Interval(1'000'000'000) : Interval(1);
  const std::array<Real50, kOrder> near_root = root_polynomial(d_, Real50(median(x)));
  std::array<Interval, kOrder> p;
  std::transform(near_root.begin(), near_root.end(), p.begin(),
                 [&](const Real50& coefficient) { return Interval(Interval(coefficient) * factor); });
  const auto at_middle = quadratic_series<Interval, kOrder>(d_, x);
  const auto on_box = quadratic_series<Interval, kOrder>(d_, range);
  const IntervalSeries p_at_middle = shifted(p, Interval(0));
  const IntervalSeries p_on_box = shifted(p, hull(Interval(-h), h));
  const auto along = [&](double offset) {
    const IntervalSeries constant{Interval(Real50(offset))};
    return on_range(at(at_middle, p_at_middle + constant), at(on_box, p_on_box + constant), h);
  };
  const Interval below = along(-kRootRadius);
  const Interval above = along(kRootRadius);
  if (upper(below) < 0 && lower(above) > 0) {
    return BoxDecision::proved();
  }
  return lower(below) > 0 || upper(above) < 0 ? BoxDecision::refuted() : BoxDecision::unknown();
}

CrossoverProof::CrossoverProof()
    : CompositeProof(
          "every even d, phi in [1, 179] degrees: the two variances differ by 16 d k^2 times a quadratic in F with one "
          "positive root F*; for d = 2 and 8 it is enclosed to 1e-12 along phi",
          "exact identities and enclosure on boxes", "enclosed") {
  add<IdentityProof>("", closed_forms());
  add<CrossoverSigns>();
  add<CrossoverRoots>(2);
  add<CrossoverRoots>(8);
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
