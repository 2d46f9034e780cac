#include <magnitude.hpp>
#include <own_variance.hpp>
#include <own_variance_boxes.hpp>
#include <own_variance_identity.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <gradient.hpp>
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

constexpr char kMirrored = 'm';
constexpr char kSingular = 'i';
constexpr char kQuadrature = 'q';
constexpr char kBounds = 'b';

/// M^{1/2} = diag(a, b), kappa = sin^2(phi/2), on a box.
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
  const Outward determinant =
      square(1.0 - sqrt(at.a * at.b)) + (square(sqrt(at.a) - sqrt(at.b)) * -1.0 + 2.0 * at.kappa * (at.a + at.b));
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
  return own_moments_at<Magnitude>(a, b, kappa, t, t, {zero, here, Magnitude(2) * t * t * (a + b) * zero * here});
}

/// (32/15) rho^{-2n} / (1 - rho^{-2}), rounded up.
double quadrature_factor(double rho, int n) {
  return 2.14 * std::pow(rho, -2 * n) / (1 - 1 / (rho * rho)) * (1 + 1e-9);
}

/// A rule, and bounds of what it leaves out of each integral.
struct Quadrature {
  const QuadratureRule<Outward>& rule;
  OwnMoments<Magnitude> error;
};

/// The rule alone.
Quadrature without_error(const QuadratureRule<Outward>& rule) {
  const Magnitude zero(0);
  const Divided<Magnitude> none{zero, zero, zero};
  return {rule, {none, none, none, none, none, none}};
}

/// The cheapest rule that leaves out little, or nothing where none does.
std::optional<Quadrature> quadrature_for(const Parameters& at, double r_zero, double r_here,
                                         const std::vector<QuadratureRule<Outward>>& rules) {
  const double least = std::min(r_zero, r_here);
  if (!(least > 1.1)) {
    return std::nullopt;
  }
  const double rho = 1 + 0.7 * (least - 1);
  const OwnMoments<Magnitude> modulus = moduli(at, r_zero, r_here, rho);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    Quadrature quadrature{rules[i], modulus};
    const Magnitude factor(quadrature_factor(rho, kNodes[i]));
    for_each_pair(quadrature.error, modulus,
                  [&](Divided<Magnitude>& error, const Divided<Magnitude>& largest) { error = factor * largest; });
    if (quadrature.error.linear.quotient.bound() < kTolerance &&
        quadrature.error.quadratic.quotient.bound() < kTolerance) {
      return quadrature;
    }
  }
  return std::nullopt;
}

/// Directions of differentiation: a, b and kappa; and what the quadrature leaves out, as if it were a parameter too.
constexpr std::size_t kParameters = 3;
using Differentiated = Gradient<Outward, kParameters + 1>;

void leave_out(Differentiated& sum, const Magnitude& error) {
  const Outward range(-error.bound(), error.bound());
  sum.value += range;
  sum.derivatives[kParameters] = range;
}

/// f on the box, from f at its middle and its derivatives on the box.
Outward mean_value(const Differentiated& on_box, const Outward& middle,
                   const std::array<Outward, kParameters>& offsets) {
  Outward sum = middle + on_box.derivatives[kParameters];
  for (std::size_t i = 0; i < kParameters; ++i) {
    sum += on_box.derivatives[i] * offsets[i];
  }
  return intersect(sum, on_box.value);
}

Divided<Outward> mean_value(const Divided<Differentiated>& on_box, const Divided<Outward>& middle,
                            const std::array<Outward, kParameters>& offsets) {
  return {mean_value(on_box.zero, middle.zero, offsets), mean_value(on_box.here, middle.here, offsets),
          mean_value(on_box.quotient, middle.quotient, offsets)};
}

Parameters middle_of(const Parameters& at) {
  return {Outward(median(at.a)), Outward(median(at.b)), Outward(median(at.kappa))};
}

