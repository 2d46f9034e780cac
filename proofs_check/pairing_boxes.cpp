#include <pairing_boxes.hpp>

#include <array>
#include <pairing_identities.hpp>
#include <square.hpp>

namespace straightedge::proofs {
namespace {

// Eigenvalues of M. 409/4096 < 0.1.
constexpr double kSmallest = 409.0 / 4096;
constexpr double kLargest = 10;
constexpr int kNodes = 20;

/// What replaces an integral errs by no more than this. Every integrand is analytic inside the ellipse of parameter 3
/// of [0, 1], whose ends are -1/3 and 4/3: there |1 + t (a - 1)| is at least 0.088 for a in [0.316, 3.163], so |s|
/// < 11.4, |x| < 11.4, |m| < 7.9, |t| <= 4/3; so |integrand| < 1e8 term by term, and Gauss-Legendre with n nodes errs
/// by at most (64/15) / 2 * 1e8 * 3^{-2n} / (1 - 3^{-2}).
constexpr double kError = 1e-10;
static_assert(kNodes >= 20);

/// An enclosure of a value that is known to 50 digits, with room to spare.
Interval around(const Real50& value) {
  const Real50 radius = abs(value) * Real50("1e-44");
  return Interval(Real50(value - radius), Real50(value + radius));
}

template <class T>
struct Sums {
  T constant{0}, linear{0};
  std::array<T, 2> e{T(0), T(0)}, y{T(0), T(0)}, sx{T(0), T(0)};
};

Interval widened(const Interval& x) {
  const Interval error(Real50(-kError), Real50(kError));
  return x + error;
}

}  // namespace

template <class T>
PairingDifference<T> pairing_difference(const T& a1, const T& a2, const T& g, const T& sine_squared,
                                        const QuadratureRule<T>& rule) {
  const std::array<T, 2> a{a1, a2};
  Sums<T> sums;
  for (std::size_t k = 0; k < rule.nodes.size(); ++k) {
    const T& t = rule.nodes[k];
    const T& weight = rule.weights[k];
    const T rest = T(1) - t;
    T q(0);
    T kk(0);
    T s_squared(0);
    T pull(0);  // sum (t x)^2 - t x = (t x - 1/2)^2 - 1/4
    T e_squared(0);
    T ey(0);
    for (std::size_t i = 0; i < 2; ++i) {
      // Each variable once, so that an interval is no wider than it must be.
      const T s = T(1) / (rest + t * a[i]);
      const T x = T(1) / (t + rest / a[i]);
      const T m = (T(1) - s) / t;
      const T sx = s * x;
      const T e = sx * (T(2) * t * x - T(1));
      const T y = square(s) * m;
      q += square(sx);
      kk += square(T(s * m));
      s_squared += square(s);
      pull += square(T(t * x - T(1) / T(2))) - T(1) / T(4);
      e_squared += square(e);
      ey += e * y;
      sums.e[i] += weight * e;
      sums.y[i] += weight * y;
      sums.sx[i] += weight * sx;
    }
    // 2 g Q (3 + 2 g p) - 2 Q (3 + 2 p) = Q (6 (g - 1) + 4 (g^2 - 1) p)
    const T g_squared = square(g);
    sums.constant += weight * (q * (T(6) * (g - T(1)) + T(4) * (g_squared - T(1)) * pull) +
                               T(2) * (g_squared - T(1)) * e_squared + T(2) * sine_squared * q);
    sums.linear += weight * (q * s_squared + kk * pull - T(2) * ey);
  }
  if constexpr (std::same_as<T, Interval>) {
    sums.constant = widened(sums.constant);
    sums.linear = widened(sums.linear);
    for (auto* integrals : {&sums.e, &sums.y, &sums.sx}) {
      for (Interval& integral : *integrals) {
        integral = widened(integral);
      }
    }
  }
  T means(0);
  T mixed(0);
  T off(0);
  for (std::size_t i = 0; i < 2; ++i) {
    means += square(sums.e[i]);
    mixed += sums.e[i] * sums.y[i];
    off += square(sums.sx[i]);
  }
  return {T(4) * (sums.constant - (square(g) - T(1)) * means - sine_squared * off),
          T(8) * (g - T(1)) * (sums.linear + mixed)};
}

template PairingDifference<double> pairing_difference<double>(const double&, const double&, const double&,
                                                              const double&, const QuadratureRule<double>&);
template PairingDifference<Interval> pairing_difference<Interval>(const Interval&, const Interval&, const Interval&,
                                                                  const Interval&, const QuadratureRule<Interval>&);

PairingBoxes::PairingBoxes() : BoxProof({{kSmallest, kLargest}, {kSmallest, kLargest}}, 8, 16) {
  const QuadratureRule<Real50>& rule = gauss_legendre<Real50>(kNodes);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    rule_.nodes.push_back(around(rule.nodes[i]));
    rule_.weights.push_back(around(rule.weights[i]));
  }
}

std::string PairingBoxes::set() const {
  return "d = 2, any mean, all M with eigenvalues in [0.1, 10], every constant noise: the coefficients of F^0 and F^1";
}

BoxDecision PairingBoxes::decide(const Box& box, Variant variant) const {
  const auto root_of = [](const Range& range) { return sqrt(Interval(Real50(range.low), Real50(range.high))); };
  // cos 120 = -1/2; the mutant's cosine, 0.2079 < cos 78 < 0.208, to three digits does as well.
  const bool mutant = variant == Variant::mutant;
  const Interval cosine = mutant ? Interval(208) / Interval(1000) : Interval(-1) / Interval(2);
  const Interval sine_squared = Interval(1) - cosine * cosine;
  const auto [constant, linear] =
      pairing_difference<Interval>(root_of(box[0]), root_of(box[1]), Interval(1) - cosine, sine_squared, rule_);
  if (lower(constant) > 0 && lower(linear) > 0) {
    return BoxDecision::proved();
  }
  return upper(constant) < 0 || upper(linear) < 0 ? BoxDecision::refuted() : BoxDecision::unknown();
}

PairingProof::PairingProof()
    : CompositeProof(
          "d = 2, every mean, every M, phi in (90, 180) degrees, every constant noise: the coefficients of F^0 and "
          "F^1; "
          "at 120 degrees for eigenvalues of M in [0.1, 10] by boxes too",
          "exact identities and enclosure on boxes", "exact, enclosed") {
  add<IdentityProof>(
      "", std::vector<Identity>{pairing_moments_identity(), substitution_identity(), pairing_integrals_identity()});
  add<PairingSigns>();
  add<PairingBoxes>();
}

}  // namespace straightedge::proofs
