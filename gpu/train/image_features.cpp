#include <train/image_features.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svdvals.h>
#include <ATen/ops/matmul.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cmath>
#include <digest.hpp>
#include <sstream>
#include <straightedge/error.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr std::int64_t images_at_a_time = 64;

// Of two sets at a time: all products at once may need more memory than there is.
constexpr std::int64_t most_products = std::int64_t{1} << 24U;

at::Tensor numbers_of(const at::Tensor& features) {
  if (features.size(0) < 2) {
    throw InputError("a distance of features needs two images of each set, and one has " +
                     std::to_string(features.size(0)));
  }
  return features.to(at::kDouble);
}

// Rows whose R'R is the covariance.
at::Tensor centred(const at::Tensor& features) {
  return (features - features.mean(0)) / std::sqrt(static_cast<double>(features.size(0) - 1));
}

at::Tensor kernel(const at::Tensor& products, std::int64_t features) {
  return (products / static_cast<double>(features) + 1.0).pow(3);
}

// Sum of k over all pairs of rows.
double kernel_sum(const at::Tensor& x, const at::Tensor& y) {
  double sum = 0.0;
  for (const at::Tensor& rows : x.split(std::max<std::int64_t>(1, most_products / y.size(0)))) {
    sum += kernel(at::matmul(rows, y.t()), x.size(1)).sum().item<double>();
  }
  return sum;
}

double mean_kernel_of_distinct(const at::Tensor& x) {
  const auto n = static_cast<double>(x.size(0));
  const double own = kernel(x.square().sum(1), x.size(1)).sum().item<double>();
  return (kernel_sum(x, x) - own) / (n * (n - 1.0));
}

// The line of LibTorch's message that says why: the first, or that after the stack of the network's code, which ends in
// a marked line and indented ones.
std::string reason(const std::exception& error) {
  const auto* libtorch = dynamic_cast<const c10::Error*>(&error);
  const std::string text = libtorch != nullptr ? libtorch->what_without_backtrace() : error.what();
  const std::size_t mark = text.rfind("<--- HERE\n");
  std::istringstream lines(mark == std::string::npos ? text : text.substr(mark));
  std::string line;
  std::getline(lines, line);
  bool is_stack = mark != std::string::npos;
  while (is_stack && std::getline(lines, line)) {
    is_stack = line.empty() || line.front() == ' ';
  }
  return line;
}

std::string text_of(at::IntArrayRef shape) {
  std::ostringstream text;
  text << shape;
  return text.str();
}

// Rows of images to pixels [n, 3, H, W] in [0, 1].
at::Tensor pixels_of(const at::Tensor& rows, std::int64_t height, std::int64_t width, std::int64_t colours) {
  const at::Tensor images = rows.view({rows.size(0), height, width, colours}).permute({0, 3, 1, 2});
  return ((images.to(at::kFloat).clamp(-1.0, 1.0) + 1.0) / 2.0).expand({-1, 3, -1, -1}).contiguous();
}

}  // namespace

double frechet_distance(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor from = numbers_of(x);
  const at::Tensor to = numbers_of(y);
  const at::Tensor a = centred(from);
  const at::Tensor b = centred(to);
  const at::Tensor root_a = std::get<1>(at::linalg_qr(a, "r"));
  const at::Tensor root_b = std::get<1>(at::linalg_qr(b, "r"));
  const at::Tensor between = (from.mean(0) - to.mean(0)).square().sum();
  const at::Tensor common = at::linalg_svdvals(at::matmul(root_a, root_b.t())).sum();
  return std::max(0.0, (between + a.square().sum() + b.square().sum() - 2.0 * common).item<double>());
}

double kernel_distance(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor from = numbers_of(x);
  const at::Tensor to = numbers_of(y);
  const double pairs = static_cast<double>(from.size(0)) * static_cast<double>(to.size(0));
  return mean_kernel_of_distinct(from) + mean_kernel_of_distinct(to) - 2.0 * kernel_sum(from, to) / pairs;
}

FeatureNetwork::FeatureNetwork(const std::filesystem::path& file, const at::Device& device)
    : file_(file.string()), sha256_(fixtures::sha256_file(file)), device_(device) {
  try {
    network_ = std::make_shared<torch::jit::Module>(torch::jit::load(file_, device));
  } catch (const std::exception& error) {
    throw InputError(file_ + ": is no TorchScript network (" + reason(error) +
                     "); torch.jit.script(network).save(...) writes one");
  }
  network_->eval();
}

at::Tensor FeatureNetwork::forward(const at::Tensor& pixels) const {
  const c10::AutoGradMode unrecorded(false);
  // Else the operators that are fused, and with them last digits, depend on the blocks that came before.
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  at::Tensor features;
  const std::string given = "float " + text_of(pixels.sizes()) + " in [0, 1]";
  const std::string wanted = "; for it features [" + std::to_string(pixels.size(0)) + ", f] are wanted";
  try {
    const c10::IValue result = network_->forward({pixels.to(device_)});
    if (!result.isTensor()) {
      throw InputError(file_ + ": returns " + result.tagKind() + " for " + given + wanted);
    }
    features = result.toTensor().to(at::kCPU, at::kDouble);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw InputError(file_ + ": fails on " + given + " (" + reason(error) + ")" + wanted);
  }
  const at::IntArrayRef shape = features.sizes();
  const bool is_flat = shape.size() == 2 || (shape.size() == 4 && shape[2] == 1 && shape[3] == 1);
  if (!is_flat || shape[0] != pixels.size(0) || shape[1] == 0) {
    throw InputError(file_ + ": returns " + text_of(shape) + " for " + given + wanted);
  }
  return features.flatten(1);
}

at::Tensor FeatureNetwork::operator()(const at::Tensor& images, std::int64_t height, std::int64_t width,
                                      std::int64_t colours) const {
  if (images.size(0) == 0 || images.isnan().any().item<bool>()) {
    const char* problem = images.size(0) == 0 ? "there are no images" : "an image has a NaN";
    throw InputError(file_ + ": " + problem + ", and features are of images whose values are numbers");
  }
  std::vector<at::Tensor> parts;
  for (const at::Tensor& rows : images.split(images_at_a_time)) {
    parts.push_back(forward(pixels_of(rows, height, width, colours)));
    const at::Tensor& part = parts.back();
    if (!part.isfinite().all().item<bool>()) {
      throw InputError(file_ + ": returns features that are not finite for values in [0, 1]; other input is none");
    }
    if (part.size(1) != parts.front().size(1)) {
      throw InputError(file_ + ": returns " + std::to_string(part.size(1)) + " features of some images and " +
                       std::to_string(parts.front().size(1)) + " of others; their number must stay");
    }
  }
  return at::cat(parts);
}

}  // namespace straightedge::train