/// Both coefficients of the variance on the box, in mean-value form.
OwnVariance<Outward> enclose(const Parameters& at, const Quadrature& quadrature) {
  const Parameters middle = middle_of(at);
  const std::array<Outward, kParameters> offsets{at.a - middle.a, at.b - middle.b, at.kappa - middle.kappa};

  QuadratureRule<Differentiated> rule;
  for (std::size_t i = 0; i < quadrature.rule.nodes.size(); ++i) {
    rule.nodes.emplace_back(quadrature.rule.nodes[i]);
    rule.weights.emplace_back(quadrature.rule.weights[i]);
  }
  const Differentiated kappa(at.kappa, 2);
  OwnMoments<Differentiated> sums = own_moments<Differentiated>({at.a, 0}, {at.b, 1}, kappa, rule);
  for_each_pair(sums, quadrature.error, [](Divided<Differentiated>& sum, const Divided<Magnitude>& error) {
    leave_out(sum.zero, error.zero);
    leave_out(sum.here, error.here);
    leave_out(sum.quotient, error.quotient);
  });
  const OwnVariance<Differentiated> on_box = own_variance_of<Differentiated>(sums, kappa);
  const OwnVariance<Outward> at_middle =
      own_variance_of<Outward>(own_moments<Outward>(middle.a, middle.b, middle.kappa, quadrature.rule), middle.kappa);
  return {mean_value(on_box.linear, at_middle.linear, offsets),
          mean_value(on_box.quadratic, at_middle.quadratic, offsets)};
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

/// Positive iff the pair field has no singular time: the least value of D over t is positive iff
/// cos(phi) > -2 sqrt(ab)/(a + b).
Outward separation_of(const Parameters& at) {
  return (1.0 - 2.0 * at.kappa) * (at.a + at.b) + 2.0 * sqrt(at.a * at.b);
}

/// A quadrature for OT and the pair field, where that is far enough from having a singular time.
std::optional<Quadrature> quadrature_for_both(const Parameters& at, const std::vector<QuadratureRule<Outward>>& rules) {
  if (!(separation_of(at).lower() > 0)) {
    return std::nullopt;
  }
  const double real = ellipse_of_real_roots(at);
  return quadrature_for(at, real, std::min(real, ellipse_of_complex_roots(at)), rules);
}

/// Whether both coefficients of the pair field exceed OT's; `surcharge` times OT's own are added to OT's.
BoxDecision::Kind compare_by(const Quadrature& quadrature, const Parameters& at, double surcharge) {
  const OwnVariance<Outward> v = enclose(at, quadrature);
  const Outward linear = v.linear.quotient - surcharge * v.linear.zero / at.kappa;
  const Outward quadratic = v.quadratic.quotient - surcharge * v.quadratic.zero / at.kappa;
  if (linear.lower() > 0 && quadratic.lower() > 0) {
    return BoxDecision::Kind::proved;
  }
  return linear.upper() < 0 || quadratic.upper() < 0 ? BoxDecision::Kind::refuted : BoxDecision::Kind::unknown;
}

/// Whether the lower bounds by panels exceed OT's coefficients, surcharged as above.
bool exceeds_by_panels(const Parameters& at, double surcharge, const std::vector<QuadratureRule<Outward>>& rules) {
  const Parameters optimal{at.a, at.b, Outward(0.0)};
  const double real = ellipse_of_real_roots(at);
  const auto quadrature = quadrature_for(optimal, real, real, rules);
  if (!quadrature) {
    return false;
  }
  const OwnVariance<Outward> v = enclose(optimal, *quadrature);
  const Bounds bounds = bounds_by_panels(at);
  return bounds.linear > ((1 + surcharge) * v.linear.zero).upper() &&
         bounds.quadratic > ((1 + surcharge) * v.quadratic.zero).upper();
}

}  // namespace

OwnVarianceBoxes::OwnVarianceBoxes()
    : BoxProof({{kSmallest, kLargest}, {kSmallest, kLargest}, {kFirstDegree, kLastDegree}}, 8, 30,
               {{kMirrored, "mirror image of another box"},
                {kSingular, "infinite variance of the pair field"},
                {kQuadrature, "quadrature"},
                {kBounds, "bounds by panels of t"}}) {
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

std::string OwnVarianceBoxes::set() const {
  return "d = 2, any mean, all M with eigenvalues in [0.1, 10], phi in [5, 175] degrees, every constant noise: the "
         "coefficients of F and F^2";
}

double OwnVarianceBoxes::length(std::size_t side, const Range& range) const {
  return side < 2 ? (range.high - range.low) / (range.high + range.low) : (range.high - range.low) / 90;
}

bool OwnVarianceBoxes::proves(const Box& box, char argument) const {
  const Parameters at = parameters_of(box);
  switch (argument) {
    case kMirrored:
      return box[0].low > box[1].high;
    case kSingular:
      return separation_of(at).upper() <= 0;
    case kQuadrature: {
      const auto quadrature = quadrature_for_both(at, rules_);
      return quadrature && compare_by(*quadrature, at, 0) == BoxDecision::Kind::proved;
    }
    case kBounds:
      return exceeds_by_panels(at, 0, rules_);
    default:
      return false;
  }
}

std::optional<OwnVarianceBoxes::Excess> OwnVarianceBoxes::enclose_excess(const Box& box) const {
  const Parameters at = parameters_of(box);
  const auto quadrature = quadrature_for_both(at, rules_);
  if (!quadrature) {
    return std::nullopt;
  }
  const OwnVariance<Outward> v = enclose(at, *quadrature);
  return Excess{v.linear.quotient, v.quadratic.quotient};
}

BoxDecision OwnVarianceBoxes::decide(const Box& box, Variant variant) const {
  for (const char argument : {kMirrored, kSingular}) {
    if (proves(box, argument)) {
      return BoxDecision::proved(argument);
    }
  }
  const double surcharge = variant == Variant::mutant ? 1 : 0;  // the mutant takes OT's coefficients twice
  const Parameters at = parameters_of(box);
  const auto quadrature = quadrature_for_both(at, rules_);
  // A box too wide for a sign even by few nodes, their error left aside, is not worth more of them.
  if (quadrature && compare_by(without_error(rules_.front()), at, surcharge) != BoxDecision::Kind::unknown) {
    const BoxDecision::Kind kind = compare_by(*quadrature, at, surcharge);
    if (kind != BoxDecision::Kind::unknown) {
      return {kind, kQuadrature};
    }
  }
  return exceeds_by_panels(at, surcharge, rules_) ? BoxDecision::proved(kBounds) : BoxDecision::unknown();
}

OwnVarianceProof::OwnVarianceProof()
    : CompositeProof(
          "d = 2, every mean, all M with eigenvalues in [0.1, 10], phi in [5, 175] degrees, every constant noise: the "
          "coefficients of F and F^2",
          "exact identities and enclosure on boxes", "enclosed") {
  add<IdentityProof>("", std::vector<Identity>{own_variance_identity()});
  add<OwnVarianceBoxes>();
}

}  // namespace straightedge::proofs
