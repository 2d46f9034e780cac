// The unbiased squared maximum mean discrepancy, for each bandwidth h:
//
//   mmd2 = 2/(n (n-1)) sum_{i<j} K(x_i, x_j) + 2/(m (m-1)) sum_{i<j} K(y_i, y_j) - 2/(n m) sum_{i,j} K(x_i, y_j)
//   K(a, b) = exp(-|a - b|^2 / (2 h^2))
//
// Kernels are of the arithmetic's type, their sums are in fp64. It may be negative. h = 0 gives NaN where two points
// coincide.
#pragma once

#include <cmath>
#include <common/host_device.hpp>
#include <cstdint>

namespace straightedge::ops {

STRAIGHTEDGE_HOST_DEVICE inline float exponential_of_kernel(float x) {
  return expf(x);
}
STRAIGHTEDGE_HOST_DEVICE inline double exponential_of_kernel(double x) {
  return exp(x);
}

/// K for |a - b|^2 = `squared`. The exponent is formed in fp64: h^2 may be beyond fp32.
template <class S>
STRAIGHTEDGE_HOST_DEVICE inline S gaussian_kernel(S squared, double h) {
  return exponential_of_kernel(S(-double(squared) / (2.0 * h * h)));
}

STRAIGHTEDGE_HOST_DEVICE inline double discrepancy(double sum_xx, double sum_yy, double sum_xy, std::int64_t n,
                                                   std::int64_t m) {
  const double x = double(n);
  const double y = double(m);
  return 2.0 * sum_xx / (x * (x - 1.0)) + 2.0 * sum_yy / (y * (y - 1.0)) - 2.0 * sum_xy / (x * y);
}

}  // namespace straightedge::ops
