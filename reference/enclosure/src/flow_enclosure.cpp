#include "flow_enclosure.hpp"

#include <arb_poly.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "field_integrals.hpp"
#include "interpolant_polynomials.hpp"

namespace straightedge::enclosure {
namespace {

constexpr int kMostSteps = 4000;
constexpr double kReach = 0.7;      // a: how much of the invertible disk is used
constexpr double kMostGrowth = 16;  // rho |G0|: a longer radius would need more terms than it saves steps
constexpr slong kStepDivisor = 3;   // h = rho / 3: the cost of a step over its length is least near rho / e

/// An upper bound of the spectral norm, exact as a ball: |A|^4 <= |(A^T A)^2|_F.
RealBall norm_above(const RealMatrix& a) {
  const RealMatrix gram = transpose(a) * a;
  const RealBall bound = square_root(square_root(square_root(square_sum(gram * gram))));
  RealBall result;
  arb_get_ubound_arf(arb_midref(result.raw()), bound.raw(), WorkingPrecision::bits());
  return result;
}

/// One step, in the coordinates of L.
class Step {
 public:
  /// From t0, the middle of `at`, which is regular.
  explicit Step(const ScaledInterpolant& at) : at_(at) {
    const auto scaled = [&](const RealMatrix& a) { return at_.lower_inverse * (a * transpose(at_.lower_inverse)); };
    g0_ = scaled(at_.b[0] - at_.sigma[1]);
    g1_ = scaled(at_.b[1] - RealBall(2) * at_.sigma[2]);
    choose_radius();
  }

  /// rho / 3, rounded to few bits so that times stay exact.
  [[nodiscard]] RealBall length() const {
    constexpr slong kBits = 20;
    RealBall h;
    arb_set_round(h.raw(), (radius_ / RealBall(kStepDivisor)).raw(), kBits);
    return midpoint(h);
  }

  /// Psi~(h) = sum coefficients_n h^n of the solution that starts from I at h = 0, up to the remainder.
  struct Series {
    std::vector<RealMatrix> coefficients;
    RealBall remainder;  ///< a bound of the Frobenius norm of what is left out of the sum at h
  };
  [[nodiscard]] Series series(const RealBall& h) const {
    const slong d = at_.s1.rows();
    const RealBall q = h / radius_;
    const RealBall a = radius_ * (norm_above(at_.s1) + radius_ * norm_above(at_.s2));
    const RealBall kappa = (norm_above(g0_) + radius_ * norm_above(g1_)) / (RealBall(1) - a);
    // |I|_F = d^{1/2}: the columns of Psi~_0 have norm 1, and each grows by exp(kappa rho) at most.
    RealBall bound = exponential(kappa * radius_) * square_root(RealBall(d)) / (RealBall(1) - q);
    RealBall goal(1);
    arb_mul_2exp_si(goal.raw(), goal.raw(), -integral_bits());
    Series series;
    if (!(a < RealBall(1)) || !(q < RealBall(1)) || !bound.is_finite()) {
      arb_indeterminate(series.remainder.raw());
      return series;
    }
    RealMatrix previous(d, d);
    RealMatrix current = RealMatrix::identity(d);
    for (slong n = 0; !(bound < goal); ++n, bound *= q) {
      series.coefficients.push_back(current);
      RealMatrix next = (g0_ - RealBall(n) * at_.s1) * current;
      if (n > 0) {
        next += (g1_ - RealBall(n - 1) * at_.s2) * previous;
      }
      next *= RealBall(1) / RealBall(n + 1);
      previous = std::move(current);
      current = std::move(next);
    }
    series.remainder = bound;
    return series;
  }

  /// Psi(t0 + h) from Psi(t0).
  [[nodiscard]] RealMatrix advance(const Series& series, const RealBall& h, const RealMatrix& psi) const {
    RealMatrix sum(psi.rows(), psi.rows());
    for (auto it = series.coefficients.rbegin(); it != series.coefficients.rend(); ++it) {
      sum *= h;
      sum += *it;
    }
    add_error(sum, series.remainder);
    return transpose(at_.lower_inverse) * (sum * (at_.lower_transposed * psi));
  }

  /// integral_0^h |B Psi|_F^2.
  [[nodiscard]] RealBall energy(const Series& series, const RealBall& h, const RealMatrix& psi) const;

 private:
  static void add_error(RealMatrix& a, const RealBall& bound) {
    mag_t error;
    mag_init(error);
    arb_get_mag(error, bound.raw());
    arb_mat_add_error_mag(a.raw(), error);
    mag_clear(error);
  }

