#include <straightedge/gradient_variance.hpp>

#include "field_integration.hpp"
#include "noise_moments.hpp"

namespace straightedge {
namespace {

using internal::FieldSpectrum;

template <RealScalar T>
T infinity() {
  return std::numeric_limits<T>::infinity();
}

/// The gradient's second moment at one time with noise of `kind` and unit s: infinite together with every s > 0.
template <RealScalar T>
bool second_moment_diverges(NoiseKind kind, const PairField<T>& field, const Mismatch<T>& gap,
                            const FieldSpectrum<T>& spectrum) {
  const bool noisy = kind != NoiseKind::none;
  if (gap.vanishes && !noisy) {
    return false;
  }
  const NoiseSchedule<T> unit{kind, T(noisy ? 1 : 0), RegressionTarget::displacement};
  return internal::diverges<T>(
      spectrum, [&](const T& t) { return gradient_moments_at_time<T>(unit, field, gap, t).second_moment; });
}

/// F = s^2 weight(t).
template <RealScalar T>
T noise_weight(NoiseKind kind, const T& t) {
  return kind == NoiseKind::bridge ? T(t * (T(1) - t)) : T(1);
}

/// The moments of a field on its own coupling: all of them are of the noise.
template <RealScalar T>
MomentsInNoise<T> integrate_own_moments(NoiseKind kind, const FieldSpectrum<T>& spectrum,
                                        const QuadratureRule<T>& rule) {
  std::vector<T> scale;
  for (const T& t : rule.nodes) {
    scale.push_back(noise_weight<T>(kind, t));
  }
  const internal::NoiseMoments<T> moments = internal::noise_moments<T>(spectrum.form, rule, scale);
  const T positions(static_cast<int>(spectrum.form.rows()) + 1);
  return {T(0), T(4) * positions * moments.residual, T(4) * moments.product, T(0), T(0), T(4) * moments.mean};
}

template <RealScalar T>
MomentsInNoise<T> integrate_moments(NoiseKind kind, const PairField<T>& field, const Mismatch<T>& gap,
                                    const FieldSpectrum<T>& spectrum) {
  const Eigen::Index d = field.dimension();
  const bool noisy = kind != NoiseKind::none;
  MomentsInNoise<T> result{T(0), T(0), T(0), T(0), T(0), T(0)};
  if (gap.vanishes && !noisy) {
    return result;
  }
  const QuadratureRule<T> rule =
      internal::field_rule<T>(spectrum, kind == NoiseKind::bridge ? Falloff::none : Falloff::inverse_square);
  if (gap.vanishes) {
    return integrate_own_moments<T>(kind, spectrum, rule);
  }
  Vector<T> mean_shift = Vector<T>::Zero(d);
  Matrix<T> mean_matrix = Matrix<T>::Zero(d, d);
  Matrix<T> mean_matrix_noise = Matrix<T>::Zero(d, d);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const T& t = rule.nodes[i];
    const T& weight = rule.weights[i];
    const T scale = noise_weight<T>(kind, t);
    const GradientExpansion<T> g = gradient_expansion<T>(field, gap, t, noisy);
    const Vector<T> cross_q = g.cross.lazyProduct(g.q);
    result.second_constant +=
        weight * (g.residual * g.position + T(2) * squared_norm<T>(g.cross) + T(4) * inner<T>(g.p, cross_q));
    mean_shift += weight * g.p;
    mean_matrix += weight * (g.cross + g.p.lazyProduct(g.q.transpose()));
    if (noisy) {
      const Vector<T> noise_q = g.cross_noise.lazyProduct(g.q);
      result.second_linear += weight * scale *
                              (g.residual * g.position_noise + g.residual_noise * g.position -
                               T(4) * inner<T>(g.cross, g.cross_noise) - T(4) * inner<T>(g.p, noise_q));
      result.second_quadratic +=
          weight * scale * scale * (g.residual_noise * g.position_noise + T(2) * squared_norm<T>(g.cross_noise));
      mean_matrix_noise -= weight * scale * g.cross_noise;
    }
  }
  const T four(4);
  result.second_constant *= four;
  result.second_linear *= four;
  result.second_quadratic *= four;
  result.mean_constant = four * (squared_norm<T>(mean_shift) + squared_norm<T>(mean_matrix));
  result.mean_linear = T(8) * inner<T>(mean_matrix, mean_matrix_noise);
  result.mean_quadratic = four * squared_norm<T>(mean_matrix_noise);
  return result;
}

NoiseKind effective_kind(NoiseKind kind, bool noisy) {
  return noisy ? kind : NoiseKind::none;
}

}  // namespace

template <RealScalar T>
MomentsInNoise<T> moments_in_noise(const Coupling<T>& coupling, NoiseKind kind, const PairField<T>& field) {
  const Mismatch<T> gap = mismatch<T>(coupling, field);
  const FieldSpectrum<T> spectrum = internal::field_spectrum<T>(field.matrix);
  if (second_moment_diverges<T>(kind, field, gap, spectrum)) {
    const T inf = infinity<T>();
    return {inf, inf, inf, inf, inf, inf};
  }
  return integrate_moments<T>(kind, field, gap, spectrum);
}

template <RealScalar T>
bool gradient_is_infinite(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  return noise.adds_noise_to_target() ||
         second_moment_diverges<T>(effective_kind(noise.kind, noise.is_noisy()), field, mismatch<T>(coupling, field),
                                   internal::field_spectrum<T>(field.matrix));
}

template <RealScalar T>
GradientMoments<T> gradient_moments(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                    const PairField<T>& field) {
  const NoiseKind kind = effective_kind(noise.kind, noise.is_noisy());
  const Mismatch<T> gap = mismatch<T>(coupling, field);
  const FieldSpectrum<T> spectrum = internal::field_spectrum<T>(field.matrix);
  if (noise.adds_noise_to_target() || second_moment_diverges<T>(kind, field, gap, spectrum)) {
    return {infinity<T>(), infinity<T>(), infinity<T>()};
  }
  return integrate_moments<T>(kind, field, gap, spectrum).at(T(noise.sigma * noise.sigma));
}

template <RealScalar T>
T gradient_variance(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  return gradient_moments<T>(coupling, noise, field).variance;
}

template <RealScalar T>
VarianceInNoise<T> variance_in_constant_noise(const Coupling<T>& coupling, const PairField<T>& field) {
  const MomentsInNoise<T> m = moments_in_noise<T>(coupling, NoiseKind::constant, field);
  using std::isfinite;
  if (!isfinite(m.second_constant)) {
    return {infinity<T>(), infinity<T>(), infinity<T>()};
  }
  return {m.second_constant - m.mean_constant, m.second_linear - m.mean_linear, m.second_quadratic - m.mean_quadratic};
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                                  \
  template MomentsInNoise<T> moments_in_noise<T>(const Coupling<T>&, NoiseKind, const PairField<T>&);                \
  template bool gradient_is_infinite<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&);           \
  template GradientMoments<T> gradient_moments<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&); \
  template T gradient_variance<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&);                 \
  template VarianceInNoise<T> variance_in_constant_noise<T>(const Coupling<T>&, const PairField<T>&);

STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
