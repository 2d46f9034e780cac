// The flow of the minimiser by Taylor series, one panel [c - h, c + h] of [0, 1] at a time.
//
// With tau = (t - c) / h, Sigma = S0 + h S1 tau + h^2 S2 tau^2, B = B0 + h B1 tau and the fundamental solution X of
// X(c) = I, the coefficients of Psi = Sigma^{-1} X in tau satisfy, from the two recursions of the header,
//
//   Psi_0 = S0^{-1},   Psi_{n+1} = h (G0 / (n+1) - T1) Psi_n + h^2 (G1 / (n+1) - T2) Psi_{n-1},
//   G_i = S0^{-1} B_i,  T_i = S0^{-1} S_i:
//
// two products an order. X itself is Sigma Psi and X' is B Psi. The panel takes Phi to X(1) X(-1)^{-1} Phi, so that one
// series serves both of its halves.
#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>
#include <straightedge/quadrature.hpp>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace straightedge {
namespace {

// N orders reach 2^-bits at N = bits / log2(R/h), R the distance of the nearest pole, and 1/(2h) panels are needed: the
// work h^{-1} / log(R/h) is least at h = R/e.
constexpr double kPanelRatio = 0.36787944117144233;
// Poles come from an eigenproblem in double: nearer than this to a panel their place is not known, and the panel is
// bisected on the evidence of its own series instead.
constexpr double kPoleResolution = 1e-8;
constexpr int kMaximalDepth = 160;

template <class T>
Coupling<double> to_double(const Coupling<T>& coupling) {
  const Eigen::Index d = coupling.dimension();
  return {coupling.kind,
          {Vector<double>::Zero(d), convert<double>(coupling.target.covariance)},
          convert<double>(coupling.cross),
          convert<double>(coupling.spread)};
}

// Ends of panels 0 = t_0 < ... < t_n = 1 with half-width at most kPanelRatio times the distance of the centre to the
// nearest pole.
class PanelPlan {
 public:
  explicit PanelPlan(std::vector<std::complex<double>> poles) : poles_(std::move(poles)) {}

  [[nodiscard]] std::vector<double> ends() const {
    std::vector<double> result{0.0};
    while (result.back() < 1.0) {
      const double start = result.back();
      const double end = start + 2 * half_width(start);
      result.push_back(end < 1.0 ? end : 1.0);
    }
    return result;
  }

 private:
  [[nodiscard]] double pole_distance(double t) const {
    double nearest = std::numeric_limits<double>::infinity();
    for (const auto& pole : poles_) {
      nearest = std::min(nearest, std::abs(pole - t));
    }
    return std::max(nearest, kPoleResolution);
  }

  // The largest h <= (1 - start)/2 with h <= kPanelRatio pole_distance(start + h): the difference is monotone in h,
  // since the distance is 1-Lipschitz.
  [[nodiscard]] double half_width(double start) const {
    double high = (1.0 - start) / 2;
    if (high <= kPanelRatio * pole_distance(start + high)) {
      return high;
    }
    double low = 0.0;
    for (int i = 0; i < 40; ++i) {
      const double middle = (low + high) / 2;
      (middle <= kPanelRatio * pole_distance(start + middle) ? low : high) = middle;
    }
    return std::max(low, kPanelRatio * kPoleResolution / 2);
  }

  std::vector<std::complex<double>> poles_;
};

// The coefficients of degree 2 of Sigma_t, and of degree 1 of Sigma_t and B_t, as polynomials in t.
template <class T>
struct MomentPolynomials {
  Matrix<T> sigma1;
  Matrix<T> sigma2;
  Matrix<T> b1;
};

template <class T>
MomentPolynomials<T> moment_polynomials(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  const Eigen::Index d = coupling.dimension();
  const Matrix<T> identity = Matrix<T>::Identity(d, d);
  const Matrix<T> symmetric_cross = coupling.cross + coupling.cross.transpose();
  Matrix<T> sigma1 = symmetric_cross - T(2) * identity;
  Matrix<T> b1 = coupling.target.covariance - symmetric_cross + identity;
  Matrix<T> sigma2 = b1;
  if (noise.kind == NoiseKind::bridge) {
    const T s_squared = noise.sigma * noise.sigma;
    sigma1 += s_squared * identity;
    sigma2 -= s_squared * identity;
    if (noise.adds_noise_to_target()) {
      b1 -= s_squared * identity;
    }
  }
  return {sigma1, sigma2, b1};
}

template <class T>
T largest_entry(const Matrix<T>& a) {
  using std::abs;
  T largest(0);
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const T size = abs(a(i, j));
      // Written so that NaN counts as large: a series with NaN must not look converged.
      if (!(size <= largest)) {
        largest = size;
      }
    }
  }
  return largest;
}

