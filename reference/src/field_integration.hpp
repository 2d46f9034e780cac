// Integration over t of moments of the field (th, Th): where the integral exists, and the quadrature for it.
#pragma once

#include "schur.hpp"

#include <straightedge/field.hpp>
#include <straightedge/quadrature.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace straightedge::internal {

/// True iff the integrand, rational in t and not negative, has a pole at `time` in [0,1]. Its order is then even: ten
/// times nearer the value grows a hundredfold or more, while next to a removable singularity it hardly changes.
template <RealScalar T, class Integrand>
bool has_pole(const Integrand& integrand, const T& time) {
  using std::isfinite;
  using std::pow;
  // Far enough from `time` that neither its own error (u, or sqrt(u) for a double root) nor cancellation next to it
  // matters.
  const T near = pow(unit_roundoff<T>(), T(1) / T(6)) / T(10);
  const T far = T(10) * near;
  const T sign = time + far <= T(1) ? T(1) : T(-1);
  const T inner_value = integrand(time + sign * near);
  const T outer_value = integrand(time + sign * far);
  return !isfinite(inner_value) || inner_value > T(30) * outer_value;
}

template <RealScalar T, class Integrand>
bool diverges(const FieldSpectrum<T>& spectrum, const Integrand& integrand) {
  const std::vector<T>& times = spectrum.singular_times;
  return std::any_of(times.begin(), times.end(), [&](const T& time) { return has_pole<T>(integrand, time); });
}

template <RealScalar T>
int quadrature_digits() {
  return std::numeric_limits<T>::digits10 + 2;
}

/// Poles that matter to a quadrature: those on [0,1] are left out, since the caller has shown them to be removable.
inline std::vector<std::complex<double>> off_the_interval(std::vector<std::complex<double>> poles) {
  std::erase_if(poles, [](const std::complex<double>& pole) {
    constexpr double on_the_interval = 1e-7;  // what a double eigenvalue loses of a double real root
    return std::abs(pole.imag()) < on_the_interval && pole.real() > -on_the_interval &&
           pole.real() < 1 + on_the_interval;
  });
  return poles;
}

/// The pair a +- ib of poles, if it is the field's only one and near enough that the rule made for it errs by no more
/// than a few roundings; b = 0 otherwise.
template <RealScalar T>
struct PolePair {
  T a{0};
  T b{0};
};
template <RealScalar T>
PolePair<T> only_pole_pair(const FieldSpectrum<T>& spectrum, int order) {
  using std::abs;
  const auto& [real, imaginary] = spectrum.eigenvalues.front();
  const T same = T(64) * unit_roundoff<T>() * (abs(real) + abs(imaginary));
  for (const auto& [x, y] : spectrum.eigenvalues) {
    if (y == T(0) || abs(T(x - real)) > same || abs(T(abs(y) - abs(imaginary))) > same) {
      return {};
    }
  }
  const T square = real * real + imaginary * imaginary;
  const PolePair<T> pair{T(-real / square), T(abs(imaginary) / square)};
  constexpr double kSmall = 4096;
  const double lost = pole_pair_amplification(static_cast<double>(pair.a), static_cast<double>(pair.b), order);
  return lost <= kSmall ? pair : PolePair<T>{};
}

/// The rule for integrands whose poles are those of the field. `falloff` is that of the integrand where Th is regular
/// and so S ~ 1/t; along a kernel of Th it is not.
template <RealScalar T>
QuadratureRule<T> field_rule(const FieldSpectrum<T>& spectrum, Falloff falloff) {
  if (falloff == Falloff::inverse_square && !spectrum.eigenvalues.empty()) {
    // S enters a moment six times, and its denominator is det(I + t Th).
    const int order = 3 * static_cast<int>(spectrum.eigenvalues.size());
    constexpr int kLargestOrder = 12;  // about where graded_rule needs no more nodes
    if (const PolePair<T> pair = only_pole_pair<T>(spectrum, order); order <= kLargestOrder && pair.b > T(0)) {
      return pole_pair_rule<T>(pair.a, pair.b, order);
    }
  }
  std::vector<std::complex<double>> poles = poles_of<T>(spectrum.eigenvalues);
  if (poles.size() < spectrum.eigenvalues.size()) {
    falloff = Falloff::none;
  }
  if (!spectrum.singular_times.empty()) {
    poles = off_the_interval(std::move(poles));
  }
  return graded_rule<T>(poles, quadrature_digits<T>(), falloff);
}

/// The rule for integrands whose poles are those of Sigma_t^{-1}.
template <RealScalar T>
QuadratureRule<T> interpolant_rule(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  const Gaussian<double> target{convert<double, T>(coupling.target.mean),
                                convert<double, T>(coupling.target.covariance)};
  const Coupling<double> working{coupling.kind, target, convert<double, T>(coupling.cross),
                                 convert<double, T>(coupling.spread)};
  const NoiseSchedule<double> schedule{noise.kind, static_cast<double>(noise.sigma), noise.target};
  std::vector<std::complex<double>> poles = interpolant_poles(working, schedule);
  if (!singular_interpolant_times<T>(coupling, noise).empty()) {
    poles = off_the_interval(std::move(poles));
  }
  return graded_rule<T>(poles, quadrature_digits<T>());
}

}  // namespace straightedge::internal
