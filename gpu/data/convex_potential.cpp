#include <data/convex_potential.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/einsum.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/where.h>
#include <data/random.hpp>

#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

namespace straightedge::train {
namespace {

// [n, height, width, colours] of rows.
at::Tensor images_of(const at::Tensor& x, const PotentialShape& shape) {
  return x.reshape({x.size(0), shape.height, shape.width, shape.colours});
}

class Convolution final : public ConvexPotential {
 public:
  explicit Convolution(const PotentialShape& shape) : ConvexPotential(least_eigenvalue), shape_(shape) {}

  [[nodiscard]] at::Tensor value(const at::Tensor& x) const override { return 0.5 * (x * gradient(x)).sum(1); }

  // Blurs and mixing commute, so that their product is symmetric, and its eigenvalues are the products of theirs.
  [[nodiscard]] at::Tensor gradient(const at::Tensor& x) const override {
    const at::Tensor images = images_of(x, shape_);
    const at::Tensor blurred = blur(blur(images, 1), 2);
    return (mixing * blurred.mean(3, true) + (1.0 - mixing) * blurred).reshape(x.sizes());
  }

 private:
  static constexpr double neighbour = 0.125;  // eigenvalues 1 - 4 neighbour sin^2(w / 2)
  static constexpr double mixing = 0.3;       // eigenvalues 1 and 1 - mixing
  static constexpr double least_eigenvalue = (1.0 - 4.0 * neighbour) * (1.0 - 4.0 * neighbour) * (1.0 - mixing);

  static at::Tensor blur(const at::Tensor& images, std::int64_t axis) {
    return (1.0 - 2.0 * neighbour) * images + neighbour * (at::roll(images, 1, axis) + at::roll(images, -1, axis));
  }

  PotentialShape shape_;
};

// Rows are orthonormal: Q[k, i] = sqrt(2/n) cos(pi (i + 1/2) k / n), the first divided by sqrt(2).
at::Tensor dct_matrix(std::int64_t n) {
  const at::Tensor index = at::arange(n, at::TensorOptions().dtype(at::kDouble));
  const double size = static_cast<double>(n);
  at::Tensor Q = std::sqrt(2.0 / size) * at::cos(std::numbers::pi / size * (index.unsqueeze(1) * (index + 0.5)));
  Q[0] /= std::numbers::sqrt2;
  return Q;
}

class Dct final : public ConvexPotential {
 public:
  explicit Dct(const PotentialShape& shape)
      : ConvexPotential(0.5), shape_(shape), rows_(dct_matrix(shape.height)), columns_(dct_matrix(shape.width)) {}

  [[nodiscard]] at::Tensor value(const at::Tensor& x) const override {
    const at::Tensor u = transformed(x);
    const at::Tensor size = u.abs();  // log cosh u = |u| + log(1 + exp(-2 |u|)) - log 2
    const at::Tensor log_cosh = size + at::softplus(-2.0 * size) - std::numbers::ln2;
    return (0.25 * u.square() + 0.5 * log_cosh).flatten(1).sum(1);
  }

  [[nodiscard]] at::Tensor gradient(const at::Tensor& x) const override {
    const at::Tensor u = transformed(x);
    const at::Tensor slope = 0.5 * u + 0.5 * at::tanh(u);
    return at::einsum("ki,lj,nklc->nijc", {rows_, columns_, slope}).reshape(x.sizes());
  }

 private:
  [[nodiscard]] at::Tensor transformed(const at::Tensor& x) const {
    return at::einsum("ki,lj,nijc->nklc", {rows_, columns_, images_of(x, shape_)});
  }

  PotentialShape shape_;
  at::Tensor rows_, columns_;
};

// LibTorch's is x itself above 20, where log(1 + exp(-x)) still has nine digits; above 40 it has none.
at::Tensor exact_softplus(const at::Tensor& x) {
  return at::softplus(x, 1, 40);
}

class Network final : public ConvexPotential {
 public:
  Network(const PotentialShape& shape, std::int64_t seed) : ConvexPotential(0.5), shape_(shape) {
    const std::int64_t c = shape.colours;
    auto drawn = [&, step = std::int64_t{0}](std::vector<std::int64_t> sizes, double scale) mutable {
      std::int64_t count = 1;
      for (const std::int64_t size : sizes) {
        count *= size;
      }
      return scale * normals(seed, offset_of(step++, Stream::potential), {0, count}, 1, at::kDouble).reshape(sizes);
    };
    const double patch = 9.0;
    W1_ = drawn({features, c, 3, 3}, 2.0 / std::sqrt(patch * static_cast<double>(c)));
    b1_ = drawn({features}, 1.0);
    U_ = drawn({features, features, 3, 3}, 1.0 / (patch * features)).abs();
    W2_ = drawn({features, c, 3, 3}, 2.0 / std::sqrt(patch * static_cast<double>(c)));
    b2_ = drawn({features}, 1.0);
    w_ = drawn({features}, 0.25).abs();
  }

