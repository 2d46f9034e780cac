#include <straightedge/error.hpp>
#include <straightedge/quadrature.hpp>

#include <cmath>
#include <map>
#include <mutex>
#include <string>

namespace straightedge {
namespace {

/// What depends on the number n of nodes alone: theta_j = pi j / n for j = -(n-1)/2 .. (n-1)/2.
template <class T>
struct Period {
  std::vector<T> tangent;  ///< tan theta_j for j >= 0
  std::vector<T> cosine;   ///< cos(2 pi i / n), i = 0 .. n-1
  std::vector<T> sine;     ///< sin(2 pi i / n)
};

template <RealScalar T>
const Period<T>& period(int n) {
  using std::cos;
  using std::sin;
  using std::tan;
  static std::mutex mutex;
  static std::map<int, Period<T>> cache;
  const std::lock_guard lock(mutex);
  const auto [entry, is_new] = cache.try_emplace(n);
  if (is_new) {
    for (int i = 0; i < n; ++i) {
      const T angle = T(i) * pi<T>() / T(n);
      if (2 * i < n) {
        entry->second.tangent.push_back(tan(angle));
      }
      entry->second.cosine.push_back(cos(T(2) * angle));
      entry->second.sine.push_back(sin(T(2) * angle));
    }
  }
  return entry->second;
}

/// cos 2 theta and sin 2 theta from tan theta.
template <class T>
struct DoubleAngle {
  T cosine, sine;
};
template <class T>
DoubleAngle<T> double_angle(const T& tangent) {
  const T square = tangent * tangent;
  const T reciprocal = T(1) / (T(1) + square);
  return {(T(1) - square) * reciprocal, T(2) * tangent * reciprocal};
}

template <class T>
DoubleAngle<T> sum_of_angles(const DoubleAngle<T>& x, const DoubleAngle<T>& y) {
  return {x.cosine * y.cosine - x.sine * y.sine, x.sine * y.cosine + x.cosine * y.sine};
}

}  // namespace

double pole_pair_amplification(double a, double b, int order) {
  const double angle = std::atan2(b, b * b - a * (1 - a));
  return std::pow(1 / std::sin(angle / 2), 2 * order - 2);
}

/// Node theta_j has the weight of the interpolation's integral,
///     w_j = (1/n) [L + sum_{k=1}^{order-1} (sin 2k(theta_1 - theta_j) - sin 2k(theta_0 - theta_j)) / k],
/// with theta_0 and theta_1 at t = 0 and 1, and L = theta_1 - theta_0.
template <RealScalar T>
QuadratureRule<T> pole_pair_rule(const T& a, const T& b, int order) {
  using std::atan2;
  if (!(b > T(0)) || order < 1) {
    throw InputError("pole_pair_rule: needs b > 0 and an order of at least 1, not " + std::to_string(order));
  }
  const int n = 2 * order - 1;
  const Period<T>& table = period<T>(n);
  const DoubleAngle<T> begin = double_angle<T>(T(-a / b));
  const DoubleAngle<T> end = double_angle<T>(T((T(1) - a) / b));
  const T length = atan2(b, T(b * b - a * (T(1) - a)));
  // The parts of w_j that are even and odd in j.
  std::vector<T> even(table.tangent.size(), length);
  std::vector<T> odd(table.tangent.size(), T(0));
  DoubleAngle<T> at_begin = begin;
  DoubleAngle<T> at_end = end;
  for (int k = 1; k < order; ++k) {
    const T sine = (at_end.sine - at_begin.sine) / T(k);
    const T cosine = (at_end.cosine - at_begin.cosine) / T(k);
    for (std::size_t j = 0; j < even.size(); ++j) {
      const std::size_t turn = static_cast<std::size_t>(k) * j % static_cast<std::size_t>(n);
      even[j] += sine * table.cosine[turn];
      odd[j] -= cosine * table.sine[turn];
    }
    at_begin = sum_of_angles(at_begin, begin);
    at_end = sum_of_angles(at_end, end);
  }
  QuadratureRule<T> rule;
  const auto append = [&](const T& tangent, const T& weight) {
    rule.nodes.push_back(a + b * tangent);
    rule.weights.push_back(weight * b * (T(1) + tangent * tangent) / T(n));
  };
  for (std::size_t j = even.size(); j-- > 1;) {
    append(T(-table.tangent[j]), T(even[j] - odd[j]));
  }
  append(T(0), even[0]);
  for (std::size_t j = 1; j < even.size(); ++j) {
    append(table.tangent[j], T(even[j] + odd[j]));
  }
  return rule;
}

#define STRAIGHTEDGE_INSTANTIATE(T) template QuadratureRule<T> pole_pair_rule<T>(const T&, const T&, int);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)

}  // namespace straightedge
