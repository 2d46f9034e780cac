// The layers of a UNet, of images [B, C, H, W] that lie channels last:
//
//   convolution    W * x + b, of 3x3 with zeros around it, or 1x1; of stride 2 it halves height and width
//   upsampling     each pixel four times, then a convolution
//   residual       s(x) + W2 * D silu(N2(W1 * silu(N1(x)) + A silu(e) + a)),   e: the embedding of t
//                  s: the identity, or a 1x1 convolution where the number of channels changes; D: dropout, in training
//   attention      x + P sum_j softmax_j(q_i . k_j / sqrt(w)) v_j over pixels, (q, k, v) = Q N(x), in heads of width w
//
// N normalises groups of channels: statistics in fp32 at the least, eps 1e-5. A layer knows which parts of the model's
// parameters are its own, by their place in the list.
#pragma once

#include <ATen/core/Tensor.h>
#include <model/dropout.hpp>
#include <model/model.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace straightedge::train {

/// What a part is drawn from: uniform in centre +- half_width.
struct InitialRange {
  double centre = 0.0;
  double half_width = 0.0;
};

/// The parts of a model, as layers add theirs.
class UnetParts {
 public:
  /// Its place in the list.
  std::size_t add(const std::string& name, std::vector<std::int64_t> shape, InitialRange initial);

  [[nodiscard]] const std::vector<ParameterPart>& parts() const { return parts_; }
  [[nodiscard]] const std::vector<InitialRange>& initial() const { return initial_; }

 private:
  std::vector<ParameterPart> parts_;
  std::vector<InitialRange> initial_;
};

/// Tensors of the parts, in the order of UnetParts.
using UnetParameters = std::vector<at::Tensor>;

/// How a layer begins: as PyTorch's Conv2d and Linear do, uniform in +-1/sqrt(fan in), or with zeros.
enum class Beginning { random, zero };

class LinearLayer {
 public:
  LinearLayer(UnetParts& parts, const std::string& name, std::int64_t in, std::int64_t out);
  /// [B, out] of [B, in].
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x) const;

 private:
  std::size_t weight_, bias_;
};

struct ConvolutionShape {
  std::int64_t in, out;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
};

class Convolution {
 public:
  Convolution(UnetParts& parts, const std::string& name, const ConvolutionShape& shape,
              Beginning beginning = Beginning::random);
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x) const;

 private:
  std::size_t weight_, bias_;
  std::int64_t stride_, padding_;
};

class Upsampling {
 public:
  Upsampling(UnetParts& parts, const std::string& name, std::int64_t channels)
      : convolution_(parts, name + ".conv", {channels, channels}) {}
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x) const;

 private:
  Convolution convolution_;
};

class GroupNorm {
 public:
  GroupNorm(UnetParts& parts, const std::string& name, std::int64_t channels, std::int64_t groups);
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x) const;
  /// silu of it, by straightedge::group_norm_silu.
  [[nodiscard]] at::Tensor with_silu(const UnetParameters& parameters, const at::Tensor& x) const;

 private:
  std::size_t weight_, bias_;
  std::int64_t groups_;
};

/// Channels of a residual block, and numbers of the embedding of t.
struct ResidualShape {
  std::int64_t in, out, embedding, groups;
};

class ResidualBlock {
 public:
  ResidualBlock(UnetParts& parts, const std::string& name, const ResidualShape& shape);
  /// `time` is silu of the embedding of t: every block begins with it.
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& input, const at::Tensor& time,
                                      const Dropout& dropout) const;
  /// The same, by `recomputed`.
  [[nodiscard]] at::Tensor recompute(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& time,
                                     const Dropout& dropout) const;

 private:
  std::size_t first_part_;
  GroupNorm first_norm_;
  Convolution first_;
  LinearLayer of_time_;
  GroupNorm second_norm_;
  Convolution second_;
  std::optional<Convolution> skip_;
  std::size_t end_of_parts_;
};

class Attention {
 public:
  Attention(UnetParts& parts, const std::string& name, std::int64_t channels, std::int64_t head_width,
            std::int64_t groups);
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x) const;

 private:
  GroupNorm norm_;
  std::size_t qkv_weight_, qkv_bias_, out_weight_, out_bias_;
  std::int64_t head_width_;
};

}  // namespace straightedge::train
