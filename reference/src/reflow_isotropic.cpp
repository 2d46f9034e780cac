// Closed forms of the isotropic problem, and the noise at which two fields have the same gradient variance.
#include <straightedge/error.hpp>
#include <straightedge/gradient_variance.hpp>
#include <straightedge/reflow.hpp>

#include "reflow_arguments.hpp"

#include <cmath>

namespace straightedge {
namespace {

template <class T>
struct SquaredHalfAngle {
  T cosine;  // c^2
  T sine;    // k^2
  T mean_q;  // c^2 + k^2/3
};

template <RealScalar T>
SquaredHalfAngle<T> squared_half_angle(const T& angle) {
  const auto [c, k] = internal::half_angle(angle);
  return {T(c * c), T(k * k), T(c * c + k * k / T(3))};
}

void require_even(int d) {
  if (d < 2 || d % 2 != 0) {
    throw InputError("dimension " + std::to_string(d) + ": a rotation in every plane needs an even one, at least 2");
  }
}

// The positive root of a x^2 + b x - e with a, e > 0, without cancellation.
template <RealScalar T>
T positive_root(const T& a, const T& b, const T& e) {
  using std::sqrt;
  const T root = sqrt(T(b * b + T(4) * a * e));
  return b >= T(0) ? T(T(2) * e / (b + root)) : T((root - b) / (T(2) * a));
}

}  // namespace

template <class T>
IsotropicIntegrals<T> isotropic_integrals_of(const T& c_squared, const T& i1) {
  const T k_squared = T(1) - c_squared;
  const T i2 = (T(1) + i1) / (T(2) * c_squared);
  const T i3 = (T(1) + T(3) * i2) / (T(4) * c_squared);
  return {c_squared, k_squared, i1, i2, i3, T(c_squared + k_squared / T(3))};
}

template <RealScalar T>
IsotropicIntegrals<T> isotropic_integrals(const T& angle) {
  using std::sin;
  if (angle >= pi<T>()) {
    throw DoesNotExist("isotropic integrals: they diverge at the angle pi");
  }
  const auto [c_squared, k_squared, mean_q] = squared_half_angle(angle);
  IsotropicIntegrals<T> result = isotropic_integrals_of<T>(c_squared, angle == T(0) ? T(1) : T(angle / sin(angle)));
  result.k_squared = k_squared;  // 1 - c^2 cancels at small angles
  result.mean_q = mean_q;
  return result;
}

template <class T>
CrossoverQuadratic<T> crossover_quadratic(int d, const IsotropicIntegrals<T>& q) {
  return {T(d + 2) * q.i3 - q.c_squared * q.i2 * q.i2, T(1 + d) * q.i2 - T(d),
          -(T(1) + T(d + 2) * q.mean_q - q.c_squared)};
}

template <RealScalar T>
T isotropic_pair_variance(int d, const T& angle, const T& f_squared) {
  require_even(d);
  internal::require_squared_noise(f_squared);
  const IsotropicIntegrals<T> q = isotropic_integrals(angle);
  return T(T(16 * d) * f_squared * q.k_squared *
           (T(1 + d) * q.i2 + f_squared * (T(d + 2) * q.i3 - q.c_squared * q.i2 * q.i2)));
}

template <RealScalar T>
T isotropic_ot_variance(int d, const T& angle, const T& f_squared) {
  require_even(d);
  internal::require_squared_noise(f_squared);
  const auto [c_squared, k_squared, mean_q] = squared_half_angle(angle);
  return T(T(16 * d) * k_squared * (T(1) + T(d) * (mean_q + f_squared) + T(2) * mean_q - c_squared));
}

template <RealScalar T>
T isotropic_independent_variance(int d, const T& f_squared) {
  if (d < 1) {
    throw InputError("dimension " + std::to_string(d) + ": must be at least 1");
  }
  internal::require_squared_noise(f_squared);
  return T(T(8 * d) * (T(2 * d + 4) / T(3) + T(d) * f_squared));
}

template <RealScalar T>
T isotropic_crossover(int d, const T& angle) {
  require_even(d);
  if (!(angle > T(0))) {
    throw InputError("angle " + to_decimal<T>(angle, 6) + " rad: must lie in (0, pi); at 0 the two fields are one");
  }
  const auto [leading, linear, constant] = crossover_quadratic<T>(d, isotropic_integrals(angle));
  return positive_root<T>(leading, linear, T(-constant));
}

template <RealScalar T>
T variance_crossover(const Coupling<T>& coupling) {
  const PairField<T> pair = pair_field(coupling);
  const PairField<T> optimal = optimal_transport_field(coupling.target);
  if (coupling.kind == CouplingKind::optimal || pair.matrix == optimal.matrix) {
    throw DoesNotExist("variance crossover: the coupling is the optimal-transport one, and its two fields are one");
  }
  const VarianceInNoise<T> of_pair = variance_in_constant_noise(coupling, pair);
  const VarianceInNoise<T> of_optimal = variance_in_constant_noise(coupling, optimal);
  const T quadratic = of_pair.quadratic - of_optimal.quadratic;
  const T linear = of_pair.linear - of_optimal.linear;
  // Under its own coupling the pair field has no variance without noise.
  const T excess = of_optimal.constant - of_pair.constant;
  if (!(quadratic > T(0) && excess > T(0))) {
    throw DoesNotExist(
        "variance crossover: without noise the pair field has the lower variance, and the difference of the two "
        "quadratics does not change its sign once");
  }
  return positive_root<T>(quadratic, linear, excess);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                \
  template IsotropicIntegrals<T> isotropic_integrals<T>(const T&); \
  template T isotropic_pair_variance<T>(int, const T&, const T&);  \
  template T isotropic_ot_variance<T>(int, const T&, const T&);    \
  template T isotropic_independent_variance<T>(int, const T&);     \
  template T isotropic_crossover<T>(int, const T&);                \
  template T variance_crossover<T>(const Coupling<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE
#define STRAIGHTEDGE_INSTANTIATE(T)                                             \
  template IsotropicIntegrals<T> isotropic_integrals_of<T>(const T&, const T&); \
  template CrossoverQuadratic<T> crossover_quadratic<T>(int, const IsotropicIntegrals<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Interval)
STRAIGHTEDGE_INSTANTIATE(IntervalSeries)
STRAIGHTEDGE_INSTANTIATE(RealSeries)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
