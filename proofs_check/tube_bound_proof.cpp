#include <tube_bound_proof.hpp>

#include <fmt/format.h>
#include <finite_generators.hpp>

#include <array>
#include <straightedge/error.hpp>

namespace straightedge::proofs {
namespace {

/// Shares of the size that are kept.
const std::array<Rational, 2>& shares() {
  static const std::array<Rational, 2> all{Rational(1, 1000000), Rational(1, 20)};
  return all;
}

constexpr int kNoiseDigits = 10;

Interval root_of(const Rational& value) {
  return sqrt(from_rational<Interval>(value));
}

/// m 2^k with 512 <= m < 1024.
struct ShortNumber {
  std::int64_t m;
  int k;
  [[nodiscard]] Rational value() const {
    return k >= 0 ? Rational(Integer(m) << k) : Rational(Integer(m), Integer(1) << -k);
  }
  [[nodiscard]] ShortNumber next() const {
    return m + 1 < (1 << kNoiseDigits) ? ShortNumber{m + 1, k} : ShortNumber{1 << (kNoiseDigits - 1), k + 1};
  }
  [[nodiscard]] ShortNumber previous() const {
    return m > (1 << (kNoiseDigits - 1)) ? ShortNumber{m - 1, k} : ShortNumber{(1 << kNoiseDigits) - 1, k - 1};
  }
};

ShortNumber short_number_below(const Real50& value) {
  int exponent = 0;
  const Real50 mantissa = frexp(value, &exponent);  // in [1/2, 1)
  return {static_cast<std::int64_t>(Real50(floor(ldexp(mantissa, kNoiseDigits)))), exponent - kNoiseDigits};
}

ShortNumber largest_short_noise(const TubeGeometry& geometry, Eigen::Index size, const Rational& exponent,
                                const Rational& share) {
  const Real50 separation = sqrt(from_rational<Real50>(geometry.separation_squared));
  const Real50 spread = sqrt(from_rational<Real50>(geometry.spread_squared));
  const Real50 kept = from_rational<Real50>(share) * sqrt(from_rational<Real50>(geometry.size_squared));
  const Real50 radius = std::min<Real50>(separation / 4, kept);
  const Real50 ratio = Real50(size - 1) * spread / radius;
  if (!(radius > 0 && ratio > 1)) {
    throw DoesNotExist("the largest noise that a tube bound keeps: two lines meet, or all velocities are nearly equal");
  }
  ShortNumber f = short_number_below(separation / sqrt(from_rational<Real50>(exponent) * log(ratio)));
  // The approximation above is off by less than one step.
  for (f = f.next(); !certainly_kept(geometry, size, f.value(), exponent, share);) {
    f = f.previous();
  }
  return f;
}

/// What is left to say of a part that does not hold.
PartOutcome failed(PartOutcome outcome, const TubeSet& set, const std::string& what) {
  outcome.holds = false;
  outcome.note = fmt::format("d = {}, N = {}, seed {}: {}", set.d, set.size, set.seed, what);
  return outcome;
}

std::string about(const Interval& value) {
  return fmt::format("{:.6g}", static_cast<double>(Real50(median(value))));
}

}  // namespace

Rational tube_exponent(Variant variant) {
  return Rational(variant == Variant::claim ? 4 : 2);
}

Interval tube_radius(const TubeGeometry& geometry, Eigen::Index size, const Rational& f, const Rational& exponent) {
  const Rational decay = -geometry.separation_squared / (exponent * f * f);
  return Interval(size - 1) * root_of(geometry.spread_squared) * exp(from_rational<Interval>(decay));
}

bool certainly_kept(const TubeGeometry& geometry, Eigen::Index size, const Rational& f, const Rational& exponent,
                    const Rational& share) {
  const Interval radius = tube_radius(geometry, size, f, exponent);
  const Interval wall = root_of(geometry.separation_squared) / Interval(4);
  const Interval near = from_rational<Interval>(share) * root_of(geometry.size_squared);
  return upper(radius) <= lower(wall) && upper(radius) <= lower(near);
}

Rational largest_noise(const TubeGeometry& geometry, Eigen::Index size, const Rational& exponent,
                       const Rational& share) {
  return largest_short_noise(geometry, size, exponent, share).value();
}

Interval departure_next_to(const LatticePairs& pairs, Eigen::Index own, Eigen::Index other, const Rational& t,
                           const Rational& f) {
  // With u = p/4 the exponents (2 u.p_k - |p_k|^2) / (2F) are rational.
  std::vector<Interval> weights;
  std::vector<Eigen::Index> lines;
  Interval sum(1);
  for (Eigen::Index k = 0; k < pairs.size(); ++k) {
    if (k != own) {
      const Rational exponent = (pairs.product(own, other, k).at(t) / 2 - pairs.product(own, k, k).at(t)) / (2 * f * f);
      lines.push_back(k);
      weights.push_back(exp(from_rational<Interval>(exponent)));
      sum += weights.back();
    }
  }
  Interval squared(0);
  const Interval unit = from_rational<Interval>(Rational(1, 1 << 16));
  for (Eigen::Index i = 0; i < pairs.dimension(); ++i) {
    Interval component(0);
    for (std::size_t k = 0; k < lines.size(); ++k) {
      component += weights[k] * Interval(pairs.velocity_difference(own, lines[k])(i));
    }
    component *= unit;
    squared += component * component;
  }
  return sqrt(squared) / sum;
}

FiniteSet<double> TubeSet::pairs() const {
  return gaussian_set_of({{"d", {d}}, {"size", {size}}, {"seed", {seed}}});
}

TubeBoundProof::TubeBoundProof() {
  for (const std::int64_t d : {2, 3, 8, 32, 128}) {
    for (const std::int64_t size : {2, 4, 16, 64, 256}) {
      for (const std::int64_t seed : {1, 2, 3, 4}) {
        sets_.push_back({d, size, seed});
      }
    }
  }
}

std::string TubeBoundProof::set() const {
  return "four random rational sets for each d in {2, 3, 8, 32, 128} and N in {2, 4, 16, 64, 256}, each with the "
         "largest f of ten binary digits at which the bound keeps 1e-6, and 0.05, of the size";
}

PartOutcome TubeBoundProof::check(std::int64_t part, Variant variant) const {
  const TubeSet& set = sets_.at(static_cast<std::size_t>(part));
  const LatticePairs pairs(set.pairs());
  const TubeGeometry geometry = tube_geometry(pairs);
  PartOutcome outcome;
  if (geometry.separation_squared == 0) {
    return failed(outcome, set, "two lines meet");
  }
  const Rational exponent = tube_exponent(variant);
  for (const Rational& share : shares()) {
    const Rational f = largest_noise(geometry, pairs.size(), exponent, share);
    outcome.trace += fmt::format("{}{}", outcome.trace.empty() ? "" : " ", to_string(f));
    const Interval radius = tube_radius(geometry, pairs.size(), f, exponent);
    for (const auto& [own, other] : {std::pair{geometry.first, geometry.second}, {geometry.second, geometry.first}}) {
      ++outcome.evaluations;
      const Interval departure = departure_next_to(pairs, own, other, geometry.time, f);
      if (lower(departure) > upper(radius)) {
        return failed(outcome, set,
                      fmt::format("f = {}: the field is {} from v_{} at the wall of its tube, e = {}", to_string(f),
                                  about(departure), own, about(radius)));
      }
      if (upper(departure) > lower(radius)) {
        outcome.open = 1.0 / static_cast<double>(parts());
        outcome.note = fmt::format("d = {}, N = {}, seed {}: too close to e to say", set.d, set.size, set.seed);
      }
    }
  }
  return outcome;
}

PartOutcome TubeBoundProof::recheck(std::int64_t part, const std::string& trace) const {
  const TubeSet& set = sets_.at(static_cast<std::size_t>(part));
  PartOutcome outcome = check(part, Variant::claim);
  if (outcome.holds && outcome.trace != trace) {
    return failed(outcome, set, fmt::format("the largest f are {}, not {}", outcome.trace, trace));
  }
  return outcome;
}

}  // namespace straightedge::proofs
