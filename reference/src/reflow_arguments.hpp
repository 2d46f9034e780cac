// Arguments that the closed forms of rectification share: an angle in [0, pi] and a squared noise F >= 0.
#pragma once

#include <straightedge/error.hpp>
#include <straightedge/scalar.hpp>

#include <cmath>

namespace straightedge::internal {

/// c = cos(angle/2) and k = sin(angle/2).
template <class T>
struct HalfAngle {
  T cosine;
  T sine;
};

template <RealScalar T>
[[nodiscard]] HalfAngle<T> half_angle(const T& angle) {
  using std::cos;
  using std::sin;
  if (!(angle >= T(0) && angle <= pi<T>())) {
    throw InputError("angle " + to_decimal<T>(angle, 6) + " rad: must lie in [0, pi]");
  }
  const T half = angle / T(2);
  return {T(cos(half)), T(sin(half))};
}

template <RealScalar T>
void require_squared_noise(const T& f_squared) {
  if (!(f_squared >= T(0))) {
    throw InputError("squared noise " + to_decimal<T>(f_squared, 6) + ": must not be negative");
  }
}

}  // namespace straightedge::internal