template <class T>
class FlowIntegrator {
 public:
  FlowIntegrator(const Coupling<T>& coupling, const NoiseSchedule<T>& noise)
      : coupling_(coupling),
        noise_(noise),
        polynomials_(moment_polynomials(coupling, noise)),
        flow_(Matrix<T>::Identity(coupling.dimension(), coupling.dimension())) {}

  // Continues the flow from `start`, where it stands, to `end`.
  void advance(const T& start, const T& end, int depth = 0) {
    const T centre = (start + end) / T(2);
    const T half = (end - start) / T(2);
    const std::vector<Matrix<T>> psi = taylor_coefficients(centre, half);
    if (psi.empty()) {
      if (depth == kMaximalDepth) {
        std::ostringstream message;
        message << "the interpolant's covariance is singular, to working accuracy, near t = "
                << static_cast<double>(centre) << ": the flow of the minimiser does not exist there";
        throw DoesNotExist(message.str());
      }
      advance(start, centre, depth + 1);
      advance(centre, end, depth + 1);
      return;
    }
    const ParityParts ends = parity_parts(psi, T(1));
    const Matrix<T> at_start = product<T>(interpolant_covariance(coupling_, noise_, start), ends.even - ends.odd);
    const Matrix<T> at_end = product<T>(interpolant_covariance(coupling_, noise_, end), ends.even + ends.odd);
    const Matrix<T> initial = product<T>(inverse<T>(at_start), flow_);
    store_velocities(psi, initial, centre, half);
    flow_ = product<T>(at_end, initial);
  }

