#include <straightedge/quadrature.hpp>

#include <straightedge/error.hpp>

#include <cmath>
#include <map>
#include <mutex>
#include <numbers>

namespace straightedge {
namespace {

/// P_n(x) and P_{n-1}(x) by the three-term recurrence k P_k = (2k-1) x P_{k-1} - (k-1) P_{k-2}.
template <class T>
struct LegendrePair {
  T value;
  T previous;
};

template <class T>
LegendrePair<T> legendre(int n, const T& x) {
  T previous(1);
  T value(x);
  for (int k = 2; k <= n; ++k) {
    const T next = (T(2 * k - 1) * x * value - T(k - 1) * previous) / T(k);
    previous = value;
    value = next;
  }
  return {value, previous};
}

/// P_n'(x) = n (P_{n-1} - x P_n) / (1 - x^2), for |x| < 1.
template <class T>
T legendre_slope(int n, const T& x, const LegendrePair<T>& p) {
  return T(n) * (p.previous - x * p.value) / (T(1) - x * x);
}

/// The i-th root of P_n from the right, i = 1..n, by Newton's iteration from Tricomi's approximation.
template <class T>
T legendre_root(int n, int i) {
  using std::abs;
  using std::sqrt;
  if (2 * i == n + 1) {
    return T(0);
  }
  T x(std::cos(std::numbers::pi * (4 * i - 1) / (4 * n + 2)) * (1.0 - (n - 1.0) / (8.0 * n * n * n)));
  // Quadratic convergence: after a step below sqrt(u) the next error is below u.
  const T enough = sqrt(unit_roundoff<T>()) / T(1 << 10);
  for (T step(1); step > enough;) {
    const auto p = legendre(n, x);
    const T change = p.value / legendre_slope(n, x, p);
    x -= change;
    step = abs(change);
  }
  return x;
}

template <class T>
QuadratureRule<T> compute_gauss_legendre(int n) {
  QuadratureRule<T> rule;
  for (int i = n; i >= 1; --i) {
    const T x = i > n / 2 ? T(-legendre_root<T>(n, n + 1 - i)) : legendre_root<T>(n, i);
    const T slope = legendre_slope(n, x, legendre(n, x));
    rule.nodes.push_back((T(1) + x) / T(2));
    rule.weights.push_back(T(1) / ((T(1) - x * x) * slope * slope));
  }
  return rule;
}

}  // namespace

template <RealScalar T>
const QuadratureRule<T>& gauss_legendre(int n) {
  if (n < 1) {
    throw InputError("gauss_legendre: needs at least one node, not " + std::to_string(n));
  }
  static std::mutex mutex;
  static std::map<int, QuadratureRule<T>> cache;
  const std::lock_guard lock(mutex);
  const auto found = cache.find(n);
  return found != cache.end() ? found->second : cache.emplace(n, compute_gauss_legendre<T>(n)).first->second;
}

#define STRAIGHTEDGE_INSTANTIATE(T) template const QuadratureRule<T>& gauss_legendre<T>(int);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
