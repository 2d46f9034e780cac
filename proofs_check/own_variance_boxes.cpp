#include <magnitude.hpp>
#include <own_variance.hpp>
#include <own_variance_boxes.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace straightedge::proofs {
namespace {

// Eigenvalues of M. 409/4096 < 0.1.
constexpr double kSmallest = 409.0 / 4096;
constexpr double kLargest = 10;
constexpr double kFirstDegree = 5;
constexpr double kLastDegree = 175;
constexpr std::array<int, 5> kNodes{12, 20, 36, 64, 112};
constexpr int kPanels = 64;
constexpr double kTolerance = 1e-4;  // of what a quadrature may leave out; the margins are 0.01 and more

/// The parameters of a box.
struct Parameters {
  Outward a, b, kappa;
};

/// sin^2(phi/2), which rises with phi in [0, 180] degrees.
Outward kappa_of(const Range& degrees) {
  const auto at = [](double value) {
    const Real50 radius("1e-45");
    const Real50 half = pi<Real50>() * Real50(value) / Real50(360);
    const Interval sine = sin(Interval(Real50(half - radius), Real50(half + radius)));
    const Interval kappa = sine * sine;
    return Outward(internal::OutwardRounding::down(static_cast<double>(Real50(lower(kappa)))),
                   internal::OutwardRounding::up(static_cast<double>(Real50(upper(kappa)))));
  };
  return hull(at(degrees.low), at(degrees.high));
}

Parameters parameters_of(const Box& box) {
  return {sqrt(Outward(box[0].low, box[0].high)), sqrt(Outward(box[1].low, box[1].high)), kappa_of(box[2])};
}

/// rho with (rho + 1/rho)/2 = x >= 1, from below.
double ellipse_through(const Outward& x) {
  const Outward least(std::max(1.0, x.lower()));
  return Outward(least + sqrt(square(least) - 1.0)).lower();
}

/// The ellipse that no eigenvalue between a and b lies within: |1 - m|/(1 + m) is largest at an end.
double ellipse_of_real_roots(const Parameters& at) {
  const auto offset = [](const Outward& m) { return abs(Outward((1.0 - m) / (1.0 + m))).upper(); };
  return ellipse_through(1.0 / Outward(std::max({offset(at.a), offset(at.b), 0x1p-30})));
}

/// ... and the one that no complex pair lies within.
double ellipse_of_complex_roots(const Parameters& at) {
  const Outward determinant = square(1.0 - sqrt(at.a * at.b)) +
                              (square(sqrt(at.a) - sqrt(at.b)) * -1.0 + 2.0 * at.kappa * (at.a + at.b));
  const double greatest = std::max(determinant.upper(), 0x1p-60);
  return ellipse_through((1.0 + sqrt(at.a * at.b)) / sqrt(Outward(greatest)));
}

/// 1 / |D| in the ellipse rho where its roots lie beyond r.
double over_determinant(double r, double rho) {
  const Outward one = (Outward(r) - rho) * (Outward(r) - 1.0 / Outward(rho)) / square(Outward(r) + 1.0);
  return Outward(1.0 / square(one)).upper();
}

/// Largest moduli of the integrands in the ellipse of parameter rho.
OwnMoments<Magnitude> moduli(const Parameters& at, double r_zero, double r_here, double rho) {
  const Magnitude a(at.a.upper());
  const Magnitude b(at.b.upper());
  const Magnitude kappa(at.kappa.upper());
  const Magnitude t(Outward((Outward(rho) + 1.0 / Outward(rho)) / 4.0 + 0.5).upper());  // of t and of 1 - t
  const Magnitude zero(over_determinant(r_zero, rho));
  const Magnitude here(over_determinant(r_here, rho));
  return own_moments_at<Magnitude>(a, b, kappa, t, t,
                                   {zero, here, Magnitude(2) * t * t * (a + b) * zero * here});
}

Outward widened(const Outward& x, const Magnitude& modulus, double factor) {
  const double radius = (Magnitude(factor) * modulus).bound();
  return x + Outward(-radius, radius);
}

Divided<Outward> widened(const Divided<Outward>& f, const Divided<Magnitude>& modulus, double factor) {
  return {widened(f.zero, modulus.zero, factor), widened(f.here, modulus.here, factor),
          widened(f.quotient, modulus.quotient, factor)};
}

/// (32/15) rho^{-2n} / (1 - rho^{-2}), rounded up.
double quadrature_factor(double rho, int n) {
  return 2.14 * std::pow(rho, -2 * n) / (1 - 1 / (rho * rho)) * (1 + 1e-9);
}

/// The integrals by the cheapest rule that leaves out little, or nothing where none does.
std::optional<OwnMoments<Outward>> integrals(const Parameters& at, double r_zero, double r_here,
                                             const std::vector<QuadratureRule<Outward>>& rules) {
  const double least = std::min(r_zero, r_here);
  if (!(least > 1.1)) {
    return std::nullopt;
  }
  const double rho = 1 + 0.7 * (least - 1);
  const OwnMoments<Magnitude> bound = moduli(at, r_zero, r_here, rho);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const double factor = quadrature_factor(rho, kNodes[i]);
    if (!(factor * bound.linear.quotient.bound() < kTolerance &&
          factor * bound.quadratic.quotient.bound() < kTolerance)) {
      continue;
    }
    OwnMoments<Outward> m = own_moments<Outward>(at.a, at.b, at.kappa, rules[i]);
    return OwnMoments<Outward>{widened(m.linear, bound.linear, factor),       widened(m.quadratic, bound.quadratic, factor),
                               widened(m.mean11, bound.mean11, factor),       widened(m.mean22, bound.mean22, factor),
                               widened(m.mean12, bound.mean12, factor),       widened(m.mean21, bound.mean21, factor)};
  }
  return std::nullopt;
}

