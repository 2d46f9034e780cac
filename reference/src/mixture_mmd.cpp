// Population MMD of Gaussian mixtures in closed form.
#include <straightedge/error.hpp>
#include <straightedge/mixture.hpp>

#include <cmath>

namespace straightedge {
namespace {

// E k(X, Y) for independent X, Y. With h^2 I + A + B = L L^T it is  prod_i (h / L_ii) exp(-|L^{-1} (a-b)|^2 / 2): each
// factor is at most 1, so that nothing overflows.
template <RealScalar T>
T expected_kernel(const Gaussian<T>& x, const Gaussian<T>& y, const T& bandwidth) {
  using std::exp;
  Matrix<T> total = x.covariance + y.covariance;
  total.diagonal().array() += bandwidth * bandwidth;
  const Matrix<T> lower = cholesky<T>(total);
  const Vector<T> difference = x.mean - y.mean;
  const Vector<T> whitened = lower.template triangularView<Eigen::Lower>().solve(difference);
  T result = exp(T(-squared_norm<T>(whitened) / T(2)));
  for (Eigen::Index i = 0; i < lower.rows(); ++i) {
    result *= bandwidth / lower(i, i);
  }
  return result;
}

template <RealScalar T>
T expected_kernel(const GaussianMixture<T>& p, const GaussianMixture<T>& q, const T& bandwidth) {
  T result(0);
  for (std::size_t i = 0; i < p.components.size(); ++i) {
    for (std::size_t j = 0; j < q.components.size(); ++j) {
      result += p.weights[i] * q.weights[j] * expected_kernel(p.components[i], q.components[j], bandwidth);
    }
  }
  return result;
}

template <class T>
void require_shape(const GaussianMixture<T>& mixture, Eigen::Index d) {
  if (mixture.components.empty() || mixture.weights.size() != mixture.components.size()) {
    throw InputError("mixture: " + std::to_string(mixture.weights.size()) + " weights for " +
                     std::to_string(mixture.components.size()) + " components; as many are needed, and at least one");
  }
  for (const auto& component : mixture.components) {
    if (component.dimension() != d || component.covariance.rows() != d || component.covariance.cols() != d) {
      throw InputError("mixture: all components of both mixtures must have the same dimension, " + std::to_string(d));
    }
  }
}

}  // namespace

template <RealScalar T>
T population_mmd_squared(const GaussianMixture<T>& p, const GaussianMixture<T>& q, const T& bandwidth) {
  if (!(bandwidth > T(0))) {
    throw InputError("bandwidth of the MMD: " + to_decimal<T>(bandwidth, 6) + "; must be above 0");
  }
  const Eigen::Index d = p.components.empty() ? 0 : p.components.front().dimension();
  require_shape(p, d);
  require_shape(q, d);
  // Summed in one order for all three, so that equal mixtures give exactly 0.
  return T(expected_kernel(p, p, bandwidth) + expected_kernel(q, q, bandwidth) -
           T(2) * expected_kernel(p, q, bandwidth));
}

#define STRAIGHTEDGE_INSTANTIATE(T) \
  template T population_mmd_squared<T>(const GaussianMixture<T>&, const GaussianMixture<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
