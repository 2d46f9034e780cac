// The planner of graded_rule. It works in double: only nodes and weights need the tier.
#include <straightedge/error.hpp>
#include <straightedge/quadrature.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace straightedge {
namespace {

using Complex = std::complex<double>;

constexpr int kOrder = 6;              // S enters a gradient moment six times
constexpr std::size_t kTangents = 3;   // poles tried as the centre of a tangent map
constexpr double kTangentCost = 1.25;  // a node with a tangent to evaluate, against one without
constexpr int kSplittable = 24;        // panels with no more nodes are not worth the planning
constexpr int kDeepest = 200;

/// A variable x in [0, 1] with t = t(x): either t = x, or t = a + b tan(theta), theta linear in x, which sends the
/// poles a +- ib to infinity.
struct Variable {
  std::vector<Complex> poles;  ///< of the integrand, in x
  double growth;               ///< the integrand grows like exp(growth |Im x|)
  std::optional<Complex> centre;
};

struct Panel {
  double begin, end;
  int nodes;
};

struct Plan {
  std::vector<Panel> panels;
  double cost = 0;
};

/// |z - a| + |z - b|, the same on all of an ellipse with foci a and b. Of a square that overflows only the infinity
/// matters.
double focal_sum(Complex z, double a, double b) {
  return std::sqrt(std::norm(z - a)) + std::sqrt(std::norm(z - b));
}

/// The parameter of the Bernstein ellipse of [a, b] with that sum: (rho + 1/rho)/2 = sum / (b - a).
double bernstein(double sum, double a, double b) {
  const double x = std::max(sum / (b - a), 1.0);
  return x + std::sqrt((x - 1) * (x + 1));
}

// Larger ellipses are not tried.
constexpr double kLargestEllipse = 256.0;

/// Nodes for a relative error of 10^-digits of an integrand that is analytic in the ellipse of parameter rho, and there
/// at most exp(log_size) times as large as on the interval.
double nodes_on_ellipse(double log_rho, double log_size, int digits) {
  return (digits * std::numbers::ln10 + 4 + log_size) / (2 * log_rho);
}

/// Ellipses to try, as shares of the logarithm of the largest one.
constexpr std::array kShares{0.98, 0.96, 0.94, 0.91, 0.88, 0.84, 0.78, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2};

/// Nodes for a relative error of 10^-digits on [a, b]. On the ellipse of parameter rho < rho_pole the integrand is at
/// most (1 - rho/rho_pole)^-order exp(growth L (rho - 1/rho)/2) times its size on [a, b], L = (b-a)/2, and
/// Gauss-Legendre errs by that times rho^{-2n}: the best rho counts.
int nodes_for(const Variable& variable, double a, double b, int digits) {
  double nearest = std::numeric_limits<double>::infinity();
  for (const Complex& z : variable.poles) {
    nearest = std::min(nearest, focal_sum(z, a, b));
  }
  const double pole = bernstein(nearest, a, b);
  const double largest = std::log(std::min(pole, kLargestEllipse));
  constexpr int kTooMany = 1000000;
  if (!(largest > 0)) {
    return kTooMany;  // the pole is on the interval, up to rounding
  }
  double best = std::numeric_limits<double>::infinity();
  for (const double share : kShares) {
    const double log_rho = share * largest;
    const double rho = std::exp(log_rho);
    const double size = variable.growth * (b - a) / 4 * (rho - 1 / rho) - kOrder * std::log1p(-rho / pole);
    const double nodes = nodes_on_ellipse(log_rho, size, digits);
    if (nodes > best) {
      break;  // a convex function of the share over a linear one falls, then rises
    }
    best = nodes;
  }
  return best < kTooMany ? static_cast<int>(best) + 2 : kTooMany;
}

/// The cheapest of one panel on [a, b] and the plans of its halves.
Plan plan_panels(const Variable& variable, double a, double b, int digits, int depth = 0) {
  const int nodes = nodes_for(variable, a, b, digits);
  const Plan whole{{{a, b, nodes}}, static_cast<double>(nodes)};
  // No panel has fewer nodes than one without poles, so that two halves cost at least twice that.
  const int least = static_cast<int>(nodes_on_ellipse(std::log(kLargestEllipse), 0.0, digits)) + 2;
  if (nodes <= std::max(kSplittable, 2 * least)) {
    return whole;
  }
  const double middle = (a + b) / 2;
  if (depth == kDeepest || !(a < middle && middle < b)) {
    throw DoesNotExist("the integral over [0, 1] does not exist: the integrand has a pole on the interval");
  }
  Plan left = plan_panels(variable, a, middle, digits, depth + 1);
  const Plan right = plan_panels(variable, middle, b, digits, depth + 1);
  if (left.cost + right.cost >= whole.cost) {
    return whole;
  }
  left.panels.insert(left.panels.end(), right.panels.begin(), right.panels.end());
  left.cost += right.cost;
  return left;
}

/// theta at t = 0 and the length of its interval.
struct ThetaInterval {
  double begin, length;
};
ThetaInterval theta_interval(Complex centre) {
  const double begin = std::atan2(-centre.real(), centre.imag());
  return {begin, std::atan2(1 - centre.real(), centre.imag()) - begin};
}

Variable tangent_variable(const std::vector<Complex>& poles, Complex centre, Falloff falloff) {
  const auto [begin, length] = theta_interval(centre);
  Variable variable{{}, 2.0 * (kOrder - 1) * length, centre};
  const auto add_periodic = [&](Complex theta) {
    for (const double shift : {-std::numbers::pi, 0.0, std::numbers::pi}) {
      variable.poles.push_back((theta + shift - begin) / length);
    }
  };
  for (const Complex& pole : poles) {
    // atan has its own poles at +-i: the centre itself goes to infinity.
    const Complex u = (pole - centre.real()) / centre.imag();
    if (std::min(std::abs(u - Complex(0, 1)), std::abs(u + Complex(0, 1))) > 1e-12) {
      add_periodic(std::atan(u));
    }
  }
  if (falloff == Falloff::none) {
    add_periodic(std::numbers::pi / 2);  // t = infinity, where dt/dtheta has a double pole
  }
  return variable;
}

/// One of each pair of conjugates: their ellipses are the same.
std::vector<Complex> in_the_upper_half(const std::vector<Complex>& poles) {
  std::vector<Complex> result;
  for (const Complex& pole : poles) {
    const Complex upper(pole.real(), std::abs(pole.imag()));
    if (std::find(result.begin(), result.end(), upper) == result.end()) {
      result.push_back(upper);
    }
  }
  return result;
}

/// The poles in the upper half plane whose ellipses are smallest: the ones that slow the plain variable down. One that
/// is far away slows nothing, and a + b tan(theta) would cancel: an eigenvalue 0 of Th that came out as 1e-50 has its
/// pole at 1e50.
std::vector<Complex> nearest_complex_poles(std::vector<Complex> poles) {
  const auto size = [](const Complex& z) { return bernstein(focal_sum(z, 0, 1), 0, 1); };
  std::erase_if(poles, [&](const Complex& z) { return !(z.imag() > 1e-9 && size(z) < kLargestEllipse); });
  std::sort(poles.begin(), poles.end(), [&](const Complex& a, const Complex& b) { return size(a) < size(b); });
  const auto same = [](const Complex& a, const Complex& b) { return std::norm(a - b) < 1e-18; };
  poles.erase(std::unique(poles.begin(), poles.end(), same), poles.end());
  poles.resize(std::min(poles.size(), kTangents));
  return poles;
}

template <RealScalar T>
void append_panel(const Panel& panel, const std::optional<Complex>& centre, QuadratureRule<T>& rule) {
  using std::atan;
  using std::tan;
  const QuadratureRule<T>& gauss = gauss_legendre<T>(panel.nodes);
  T begin(panel.begin);
  T width = T(panel.end) - begin;
  if (!centre) {
    for (std::size_t i = 0; i < gauss.nodes.size(); ++i) {
      rule.nodes.push_back(begin + width * gauss.nodes[i]);
      rule.weights.push_back(width * gauss.weights[i]);
    }
    return;
  }
  const T a(centre->real());
  const T b(centre->imag());
  const T first = atan(T(-a / b));
  const T length = atan(T((T(1) - a) / b)) - first;
  begin = first + begin * length;
  width *= length;
  // Nodes lie in pairs about the middle: tan(m +- x) = (tan m +- tan x) / (1 -+ tan m tan x) halves the tangents.
  const T at_middle = tan(T(begin + width / T(2)));
  const auto append = [&](const T& tangent, const T& weight) {
    rule.nodes.push_back(a + b * tangent);
    rule.weights.push_back(width * weight * b * (T(1) + tangent * tangent));
  };
  const std::size_t pairs = gauss.nodes.size() / 2;
  for (std::size_t i = 0; i < pairs; ++i) {
    const T offset = tan(T(width * (T(0.5) - gauss.nodes[i])));
    const T product = at_middle * offset;
    append(T((at_middle - offset) / (T(1) + product)), gauss.weights[i]);
    append(T((at_middle + offset) / (T(1) - product)), gauss.weights[i]);
  }
  if (gauss.nodes.size() % 2 == 1) {
    append(at_middle, gauss.weights[pairs]);
  }
}

}  // namespace

template <RealScalar T>
QuadratureRule<T> graded_rule(const std::vector<std::complex<double>>& all_poles, int digits, Falloff falloff) {
  const std::vector<Complex> poles = in_the_upper_half(all_poles);
  Variable best{poles, 0.0, std::nullopt};
  Plan plan = plan_panels(best, 0.0, 1.0, digits);
  for (const Complex& centre : nearest_complex_poles(poles)) {
    Variable variable = tangent_variable(poles, centre, falloff);
    Plan other = plan_panels(variable, 0.0, 1.0, digits);
    other.cost *= kTangentCost;
    if (other.cost < plan.cost) {
      plan = std::move(other);
      best = std::move(variable);
    }
  }
  QuadratureRule<T> rule;
  for (const Panel& panel : plan.panels) {
    append_panel<T>(panel, best.centre, rule);
  }
  return rule;
}

#define STRAIGHTEDGE_INSTANTIATE(T) \
  template QuadratureRule<T> graded_rule<T>(const std::vector<std::complex<double>>&, int, Falloff);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
