// Forward differentiation: a value and its partial derivatives in N directions, carried through sums, products and
// quotients. In intervals it gives the mean-value form, whose excess width falls with the square of the box:
//     f(x) in f(c) + sum_i f_i(X) (X_i - c_i)   for x and c in the box X, f_i(X) an enclosure of the derivative on X.
#pragma once

#include <array>
#include <cstddef>
#include <square.hpp>

namespace straightedge::proofs {

template <class T, std::size_t N>
struct Gradient {
  T value;
  std::array<T, N> derivatives;

  /// A constant.
  explicit Gradient(const T& constant) : value(constant) { derivatives.fill(T(0)); }
  explicit Gradient(int constant) : Gradient(T(constant)) {}
  /// The variable of direction `i`.
  Gradient(const T& variable, std::size_t i) : Gradient(variable) { derivatives[i] = T(1); }

  friend Gradient operator+(const Gradient& f, const Gradient& g) {
    return combined(T(f.value + g.value), [&](std::size_t i) { return f.derivatives[i] + g.derivatives[i]; });
  }
  friend Gradient operator-(const Gradient& f, const Gradient& g) {
    return combined(T(f.value - g.value), [&](std::size_t i) { return f.derivatives[i] - g.derivatives[i]; });
  }
  friend Gradient operator*(const Gradient& f, const Gradient& g) {
    return combined(T(f.value * g.value),
                    [&](std::size_t i) { return f.derivatives[i] * g.value + f.value * g.derivatives[i]; });
  }
  friend Gradient operator/(const Gradient& f, const Gradient& g) {
    const T quotient = f.value / g.value;
    return combined(quotient,
                    [&](std::size_t i) { return (f.derivatives[i] - quotient * g.derivatives[i]) / g.value; });
  }
  friend Gradient square(const Gradient& f) {
    return combined(T(square(f.value)), [&](std::size_t i) { return T(2) * f.value * f.derivatives[i]; });
  }
  Gradient& operator+=(const Gradient& f) { return *this = *this + f; }

 private:
  template <class Derivative>
  static Gradient combined(const T& value, const Derivative& derivative) {
    Gradient result(value);
    for (std::size_t i = 0; i < N; ++i) {
      result.derivatives[i] = derivative(i);
    }
    return result;
  }
};

}  // namespace straightedge::proofs
