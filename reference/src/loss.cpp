#include <straightedge/loss.hpp>

#include "field_integration.hpp"

namespace straightedge {
namespace {

template <RealScalar T>
bool diverges_with(const NoiseSchedule<T>& noise, const PairField<T>& field, const Mismatch<T>& gap,
                   const internal::FieldSpectrum<T>& spectrum) {
  if (noise.adds_noise_to_target()) {
    return true;
  }
  if (gap.vanishes && !noise.is_noisy()) {
    return false;
  }
  return internal::diverges<T>(spectrum, [&](const T& t) { return loss_at_time<T>(noise, field, gap, t); });
}

}  // namespace

template <RealScalar T>
bool loss_is_infinite(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  return diverges_with<T>(noise, field, mismatch<T>(coupling, field), internal::field_spectrum<T>(field.matrix));
}

template <RealScalar T>
T loss(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  const Mismatch<T> gap = mismatch<T>(coupling, field);
  const internal::FieldSpectrum<T> spectrum = internal::field_spectrum<T>(field.matrix);
  if (diverges_with<T>(noise, field, gap, spectrum)) {
    return std::numeric_limits<T>::infinity();
  }
  T result(0);
  if (gap.vanishes && !noise.is_noisy()) {
    return result;
  }
  const QuadratureRule<T> rule =
      internal::field_rule<T>(spectrum, noise.kind == NoiseKind::bridge ? Falloff::none : Falloff::inverse_square);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    result += rule.weights[i] * loss_at_time<T>(noise, field, gap, rule.nodes[i]);
  }
  return result;
}

template <RealScalar T>
T minimum_loss(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  if (noise.adds_noise_to_target()) {
    return std::numeric_limits<T>::infinity();
  }
  T result(0);
  if (coupling.is_deterministic() && !noise.is_noisy()) {
    return result;
  }
  const QuadratureRule<T> rule = internal::interpolant_rule<T>(coupling, noise);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    result += rule.weights[i] * minimiser_residual_at_time<T>(coupling, noise, rule.nodes[i]).loss;
  }
  return result;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                    \
  template bool loss_is_infinite<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&); \
  template T loss<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&);                \
  template T minimum_loss<T>(const Coupling<T>&, const NoiseSchedule<T>&);

STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
