// Group normalisation and SiLU of x [N, H, W, C], channels last; channel c is in group floor(c groups / C). Over the
// m = H W C / groups elements of each sample and group:
//
//   mean = sum x / m    d = x - mean    s = 1 / sqrt(sum d^2 / m + eps)    n = d s
//   a = n gamma[c] + beta[c]            g = 1 / (1 + exp(-a))              y = a g
//
// Backward: e = dy g (1 + a (1 - g)), u = e gamma[c], sums over the sample's group:
//   dgamma[c] = sum e n    dbeta[c] = sum e    dx = s (u - sum u / m - n (sum u n / m))
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>
#include <cstring>

namespace straightedge::ops {

/// 2^n for -126 <= n <= 127.
STRAIGHTEDGE_HOST_DEVICE inline float power_of_two(std::int32_t n) {
  const std::uint32_t bits = static_cast<std::uint32_t>(n + 127) << 23U;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/// exp(x) without a table or a branch, so that loops on the host are vectorised. Within one unit in the last place;
/// infinite beyond 88.72, 0 below -103.97, and a NaN stays one.
///
/// x = n ln 2 + r, |r| <= ln 2 / 2, with ln 2 in two parts of which the first times n is exact.
STRAIGHTEDGE_HOST_DEVICE inline float exponential_in_loops(float x) {
  constexpr float shift = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  const float bounded = x > 128.0F ? 128.0F : (x < -128.0F ? -128.0F : x);
  const float n = (bounded * 1.44269504F + shift) - shift;
  const float r = (bounded - n * 0.693359375F) - n * -2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = (p * (r * r) + r) + 1.0F;
  // Two factors: a result may be infinite, or below the smallest normal number, where one factor is neither.
  const auto exponent = n == n ? static_cast<std::int32_t>(n) : 0;
  const std::int32_t half = exponent / 2;
  return (p * power_of_two(half)) * power_of_two(exponent - half);
}

STRAIGHTEDGE_HOST_DEVICE inline float exponential(float x) {
#ifdef __CUDA_ARCH__
  return expf(x);
#else
  return exponential_in_loops(x);
#endif
}
STRAIGHTEDGE_HOST_DEVICE inline double exponential(double x) {
  return exp(x);
}

/// 1 / sqrt(sum / m + eps).
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S inverse_deviation(S sum_of_squares, S m, S eps) {
  using std::sqrt;
  return S(1) / sqrt(sum_of_squares / m + eps);
}

/// One element on its way through the normalisation.
template <class S>
struct Activation {
  S n;
  S a;
  S g;

  STRAIGHTEDGE_HOST_DEVICE Activation(S x, S mean, S scale, S gamma, S beta)
      : n((x - mean) * scale), a(n * gamma + beta), g(S(1) / (S(1) + exponential(-a))) {}

  [[nodiscard]] STRAIGHTEDGE_HOST_DEVICE S y() const { return a * g; }
  /// e of the header comment.
  [[nodiscard]] STRAIGHTEDGE_HOST_DEVICE S slope(S dy) const { return dy * g * (S(1) + a * (S(1) - g)); }
  /// dx, of u, sum u / m and sum u n / m.
  [[nodiscard]] STRAIGHTEDGE_HOST_DEVICE S input_gradient(S u, S scale, S mean_u, S mean_u_n) const {
    return scale * (u - mean_u - n * mean_u_n);
  }
};

}  // namespace straightedge::ops