  // Phi at the time reached, and the straightness if that time is 1.
  [[nodiscard]] AffineFlow<T> result() const {
    const Eigen::Index d = flow_.rows();
    const Matrix<T> displacement = flow_ - Matrix<T>::Identity(d, d);
    T straightness(0);
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      straightness += weights_[i] * squared_norm<T>(displacement - velocities_[i]);
    }
    return {flow_, straightness};
  }

 private:
  // Psi_0, Psi_1, ... up to the first two consecutive terms below the unit roundoff, which end the series for good:
  // each term is a combination of the two before it. Empty if the series does not get there.
  [[nodiscard]] std::vector<Matrix<T>> taylor_coefficients(const T& centre, const T& half) const {
    const Matrix<T> inverse0 = inverse<T>(interpolant_covariance(coupling_, noise_, centre));
    const Matrix<T> g0 = half * product<T>(inverse0, target_interpolant_covariance(coupling_, noise_, centre));
    const Matrix<T> t1 = half * product<T>(inverse0, polynomials_.sigma1 + (T(2) * centre) * polynomials_.sigma2);
    const Matrix<T> g1 = (half * half) * product<T>(inverse0, polynomials_.b1);
    const Matrix<T> t2 = (half * half) * product<T>(inverse0, polynomials_.sigma2);

    const T negligible = unit_roundoff<T>() * largest_entry(inverse0);
    const int maximal_order = 3 * std::numeric_limits<T>::digits;
    std::vector<Matrix<T>> psi{inverse0};
    bool previous_negligible = false;
    for (int n = 0; n < maximal_order; ++n) {
      const T scale = T(1) / T(n + 1);
      Matrix<T> next = product<T>(scale * g0 - t1, psi.back());
      if (n > 0) {
        next += product<T>(scale * g1 - t2, psi[psi.size() - 2]);
      }
      const bool is_negligible = largest_entry(next) <= negligible;
      psi.push_back(std::move(next));
      if (is_negligible && previous_negligible) {
        return psi;
      }
      previous_negligible = is_negligible;
    }
    return {};
  }

  // The even and the odd part of a polynomial at tau: one pass gives its values at tau and -tau.
  struct ParityParts {
    Matrix<T> even;
    Matrix<T> odd;
  };

  [[nodiscard]] static ParityParts parity_parts(const std::vector<Matrix<T>>& coefficients, const T& tau) {
    const Eigen::Index d = coefficients.front().rows();
    const T square = tau * tau;
    ParityParts parts{Matrix<T>::Zero(d, d), Matrix<T>::Zero(d, d)};
    for (std::size_t n = coefficients.size(); n-- > 0;) {
      Matrix<T>& part = n % 2 == 0 ? parts.even : parts.odd;
      part = square * part + coefficients[n];
    }
    parts.odd *= tau;
    return parts;
  }

  // Phi' = B Psi at the nodes of a Gauss rule on the panel. A series of N orders has its nearest pole at 2^{bits/N}
  // half-widths from the centre; rho is the sum of half-axes of the ellipse through it with foci at the ends, and the
  // rule's error is rho^{-2 nodes}.
  void store_velocities(const std::vector<Matrix<T>>& psi, const Matrix<T>& initial, const T& centre, const T& half) {
    constexpr double bits = std::numeric_limits<T>::digits;
    const double pole = std::exp2(bits / static_cast<double>(psi.size()));
    const double rho = pole + std::sqrt(pole * pole - 1);
    const int needed = static_cast<int>(std::ceil(bits / (2 * std::log2(rho)))) + 4;
    // In steps of 8, so that few different rules are made; the nodes of an even rule come in pairs about the centre.
    const QuadratureRule<T>& rule = gauss_legendre<T>((needed + 7) / 8 * 8);
    for (std::size_t i = rule.nodes.size() / 2; i < rule.nodes.size(); ++i) {
      const T tau = T(2) * rule.nodes[i] - T(1);
      const ParityParts parts = parity_parts(psi, tau);
      const T weight = T(2) * half * rule.weights[i];
      store_velocity(parts.even + parts.odd, initial, T(centre + half * tau), weight);
      store_velocity(parts.even - parts.odd, initial, T(centre - half * tau), weight);
    }
  }

  void store_velocity(const Matrix<T>& psi, const Matrix<T>& initial, const T& t, const T& weight) {
    velocities_.push_back(product<T>(target_interpolant_covariance<T>(coupling_, noise_, t), product<T>(psi, initial)));
    weights_.push_back(weight);
  }

  const Coupling<T>& coupling_;
  const NoiseSchedule<T>& noise_;
  MomentPolynomials<T> polynomials_;
  Matrix<T> flow_;
  std::vector<T> weights_;
  std::vector<Matrix<T>> velocities_;
};

}  // namespace

template <RealScalar T>
AffineFlow<T> minimiser_flow(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  const std::vector<T> singular = singular_interpolant_times(coupling, noise);
  if (!singular.empty()) {
    std::ostringstream message;
    message << "the interpolant's covariance is singular at t = " << static_cast<double>(singular.front())
            << ": the flow of the minimiser does not exist there";
    throw DoesNotExist(message.str());
  }
  if (coupling.is_deterministic() && !noise.is_noisy()) {
    return {coupling.cross, T(0)};  // Lemma 1: every pair is joined by a straight line at constant speed.
  }
  const NoiseSchedule<double> double_noise{noise.kind, static_cast<double>(noise.sigma), noise.target};
  const std::vector<double> ends = PanelPlan(interpolant_poles(to_double(coupling), double_noise)).ends();
  FlowIntegrator<T> integrator(coupling, noise);
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) {
    integrator.advance(T(ends[i]), T(ends[i + 1]));
  }
  return integrator.result();
}

template <class T>
T flow_cost(const Vector<T>& mean, const Matrix<T>& map) {
  const Matrix<T> displacement = map - Matrix<T>::Identity(map.rows(), map.cols());
  return T(squared_norm<T>(mean) + squared_norm<T>(displacement));
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                      \
  template AffineFlow<T> minimiser_flow<T>(const Coupling<T>&, const NoiseSchedule<T>&); \
  template T flow_cost<T>(const Vector<T>&, const Matrix<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE
template Rational flow_cost<Rational>(const Vector<Rational>&, const Matrix<Rational>&);

}  // namespace straightedge
