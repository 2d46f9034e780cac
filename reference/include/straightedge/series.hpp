// Truncated power series in one variable h:  c_0 + c_1 h + ... + c_N h^N.
//
// A template made of sums, products, quotients and square roots, sent through this type, gives the Taylor coefficients
// of what it computes. In intervals they make Taylor's formula rigorous: with the coefficients at the middle x_0 of a
// range X and, from a second evaluation on all of X, the N-th one,
//     f(x) in sum_{k < N} c_k(x_0) (x - x_0)^k + c_N(X) (x - x_0)^N.
#pragma once

#include <straightedge/scalar.hpp>

#include <array>
#include <cstddef>

namespace straightedge {
/// c_0 + c_1 h + ... + c_N h^N: sums, products, quotients and roots are cut off behind h^N.
template <class T, std::size_t N>
class Series {
 public:
  /// A constant.
  explicit Series(const T& constant) {
    coefficients_.fill(T(0));
    coefficients_[0] = constant;
  }
  explicit Series(int constant) : Series(T(constant)) {}
  explicit Series(const std::array<T, N + 1>& coefficients) : coefficients_(coefficients) {}
  /// c_k, for k <= N.
  [[nodiscard]] const T& operator[](std::size_t k) const { return coefficients_[k]; }
  /// Coefficients of f + g, f - g, -f and f g.
  friend Series operator+(const Series& f, const Series& g) {
    return by_coefficient([&](std::size_t k, const auto&) { return T(f[k] + g[k]); });
  }
  friend Series operator-(const Series& f, const Series& g) {
    return by_coefficient([&](std::size_t k, const auto&) { return T(f[k] - g[k]); });
  }
  friend Series operator-(const Series& f) {
    return by_coefficient([&](std::size_t k, const auto&) { return T(-f[k]); });
  }
  friend Series operator*(const Series& f, const Series& g) {
    return by_coefficient([&](std::size_t k, const auto&) {
      T sum(0);
      for (std::size_t i = 0; i <= k; ++i) {
        sum += f[i] * g[k - i];
      }
      return sum;
    });
  }
  /// Coefficients of f / g, for g[0] != 0.
  friend Series operator/(const Series& f, const Series& g) {
    return by_coefficient([&](std::size_t k, const auto& quotient) {
      T sum = f[k];
      for (std::size_t i = 1; i <= k; ++i) {
        sum -= g[i] * quotient[k - i];
      }
      return T(sum / g[0]);
    });
  }
  /// Coefficients of the positive root, for f[0] > 0.
  friend Series sqrt(const Series& f) {
    return by_coefficient([&](std::size_t k, const auto& root) {
      using std::sqrt;
      if (k == 0) {
        return T(sqrt(f[0]));
      }
      T sum = f[k];
      for (std::size_t i = 1; i < k; ++i) {
        sum -= root[i] * root[k - i];
      }
      return T(sum / (T(2) * root[0]));
    });
  }

 private:
  /// coefficient(k, the coefficients before it) for each k.
  template <class Coefficient>
  static Series by_coefficient(const Coefficient& coefficient) {
    Series result(0);
    for (std::size_t k = 0; k <= N; ++k) {
      result.coefficients_[k] = coefficient(k, result.coefficients_);
    }
    return result;
  }

  std::array<T, N + 1> coefficients_;
};

}  // namespace straightedge
