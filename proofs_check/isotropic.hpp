// What the claims on isotropic problems share: M = I, d even, a rotation by the same angle in every plane, constant
// noise.
//
// Rounding. S = (I + t Th)^{-1} has condition at most 1/c, c = cos(angle/2), and enters a gradient moment up to six
// times; Th = R - I is known to u absolutely, so to u/k relatively, k = sin(angle/2). A moment therefore carries a
// relative error of a small multiple of  d u / (c k), and rounding_bound takes 64 d for the multiple.
#pragma once

#include <claim.hpp>
#include <generators.hpp>
#include <variance_margin.hpp>

#include <straightedge/gradient_variance.hpp>
#include <straightedge/loss.hpp>
#include <straightedge/reflow.hpp>

#include <cmath>

namespace straightedge::proofs {

/// The angle of every plane in radians, from the key `angles` (1/16 degree).
template <RealScalar T>
[[nodiscard]] T isotropic_angle(const Case& value) {
  return T(static_cast<int>(value.list("angles").front())) * pi<T>() / T(180 * 16);
}

template <RealScalar T>
[[nodiscard]] double relative_error(const T& found, const T& expected) {
  using std::abs;
  return static_cast<double>(T(abs(T(found - expected)) / abs(expected)));
}

template <RealScalar T>
[[nodiscard]] double isotropic_rounding_bound(int d, const T& angle) {
  using std::cos;
  using std::sin;
  const T half = angle / T(2);
  return static_cast<double>(T(T(256 * d) * unit_roundoff<T>() / (cos(half) * sin(half))));
}

/// A case of the isotropic problem: `d` even, `angles` equal, `sigma` in 1/256.
[[nodiscard]] inline Case isotropic(int d, std::int64_t sixteenths_of_degree, std::int64_t sigma) {
  Case value;
  value.set("d", d).set("root", Case::List(static_cast<std::size_t>(d), 0));
  value.set("angles", Case::List(static_cast<std::size_t>(d / 2), sixteenths_of_degree));
  value.set("sigma", sigma);
  return value;
}

}  // namespace straightedge::proofs