/// Lower bounds of int |K|^2 and of int |K|^2 |S|^2 + |K S^T|^2 under the rotation, by panels of t.
struct Bounds {
  double linear, quadratic;
};

Bounds bounds_by_panels(const Parameters& at) {
  Bounds total{0, 0};
  for (int i = 0; i < kPanels; ++i) {
    const Outward t(static_cast<double>(i) / kPanels, static_cast<double>(i + 1) / kPanels);
    const Outward rest = 1.0 - t;
    const Outward determinant = own_determinant<Outward>(at.a, at.b, at.kappa, t, rest).here;
    const Outward d2 = square(Outward(abs(determinant).upper()));
    const Divided<Outward> numerators{1.0, 1.0, 0.0};
    const OwnMoments<Outward> m = own_moments_at<Outward>(at.a, at.b, at.kappa, t, rest, numerators);
    // linear is |K|^2 D^4 here, quadratic (|K|^2 |S|^2 + 2 |K S^T|^2) D^6: at least half of it is without the 2.
    const double linear = Outward(Outward(std::max(0.0, m.linear.here.lower())) / square(d2)).lower();
    const double quadratic =
        Outward(Outward(std::max(0.0, m.quadratic.here.lower())) / (2.0 * square(d2) * d2)).lower();
    total.linear = Outward(Outward(total.linear) + linear / kPanels).lower();
    total.quadratic = Outward(Outward(total.quadratic) + quadratic / kPanels).lower();
  }
  return total;
}

}  // namespace

OwnVarianceProof::OwnVarianceProof()
    : BoxProof({{kSmallest, kLargest}, {kSmallest, kLargest}, {kFirstDegree, kLastDegree}}, 8, 30) {
  for (const int n : kNodes) {
    const QuadratureRule<Real50>& rule = gauss_legendre<Real50>(n);
    const auto around = [](const Real50& value) {
      const auto nearest = static_cast<double>(value);
      return Outward(internal::OutwardRounding::down(nearest), internal::OutwardRounding::up(nearest));
    };
    QuadratureRule<Outward>& result = rules_.emplace_back();
    std::transform(rule.nodes.begin(), rule.nodes.end(), std::back_inserter(result.nodes), around);
    std::transform(rule.weights.begin(), rule.weights.end(), std::back_inserter(result.weights), around);
  }
}

std::string OwnVarianceProof::set() const {
  return "d = 2, any mean, all M with eigenvalues in [0.1, 10], phi in [5, 175] degrees, every constant noise: the "
         "coefficients of F and F^2";
}

double OwnVarianceProof::length(std::size_t side, const Range& range) const {
  return side < 2 ? (range.high - range.low) / (range.high + range.low) : (range.high - range.low) / 90;
}

BoxDecision OwnVarianceProof::decide(const Box& box, Variant variant) const {
  if (box[0].low > box[1].high) {
    return BoxDecision::proved;
  }
  const Parameters at = parameters_of(box);
  // The least value of D over t is positive iff cos(phi) > -2 sqrt(ab)/(a + b).
  const Outward separation = (1.0 - 2.0 * at.kappa) * (at.a + at.b) + 2.0 * sqrt(at.a * at.b);
  if (separation.upper() <= 0) {
    return BoxDecision::proved;
  }
  const double times = variant == Variant::mutant ? 1 : 0;  // of OT's that the mutant adds
  const double real = ellipse_of_real_roots(at);
  if (separation.lower() > 0) {
    const double here = std::min(real, ellipse_of_complex_roots(at));
    if (const auto m = integrals(at, real, here, rules_)) {
      const OwnVariance<Outward> v = own_variance_of<Outward>(*m, at.kappa);
      const Outward linear = v.linear.quotient - times * v.linear.zero / at.kappa;
      const Outward quadratic = v.quadratic.quotient - times * v.quadratic.zero / at.kappa;
      if (linear.lower() > 0 && quadratic.lower() > 0) {
        return BoxDecision::proved;
      }
      return linear.upper() < 0 || quadratic.upper() < 0 ? BoxDecision::refuted : BoxDecision::unknown;
    }
  }
  const Parameters optimal{at.a, at.b, Outward(0.0)};
  const auto own = integrals(optimal, real, real, rules_);
  if (!own) {
    return BoxDecision::unknown;
  }
  const OwnVariance<Outward> v = own_variance_of<Outward>(*own, Outward(0.0));
  const Bounds bounds = bounds_by_panels(at);
  const bool larger = bounds.linear > ((1 + times) * v.linear.zero).upper() &&
                      bounds.quadratic > ((1 + times) * v.quadratic.zero).upper();
  return larger ? BoxDecision::proved : BoxDecision::unknown;
}

}  // namespace straightedge::proofs
