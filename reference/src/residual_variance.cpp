// Gradient variances of the two parametrisations in which the gradient is the residual, up to a factor: time-local
// affine and functional.
#include <straightedge/gradient_variance.hpp>
#include <straightedge/loss.hpp>

#include "field_integration.hpp"

namespace straightedge {
namespace {

template <RealScalar T>
bool is_exactly_fitted(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  return !noise.is_noisy() && mismatch<T>(coupling, field).vanishes;
}

}  // namespace

template <RealScalar T>
T gradient_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  if (is_exactly_fitted<T>(coupling, noise, field)) {
    return T(0);
  }
  if (loss_is_infinite<T>(coupling, noise, field)) {
    return std::numeric_limits<T>::infinity();
  }
  const Mismatch<T> gap = mismatch<T>(coupling, field);
  const QuadratureRule<T> rule = internal::field_rule<T>(internal::field_spectrum<T>(field.matrix), Falloff::none);
  T result(0);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    result +=
        rule.weights[i] * residual_moments_at_time<T>(coupling, noise, field, gap, rule.nodes[i]).time_local_variance;
  }
  return result;
}

template <RealScalar T>
T gradient_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise, const PairField<T>& field) {
  if (is_exactly_fitted<T>(coupling, noise, field)) {
    return T(0);
  }
  if (loss_is_infinite<T>(coupling, noise, field)) {
    return std::numeric_limits<T>::infinity();
  }
  const Mismatch<T> gap = mismatch<T>(coupling, field);
  const QuadratureRule<T> rule = internal::field_rule<T>(internal::field_spectrum<T>(field.matrix), Falloff::none);
  T second(0);
  Vector<T> mean = Vector<T>::Zero(field.dimension());
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const ResidualMomentsAtTime<T> at = residual_moments_at_time<T>(coupling, noise, field, gap, rule.nodes[i]);
    second += rule.weights[i] * at.loss;
    mean += rule.weights[i] * at.mean;
  }
  return T(4) * (second - squared_norm<T>(mean));
}

template <RealScalar T>
T minimiser_variance_time_local(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  if (noise.adds_noise_to_target()) {
    return std::numeric_limits<T>::infinity();
  }
  T result(0);
  if (coupling.is_deterministic() && !noise.is_noisy()) {
    return result;
  }
  const QuadratureRule<T> rule = internal::interpolant_rule<T>(coupling, noise);
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    result += rule.weights[i] * minimiser_residual_at_time<T>(coupling, noise, rule.nodes[i]).time_local_variance;
  }
  return result;
}

template <RealScalar T>
T minimiser_variance_functional(const Coupling<T>& coupling, const NoiseSchedule<T>& noise) {
  return T(4) * minimum_loss<T>(coupling, noise);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                             \
  template T gradient_variance_time_local<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&); \
  template T gradient_variance_functional<T>(const Coupling<T>&, const NoiseSchedule<T>&, const PairField<T>&); \
  template T minimiser_variance_time_local<T>(const Coupling<T>&, const NoiseSchedule<T>&);                     \
  template T minimiser_variance_functional<T>(const Coupling<T>&, const NoiseSchedule<T>&);

STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