  [[nodiscard]] at::Tensor value(const at::Tensor& x) const override {
    const Activations a = activations(x);
    const at::Tensor top = (w_.view({1, -1, 1, 1}) * exact_softplus(a.second)).flatten(1).sum(1);
    return 0.25 * x.square().sum(1) + top;
  }

  [[nodiscard]] at::Tensor gradient(const at::Tensor& x) const override {
    const Activations a = activations(x);
    const at::Tensor second = w_.view({1, -1, 1, 1}) * at::sigmoid(a.second);
    const at::Tensor first = at::sigmoid(a.first) * at::conv_transpose2d(second, U_, {}, 1, 1);
    const at::Tensor back = at::conv_transpose2d(second, W2_, {}, 1, 1) + at::conv_transpose2d(first, W1_, {}, 1, 1);
    return 0.5 * x + back.permute({0, 2, 3, 1}).reshape(x.sizes());
  }

 private:
  static constexpr std::int64_t features = 8;

  struct Activations {
    at::Tensor first, second;  ///< what softplus is taken of
  };
  [[nodiscard]] Activations activations(const at::Tensor& x) const {
    const at::Tensor images = images_of(x, shape_).permute({0, 3, 1, 2});
    const at::Tensor first = at::conv2d(images, W1_, b1_, 1, 1);
    return {first, at::conv2d(exact_softplus(first), U_, b2_, 1, 1) + at::conv2d(images, W2_, {}, 1, 1)};
  }

  PotentialShape shape_;
  at::Tensor W1_, b1_, U_, W2_, b2_, w_;
};

class Mean final : public ConvexPotential {
 public:
  explicit Mean(std::vector<std::unique_ptr<ConvexPotential>> parts)
      : ConvexPotential(mean_modulus(parts)), parts_(std::move(parts)) {}

  [[nodiscard]] at::Tensor value(const at::Tensor& x) const override {
    at::Tensor sum = parts_.front()->value(x);
    for (std::size_t part = 1; part < parts_.size(); ++part) {
      sum = sum + parts_[part]->value(x);
    }
    return sum / static_cast<double>(parts_.size());
  }

  [[nodiscard]] at::Tensor gradient(const at::Tensor& x) const override {
    at::Tensor sum = parts_.front()->gradient(x);
    for (std::size_t part = 1; part < parts_.size(); ++part) {
      sum = sum + parts_[part]->gradient(x);
    }
    return sum / static_cast<double>(parts_.size());
  }

 private:
  static double mean_modulus(const std::vector<std::unique_ptr<ConvexPotential>>& parts) {
    double sum = 0.0;
    for (const auto& part : parts) {
      sum += part->modulus();
    }
    return sum / static_cast<double>(parts.size());
  }

  std::vector<std::unique_ptr<ConvexPotential>> parts_;
};

}  // namespace

std::unique_ptr<ConvexPotential> make_potential(const std::string& kind, const PotentialShape& shape,
                                                std::int64_t seed) {
  if (kind == "convolution") {
    return std::make_unique<Convolution>(shape);
  }
  if (kind == "dct") {
    return std::make_unique<Dct>(shape);
  }
  if (kind == "network") {
    return std::make_unique<Network>(shape, seed);
  }
  std::vector<std::unique_ptr<ConvexPotential>> parts;
  for (const char* part : {"convolution", "dct", "network"}) {
    parts.push_back(make_potential(part, shape, seed));
  }
  return std::make_unique<Mean>(std::move(parts));
}

double least_convexity(const at::Tensor& x, const at::Tensor& y, const at::Tensor& psi) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // Relative to the first source: what is common to all of them would cancel, and leave its roundings.
  const at::Tensor from = x - x[0];
  const at::Tensor inner = at::matmul(y, from.t());  // [i, j] = <y_i, x_j>
  const at::Tensor above = psi.unsqueeze(0) - psi.unsqueeze(1) - (inner - inner.diagonal().unsqueeze(1));
  const at::Tensor squares = from.square().sum(1);
  const at::Tensor distance = squares.unsqueeze(0) + squares.unsqueeze(1) - 2.0 * at::matmul(from, from.t());
  const double rounding = 1e-9 * squares.max().item<double>();
  return at::where(distance > rounding, above / (0.5 * distance), at::full_like(above, infinity)).min().item<double>();
}

}  // namespace straightedge::train
