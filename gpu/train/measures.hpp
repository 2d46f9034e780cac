// What is measured on a trained flow, as functions of tensors.
#pragma once

#include <ATen/core/Tensor.h>
#include <data/pairs.hpp>

#include <cstdint>
#include <vector>

namespace straightedge::train {

/// sqrt(mean over coordinates of (a - b)^2) of each row. [n]
[[nodiscard]] at::Tensor row_rms(const at::Tensor& a, const at::Tensor& b);

/// Unbiased squared MMD with kernel exp(-|x - y|^2 / (2 h^2)) for each bandwidth, by the operator `mmd`.
[[nodiscard]] std::vector<double> squared_mmd(const at::Tensor& x, const at::Tensor& y,
                                              const std::vector<double>& bandwidths);

/// The same from x to a mixture whose expectations are exact, in closed form: for Y ~ N(m, C),
///   E k(x, Y) = h^d det(h^2 I + C)^{-1/2} exp(-(x-m)^T (h^2 I + C)^{-1} (x-m) / 2),
/// and E k(Y, Y') of two components likewise, with the difference of their means and the sum of their covariances.
[[nodiscard]] std::vector<double> squared_mmd_to_mixture(const at::Tensor& x, const Mixture& mixture,
                                                         const std::vector<double>& bandwidths);

/// Median distance of distinct rows among the first 1000 of x.
[[nodiscard]] double median_distance(const at::Tensor& x);

/// Mean over `directions` seeded unit vectors of the squared 2-Wasserstein distance of the projections; x and y have
/// the same number of rows.
[[nodiscard]] double sliced_wasserstein_squared(const at::Tensor& x, const at::Tensor& y, std::int64_t directions,
                                                std::int64_t seed);

/// Distances of each row of q to the nearest and the second nearest row of the bank, and which the nearest is. [n] each
struct NearestTwo {
  at::Tensor first, second, index;
};
[[nodiscard]] NearestTwo nearest_two(const at::Tensor& q, const at::Tensor& bank);

}  // namespace straightedge::train
