// Convex functions psi of images, whose gradients are optimal-transport maps.
//
// By Brenier's theorem x -> grad psi(x) is the optimal-transport map, for the squared distance, from any distribution
// of sources to its image. Each psi here is strongly convex with a known modulus a:
//   psi(y) >= psi(x) + <grad psi(x), y - x> + a/2 |y - x|^2.
//
//   convolution  <x, K x>/2               K: a periodic blur of height and width, and a mixing of colours; symmetric,
//                                         its spectrum real and in [a, 1]
//   dct          sum_k g((Q x)_k)         Q: the orthonormal DCT-II of height and width; g(u) = u^2/4 + log cosh(u)/2,
//                                         so grad psi(x) = Q^T g'(Q x) with g' increasing
//   network      |x|^2/4 + sum w . z_2    an input-convex network of two convolutions, seeded:
//                                         z_1 = softplus(W_1 * x + b_1), z_2 = softplus(U * z_1 + W_2 * x + b_2)
//                                         with U >= 0 and w >= 0; the sum is over pixels
//   sum          their mean: a sum of gradients of convex functions is one again, a composition of them need not be
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>

namespace straightedge::train {

/// Of a row of x: its image has this height, width and number of colours, in this order.
struct PotentialShape {
  std::int64_t height, width, colours;
};

class ConvexPotential {
 public:
  explicit ConvexPotential(double modulus) : modulus_(modulus) {}
  virtual ~ConvexPotential() = default;

  /// psi [n] of x [n, d], fp64.
  [[nodiscard]] virtual at::Tensor value(const at::Tensor& x) const = 0;
  /// grad psi [n, d] of x [n, d], fp64.
  [[nodiscard]] virtual at::Tensor gradient(const at::Tensor& x) const = 0;
  /// a, above 0.
  [[nodiscard]] double modulus() const { return modulus_; }

 private:
  double modulus_;
};

/// `kind`: convolution | dct | network | sum. `seed`: of the network's weights. On the CPU.
[[nodiscard]] std::unique_ptr<ConvexPotential> make_potential(const std::string& kind, const PotentialShape& shape,
                                                              std::int64_t seed);

/// The least of (psi(x_j) - psi(x_i) - <y_i, x_j - x_i>) / (|x_j - x_i|^2 / 2) over i != j with x_i != x_j; infinity
/// where there is none. x, y [n, d] and psi [n], fp64.
///
/// Where it is not negative no assignment of the x to the y costs less than the identity, whatever psi is: the sum over
/// any cycle of the numerators is the sum of <y_i, x_i - x_s(i)>, which is then >= 0. For y = grad psi(x) it is at
/// least the modulus.
[[nodiscard]] double least_convexity(const at::Tensor& x, const at::Tensor& y, const at::Tensor& psi);

}  // namespace straightedge::train
