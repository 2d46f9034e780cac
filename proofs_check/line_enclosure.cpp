#include <line_enclosure.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

using Rounding = internal::OutwardRounding;

Outward around(const Real50& low, const Real50& high) {
  return {Rounding::down(static_cast<double>(low)), Rounding::up(static_cast<double>(high))};
}

/// exp(x) to 50 digits, far closer than the step that `around` moves.
Real50 exp_of(double x) {
  return exp(Real50(x));
}

}  // namespace

// exp(-300) < 2^-432: an exponent that is below is as good as that.
Outward enclosed_exp(const Outward& x) {
  constexpr double kSmallExponent = -300;
  constexpr double kSmallExponential = 0x1p-432;
  static_assert(Rounding::kLeastStep < kSmallExponential * 0x1p-51, "no exponential loses digits by the step outward");
  if (x.upper() < kSmallExponent) {
    return {0.0, kSmallExponential};
  }
  const double low = x.lower() < kSmallExponent ? 0.0 : Rounding::down(static_cast<double>(exp_of(x.lower())));
  return {std::max(low, 0.0), Rounding::up(static_cast<double>(exp_of(x.upper())))};
}

Outward enclosed(const Rational& value) {
  const Interval interval = from_rational<Interval>(value);
  return around(Real50(lower(interval)), Real50(upper(interval)));
}

Outward enclosed_root(const Rational& value) {
  const Interval interval = sqrt(from_rational<Interval>(value));
  return around(Real50(lower(interval)), Real50(upper(interval)));
}

Outward squared_norm(const OutwardVector& x) {
  Outward sum(0.0);
  for (const Outward& component : x) {
    sum += square(component);
  }
  return sum;
}

LineEnclosure::LineEnclosure(const FiniteSet<double>& pairs, Eigen::Index own, const Rational& f)
    : dimension_(static_cast<std::size_t>(pairs.dimension())), twice_f_squared_(enclosed(2 * f * f)) {
  for (Eigen::Index other = 0; other < pairs.size(); ++other) {
    if (other == own) {
      continue;
    }
    Line line{std::vector<double>(dimension_), std::vector<double>(dimension_), Outward(0.0)};
    Outward squared(0.0);
    for (std::size_t k = 0; k < dimension_; ++k) {
      const auto i = static_cast<Eigen::Index>(k);
      line.start[k] = pairs.sources(i, other) - pairs.sources(i, own);
      line.velocity[k] = pairs.targets(i, other) - pairs.targets(i, own) - line.start[k];
      squared += square(Outward(line.velocity[k]));
    }
    line.speed = sqrt(squared);
    lines_.push_back(std::move(line));
  }
}

Outward LineEnclosure::exponent(std::size_t j, const OutwardVector& u, const Outward& u_squared,
                                const Outward& t) const {
  const Line& line = lines_[j];
  Outward distance(0.0);
  for (std::size_t k = 0; k < dimension_; ++k) {
    distance += square(line.start[k] + t * line.velocity[k] - u[k]);
  }
  return (u_squared - distance) / twice_f_squared_;
}

OutwardVector LineEnclosure::velocity(const OutwardVector& u, const Outward& t) const {
  const Outward u_squared = squared_norm(u);
  OutwardVector sum(dimension_, Outward(0.0));
  Outward weights(1.0);
  for (std::size_t j = 0; j < lines_.size(); ++j) {
    const Outward weight = enclosed_exp(exponent(j, u, u_squared, t));
    weights += weight;
    for (std::size_t k = 0; k < dimension_; ++k) {
      sum[k] += weight * lines_[j].velocity[k];
    }
  }
  for (Outward& component : sum) {
    component /= weights;
  }
  return sum;
}

}  // namespace straightedge::proofs
