// The network of a UNet: which layers there are, and how they meet.
//
//   e = W2 silu(W1 (cos(w_k t), sin(w_k t)) + b1) + b2,   w_k = 10000^(-2k/c), k = 0, ..., c/2 - 1,   c: `channels`
//
// A convolution to m_0 c channels. Down: at each level l `blocks` residual blocks of m_l c channels, then half the
// height and width, but for the last level. In the middle residual, attention, residual. Up: at each level blocks + 1
// residual blocks, each of which also gets what the way down left there, the last one first; then twice the height and
// width. At last W * silu(N(h)). Residual blocks of images that are `attention` pixels high have attention behind them.
//
// Order, shapes and names of the parameters are those of the UNetModel of guided-diffusion and torchcfm.
#pragma once

#include <model/unet_layers.hpp>

#include <variant>

namespace straightedge::train {

struct ImageSize {
  std::int64_t height, width, colours;

  [[nodiscard]] std::int64_t numbers() const { return height * width * colours; }
};

class UnetNetwork {
 public:
  /// Of a recipe that complete_images lets pass.
  UnetNetwork(const ModelRecipe& recipe, const ImageSize& size);

  [[nodiscard]] const UnetParts& parts() const { return parts_; }
  /// v [B, C, H, W] of x [B, C, H, W], in the type of the parameters, and t [B].
  [[nodiscard]] at::Tensor operator()(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& t,
                                      const Dropout& dropout) const;

 private:
  using Layer = std::variant<Convolution, Upsampling, ResidualBlock, Attention>;
  using Stage = std::vector<Layer>;
  /// What a level is made of.
  struct Level {
    std::int64_t channels;
    bool attends;
  };

  [[nodiscard]] static std::vector<Level> levels_of(const ModelRecipe& recipe, const ImageSize& size);
  /// Channels that each stage of the way down leaves.
  [[nodiscard]] std::vector<std::int64_t> channels_left() const;
  [[nodiscard]] Stage residual_stage(const std::string& name, std::int64_t in, const Level& level);
  [[nodiscard]] std::vector<Stage> way_down(std::int64_t colours);
  [[nodiscard]] Stage middle();
  [[nodiscard]] std::vector<Stage> way_up();
  /// silu(e) [B, 4 c].
  [[nodiscard]] at::Tensor embed(const UnetParameters& parameters, const at::Tensor& t) const;

  ModelRecipe recipe_;
  std::vector<Level> levels_;
  UnetParts parts_;
  LinearLayer first_of_time_, second_of_time_;
  std::vector<Stage> down_;
  Stage middle_;
  std::vector<Stage> up_;
  GroupNorm last_norm_;
  Convolution last_;
};

}  // namespace straightedge::train
