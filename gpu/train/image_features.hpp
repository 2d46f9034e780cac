// Distances of two sets of images by their features, and the network that makes features. With f features an image:
//
//   FID  |m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x^{1/2} C_y C_x^{1/2})^{1/2})     means and covariances, divisor n - 1
//   KID  mean_{i != j} k(x_i, x_j) + mean_{i != j} k(y_i, y_j) - 2 mean_{i, j} k(x_i, y_j)
//        with k(x, y) = (x.y / f + 1)^3
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <filesystem>
#include <memory>
#include <string>

namespace torch::jit {
struct Module;
}

namespace straightedge::train {

/// FID of features [n, f] and [m, f], in fp64. No root of a covariance is taken: for C = R'R, R of a QR decomposition
/// of the centred rows, the trace of the root is the sum of the singular values of R_x R_y'. So covariances may be
/// singular, as they are where n <= f, at no loss of digits; what rounding leaves below 0 is 0. It falls towards its
/// limit as n grows, so only sets of one size compare. Throws InputError for fewer than two rows.
[[nodiscard]] double frechet_distance(const at::Tensor& x, const at::Tensor& y);

/// KID of features [n, f] and [m, f], in fp64: unbiased at any n, so it may be below 0. Over all rows at once: that has
/// the expectation of the usual mean over random subsets of some hundreds of rows and a smaller variance, and nothing
/// is drawn. Throws InputError for fewer than two rows.
[[nodiscard]] double kernel_distance(const at::Tensor& x, const at::Tensor& y);

/// A TorchScript network that the user supplies, as torch.jit.save writes it: float [B, 3, H, W] in [0, 1], as
/// pytorch-fid has it, to features [B, f] or [B, f, 1, 1]. Resizing and normalisation are the network's own.
class FeatureNetwork {
 public:
  /// Loads it, in evaluation mode. Throws InputError if it cannot be read or is no TorchScript.
  FeatureNetwork(const std::filesystem::path& file, const at::Device& device);

  /// Features [n, f], fp64 on the CPU, of rows [n, h w c] in the order height, width, colour with values in [-1, 1],
  /// beyond which they are cut off; one colour is repeated three times. Throws InputError if there are no rows or a NaN
  /// in them, the network fails on them, or what it returns is of another shape or not finite.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& images, std::int64_t height, std::int64_t width,
                                      std::int64_t colours) const;

  /// Of the file.
  [[nodiscard]] const std::string& sha256() const { return sha256_; }

 private:
  /// What the network returns for pixels [B, 3, H, W].
  [[nodiscard]] at::Tensor forward(const at::Tensor& pixels) const;

  std::string file_;
  std::string sha256_;
  at::Device device_;
  std::shared_ptr<torch::jit::Module> network_;
};

}  // namespace straightedge::train