  /// rho with rho |S1| + rho^2 |S2| <= kReach and rho |G0| <= kMostGrowth, about as large as possible.
  void choose_radius() {
    const auto size = [](const RealMatrix& a) { return arf_get_d(arb_midref(norm_above(a).raw()), ARF_RND_UP); };
    const double n1 = size(at_.s1);
    const double n2 = size(at_.s2);
    const double rho = 2 * kReach / (n1 + std::sqrt(n1 * n1 + 4 * kReach * n2));
    arb_set_d(radius_.raw(), std::min({rho, kMostGrowth / size(g0_), 4.0}));
  }

  const ScaledInterpolant& at_;
  RealMatrix g0_, g1_;
  RealBall radius_;
};

RealBall Step::energy(const Series& series, const RealBall& h, const RealMatrix& psi) const {
  // B(t0 + h) L^{-T} (sum coefficients) L^T psi, entry by entry a polynomial in h; a point u = h x, x in [0, 1].
  const slong d = psi.rows();
  const auto terms = static_cast<slong>(series.coefficients.size());
  const RealMatrix start = at_.lower_transposed * psi;
  std::array<RealMatrix, 3> b;
  for (std::size_t k = 0; k < 3; ++k) {
    b[k] = at_.b[k] * transpose(at_.lower_inverse);
  }
  std::vector<RealMatrix> image;
  for (slong n = 0; n < terms + 2; ++n) {
    RealMatrix sum(d, d);
    for (slong k = 0; k < 3; ++k) {
      if (n - k >= 0 && n - k < terms) {
        sum += b[static_cast<std::size_t>(k)] * series.coefficients[static_cast<std::size_t>(n - k)];
      }
    }
    image.push_back(sum * start);
  }
  // What the remainder adds to an entry p at any u in [0, h] is at most |B L^{-T}| |remainder| |L^T psi|. As an error
  // of the constant coefficient it widens the integral by 2 slack sum |p_n| / (n+1), no less than 2 slack integral |p|.
  const RealBall largest =
      square_root(square_sum(b[0])) + h * (square_root(square_sum(b[1])) + h * square_root(square_sum(b[2])));
  const RealBall slack = largest * series.remainder * square_root(square_sum(start));
  arb_poly_t entry;
  arb_poly_t square;
  arb_poly_init(entry);
  arb_poly_init(square);
  RealBall total(0);
  for (slong i = 0; i < d; ++i) {
    for (slong j = 0; j < d; ++j) {
      arb_poly_zero(entry);
      RealBall power(1);
      for (slong n = 0; n < terms + 2; ++n, power *= h) {
        arb_poly_set_coeff_arb(entry, n, (power * image[static_cast<std::size_t>(n)].at(i, j)).raw());
      }
      RealBall constant;
      arb_poly_get_coeff_arb(constant.raw(), entry, 0);
      arb_add_error(constant.raw(), slack.raw());
      arb_poly_set_coeff_arb(entry, 0, constant.raw());
      arb_poly_mul(square, entry, entry, WorkingPrecision::bits());
      for (slong n = 0; n < arb_poly_length(square); ++n) {
        RealBall coefficient;
        arb_poly_get_coeff_arb(coefficient.raw(), square, n);
        total += coefficient / RealBall(n + 1);
      }
    }
  }
  arb_poly_clear(entry);
  arb_poly_clear(square);
  return h * total;
}

}  // namespace

std::optional<FlowEnclosure> enclose_minimiser_flow(const Model& model, const Structure& structure, const Noise& noise,
                                                    bool with_straightness) {
  const InterpolantPolynomials polynomials = interpolant_polynomials(model, structure, noise);
  const slong d = structure.dimension;
  const RealMatrix identity = RealMatrix::identity(d);
  RealMatrix psi = inverse(polynomials.sigma[0]);
  RealBall energy(0);
  RealBall t(0);
  bool is_last = false;
  for (int k = 0; !is_last; ++k) {
    const ScaledInterpolant at = scaled_about(polynomials, t);
    if (!at.is_regular || k == kMostSteps || !psi.is_finite()) {
      return std::nullopt;
    }
    const Step step(at);
    const RealBall rest = RealBall(1) - t;
    is_last = !(step.length() < rest);
    const RealBall h = is_last ? rest : step.length();
    const Step::Series series = step.series(h);
    if (with_straightness) {
      energy += step.energy(series, h, psi);
    }
    psi = step.advance(series, h, psi);
    t += h;
  }
  FlowEnclosure result{about(polynomials.sigma, RealBall(1))[0] * psi, std::nullopt};
  if (with_straightness) {
    result.straightness = energy - square_sum(result.map - identity);
  }
  return result;
}

}  // namespace straightedge::enclosure
