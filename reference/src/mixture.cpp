// The minimising field of a coupling of mixtures.
#include <straightedge/error.hpp>
#include <straightedge/mixture.hpp>

#include <cmath>

namespace straightedge {
namespace {

// Decimal input agrees with itself to a few units of its last digit, not to the tier's roundoff.
constexpr double kInputTolerance = 1e-12;

template <RealScalar T>
void require_valid(const MixtureComponent<T>& component, std::size_t index, Eigen::Index d) {
  const std::string place = "mixture component " + std::to_string(index) + ": ";
  if (!(component.weight > T(0))) {
    throw InputError(place + "weight " + to_decimal<T>(component.weight, 6) + "; must be above 0");
  }
  if (component.source.dimension() != d || component.target.dimension() != d || component.cross.rows() != d ||
      component.cross.cols() != d) {
    throw InputError(place + "source, target and cross-covariance must all have dimension " + std::to_string(d));
  }
  require_valid(component.source);
  require_valid(component.target);
  Matrix<T> joint(2 * d, 2 * d);
  joint << component.source.covariance, component.cross.transpose(), component.cross, component.target.covariance;
  const Vector<T> values = symmetric_eigen<T>(joint).values;
  if (!(values(0) >= -T(kInputTolerance) * values(values.size() - 1))) {
    throw InputError(place + "the joint covariance has the eigenvalue " + to_decimal<T>(values(0), 6) +
                     "; it must be positive semidefinite");
  }
}

// Sigma_k and B_k of one component at time t.
template <class T>
struct ComponentMoments {
  Matrix<T> sigma;
  Matrix<T> b;
};

template <class T>
ComponentMoments<T> moments(const MixtureComponent<T>& component, const NoiseSchedule<T>& noise, const T& t) {
  const T u = T(1) - t;
  const Matrix<T>& c = component.cross;
  Matrix<T> sigma =
      (u * u) * component.source.covariance + (t * t) * component.target.covariance + (t * u) * (c + c.transpose());
  Matrix<T> b =
      u * c + t * component.target.covariance - u * component.source.covariance - t * Matrix<T>(c.transpose());
  sigma.diagonal().array() += noise.squared(t);
  b.diagonal().array() += noise.target_cross(t);
  return {sigma, b};
}

// E[target | X_t = x, k], and log(pi_k N(x; m_k, Sigma_k)) up to a constant that all components share.
template <class T>
struct ComponentVelocity {
  Vector<T> velocity;
  T log_weight;
};

template <RealScalar T>
ComponentVelocity<T> component_velocity(const MixtureComponent<T>& component, const NoiseSchedule<T>& noise,
                                        const Vector<T>& x, const T& t) {
  using std::log;
  const auto [sigma, b] = moments(component, noise, t);
  const Matrix<T> lower = cholesky<T>(sigma);
  const Vector<T> centred = x - (T(1) - t) * component.source.mean - t * component.target.mean;
  const Vector<T> whitened = lower.template triangularView<Eigen::Lower>().solve(centred);
  const Vector<T> solved = lower.transpose().template triangularView<Eigen::Upper>().solve(whitened);
  T log_weight = log(component.weight) - squared_norm<T>(whitened) / T(2);
  for (Eigen::Index i = 0; i < lower.rows(); ++i) {
    log_weight -= log(T(lower(i, i)));
  }
  return {component.target.mean - component.source.mean + b * solved, log_weight};
}

}  // namespace

template <RealScalar T>
void require_valid(const MixtureCoupling<T>& mixture) {
  using std::abs;
  if (mixture.components.empty()) {
    throw InputError("mixture: it has no component; at least one is needed");
  }
  T total(0);
  for (std::size_t k = 0; k < mixture.components.size(); ++k) {
    require_valid(mixture.components[k], k, mixture.dimension());
    total += mixture.components[k].weight;
  }
  if (!(abs(T(total - T(1))) <= T(kInputTolerance))) {
    throw InputError("mixture: the weights sum to " + to_decimal<T>(total, 15) + "; they must sum to 1");
  }
}

template <RealScalar T>
Vector<T> mixture_minimiser_velocity(const MixtureCoupling<T>& mixture, const NoiseSchedule<T>& noise,
                                     const Vector<T>& x, const T& t) {
  using std::exp;
  std::vector<ComponentVelocity<T>> parts;
  parts.reserve(mixture.components.size());
  for (std::size_t k = 0; k < mixture.components.size(); ++k) {
    try {
      parts.push_back(component_velocity(mixture.components[k], noise, x, t));
    } catch (const DoesNotExist&) {
      throw DoesNotExist("mixture component " + std::to_string(k) +
                         ": the interpolant's covariance is singular at t = " + to_decimal<T>(t, 6));
    }
  }
  T largest = parts.front().log_weight;
  for (const auto& part : parts) {
    largest = part.log_weight > largest ? part.log_weight : largest;
  }
  Vector<T> weighted = Vector<T>::Zero(x.size());
  T total(0);
  for (const auto& part : parts) {
    const T weight = exp(T(part.log_weight - largest));
    weighted += weight * part.velocity;
    total += weight;
  }
  return weighted / total;
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                    \
  template void require_valid<T>(const MixtureCoupling<T>&);                                           \
  template Vector<T> mixture_minimiser_velocity<T>(const MixtureCoupling<T>&, const NoiseSchedule<T>&, \
                                                   const Vector<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
