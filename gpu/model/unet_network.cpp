#include <model/unet_network.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/silu.h>

#include <cmath>
#include <type_traits>

namespace straightedge::train {
namespace {

constexpr double longest_period = 10000.0;
constexpr std::int64_t embedding_factor = 4;

std::string numbered(const std::string& name, std::size_t number) {
  return name + "." + std::to_string(number);
}

}  // namespace

std::vector<UnetNetwork::Level> UnetNetwork::levels_of(const ModelRecipe& recipe, const ImageSize& size) {
  std::vector<Level> levels;
  std::int64_t height = size.height;
  for (const std::int64_t multiplier : recipe.multipliers) {
    levels.push_back({multiplier * recipe.channels, height == recipe.attention});
    height /= 2;
  }
  return levels;
}

std::vector<std::int64_t> UnetNetwork::channels_left() const {
  std::vector<std::int64_t> channels{levels_.front().channels};
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const bool is_last = level + 1 == levels_.size();
    channels.insert(channels.end(), static_cast<std::size_t>(recipe_.blocks + (is_last ? 0 : 1)),
                    levels_[level].channels);
  }
  return channels;
}

UnetNetwork::UnetNetwork(const ModelRecipe& recipe, const ImageSize& size)
    : recipe_(recipe),
      levels_(levels_of(recipe, size)),
      first_of_time_(parts_, "time_embed.0", recipe.channels, embedding_factor * recipe.channels),
      second_of_time_(parts_, "time_embed.2", embedding_factor * recipe.channels, embedding_factor * recipe.channels),
      down_(way_down(size.colours)),
      middle_(middle()),
      up_(way_up()),
      last_norm_(parts_, "out.0", levels_.front().channels, recipe.groups),
      last_(parts_, "out.2", {levels_.front().channels, size.colours}, Beginning::zero) {}

UnetNetwork::Stage UnetNetwork::residual_stage(const std::string& name, std::int64_t in, const Level& level) {
  Stage stage{
      ResidualBlock(parts_, name + ".0", {in, level.channels, embedding_factor * recipe_.channels, recipe_.groups})};
  if (level.attends) {
    stage.emplace_back(Attention(parts_, name + ".1", level.channels, recipe_.head_width, recipe_.groups));
  }
  return stage;
}

std::vector<UnetNetwork::Stage> UnetNetwork::way_down(std::int64_t colours) {
  std::vector<Stage> stages;
  const auto name = [&stages] { return numbered("input_blocks", stages.size()); };
  std::int64_t channels = levels_.front().channels;
  stages.push_back({Convolution(parts_, name() + ".0", {colours, channels})});
  for (const Level& level : levels_) {
    for (std::int64_t block = 0; block < recipe_.blocks; ++block) {
      stages.push_back(residual_stage(name(), channels, level));
      channels = level.channels;
    }
    if (&level != &levels_.back()) {
      stages.push_back({Convolution(parts_, name() + ".0.op", {channels, channels, 3, 2})});
    }
  }
  return stages;
}

UnetNetwork::Stage UnetNetwork::middle() {
  const std::int64_t channels = levels_.back().channels;
  Stage stage = residual_stage("middle_block", channels, {channels, true});
  stage.emplace_back(ResidualBlock(parts_, "middle_block.2",
                                   {channels, channels, embedding_factor * recipe_.channels, recipe_.groups}));
  return stage;
}

std::vector<UnetNetwork::Stage> UnetNetwork::way_up() {
  std::vector<Stage> stages;
  std::vector<std::int64_t> left = channels_left();
  std::int64_t channels = levels_.back().channels;
  for (std::size_t level = levels_.size(); level-- > 0;) {
    for (std::int64_t block = 0; block <= recipe_.blocks; ++block) {
      const std::string name = numbered("output_blocks", stages.size());
      Stage stage = residual_stage(name, channels + left.back(), levels_[level]);
      left.pop_back();
      channels = levels_[level].channels;
      if (level > 0 && block == recipe_.blocks) {
        const std::string last = numbered(name, stage.size());
        stage.emplace_back(Upsampling(parts_, last, channels));
      }
      stages.push_back(std::move(stage));
    }
  }
  return stages;
}

at::Tensor UnetNetwork::embed(const UnetParameters& parameters, const at::Tensor& t) const {
  const std::int64_t half = recipe_.channels / 2;
  const at::Tensor frequencies =
      at::exp(at::arange(half, t.options()) * (-std::log(longest_period) / static_cast<double>(half)));
  const at::Tensor angles = t.unsqueeze(1) * frequencies;
  const at::Tensor features = at::cat({angles.cos(), angles.sin()}, 1).to(parameters.front().scalar_type());
  return at::silu(second_of_time_(parameters, at::silu(first_of_time_(parameters, features))));
}

at::Tensor UnetNetwork::operator()(const UnetParameters& parameters, const at::Tensor& x, const at::Tensor& t,
                                   const Dropout& dropout) const {
  const at::Tensor time = embed(parameters, t);
  const bool recomputes = recipe_.checkpointing == "blocks" && time.requires_grad();
  const auto through = [&](const Stage& stage, at::Tensor h) {
    for (const Layer& any : stage) {
      h = std::visit(
          [&](const auto& layer) {
            if constexpr (std::is_same_v<std::decay_t<decltype(layer)>, ResidualBlock>) {
              return recomputes ? layer.recompute(parameters, h, time, dropout) : layer(parameters, h, time, dropout);
            } else {
              return layer(parameters, h);
            }
          },
          any);
    }
    return h;
  };
  std::vector<at::Tensor> left;
  at::Tensor h = x;
  for (const Stage& stage : down_) {
    h = through(stage, h);
    left.push_back(h);
  }
  h = through(middle_, h);
  for (const Stage& stage : up_) {
    h = through(stage, at::cat({h, left.back()}, 1));
    left.pop_back();
  }
  return last_(parameters, last_norm_.with_silu(parameters, h));
}

}  // namespace straightedge::train
