#include <train/trainer.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>
#include <torch/cuda.h>
#include <data/tensor_files.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>
#include <straightedge/error.hpp>
#include <train/interpolant.hpp>

namespace straightedge::train {
namespace {

void adamw_ema(const TrainState& state, const at::Tensor& gradient, const OptimiserRecipe& recipe, std::int64_t steps) {
  using Signature = void(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList, std::int64_t,
                         double, double, double, double, double, double);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::adamw_ema_", "").typed<Signature>();
  op.call({state.parameters}, {gradient}, {state.m}, {state.v}, {state.ema}, state.step,
          learning_rate(recipe, steps, state.step), recipe.beta1, recipe.beta2, recipe.eps, recipe.weight_decay,
          average_decay(recipe, state.step));
}

std::int64_t resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  file >> pages >> resident;
  return resident * 4096 / 1048576;
}

TrainState on_device(const TrainState& state, const at::Device& device) {
  return {state.step, state.parameters.to(device), state.m.to(device), state.v.to(device), state.ema.to(device)};
}

/// Collects the steps between two lines of metrics.jsonl.
class Meter {
 public:
  Meter(const RunFolder& folder, std::int64_t first) : folder_(folder), last_step_(first) {}

  void add(const Trainer::Step& step) {
    // Sums stay on the device: reading them would make a GPU wait at each step.
    loss_ = loss_.defined() ? loss_ + step.loss : step.loss;
    norm_ = step.gradient_norm;
  }

  /// Writes the line, and returns the mean loss.
  double write(std::int64_t step, double rate, std::int64_t batch) {
    const auto count = static_cast<double>(step - last_step_);
    const double loss = loss_.item<double>() / count;
    const double seconds = std::chrono::duration<double>(Clock::now() - last_time_).count();
    folder_.append_metrics({{"step", step},
                            {"loss", loss},
                            {"rate", rate},
                            {"gradient_norm", norm_.item<double>()},
                            {"samples_per_second", std::round(count * static_cast<double>(batch) / seconds)},
                            {"memory_mb", resident_megabytes()}});
    loss_ = at::Tensor();
    last_step_ = step;
    last_time_ = Clock::now();
    return loss;
  }

 private:
  using Clock = std::chrono::steady_clock;
  const RunFolder& folder_;
  std::int64_t last_step_;
  Clock::time_point last_time_ = Clock::now();
  at::Tensor loss_, norm_;
};

[[noreturn]] void stop_at_nonfinite(const RunFolder& folder, const TrainState& state, const std::string& what,
                                    NamedTensors tensors) {
  const std::filesystem::path path = folder.path("nonfinite.safetensors");
  tensors.insert({{"parameters", state.parameters}, {"m", state.m}, {"v", state.v}});
  write_tensors(path, tensors, {{"schema", "straightedge/nonfinite/1"}, {"step", std::to_string(state.step)}});
  throw Error(what + ": a lower optimiser.rate or optimiser.clip may help; state and batch are in " + path.string() +
              ", the last good state in checkpoints/");
}

}  // namespace

double learning_rate(const OptimiserRecipe& recipe, std::int64_t steps, std::int64_t step) {
  const auto k = static_cast<double>(step);
  const double rise = recipe.warmup == 0 ? 1.0 : std::min(1.0, k / static_cast<double>(recipe.warmup));
  const double fall = recipe.schedule == "constant"
                          ? 1.0
                          : 0.5 * (1.0 + std::cos(std::numbers::pi * (k - 1.0) / static_cast<double>(steps)));
  return recipe.rate * rise * fall;
}

double average_decay(const OptimiserRecipe& recipe, std::int64_t step) {
  const auto k = static_cast<double>(step);
  return std::min(recipe.ema, (1.0 + k) / (10.0 + k));
}

at::Device device_of(const TrainRecipe& recipe) {
  const bool has_gpu = torch::cuda::is_available();
  if (recipe.device == "cuda" && !has_gpu) {
    throw InputError(
        "train.device is \"cuda\", and this machine has no GPU that LibTorch can use; \"auto\" takes the CPU");
  }
  return recipe.device != "cpu" && has_gpu ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

TrainState Trainer::initial_state(const Recipe& recipe) {
  const at::Tensor parameters = make_model(recipe.model, recipe.dimension())->initial(recipe.train.seed);
  return {0, parameters, at::zeros_like(parameters), at::zeros_like(parameters), parameters.clone()};
}

Trainer::Trainer(const Recipe& recipe, const Pairs& pairs, const at::Device& device, const TrainState& state)
    : recipe_(recipe),
      device_(device),
      model_(make_model(recipe.model, recipe.dimension())),
      sampler_(recipe, pairs, device),
      state_(on_device(state, device)),
      gradient_(at::empty_like(state_.parameters)) {}

Trainer::Step Trainer::advance() {
  const std::int64_t step = ++state_.step;
  const std::int64_t seed = recipe_.train.seed;
  const PairSampler::Batch batch = sampler_.draw(seed, step, recipe_.train.batch);
  const at::Tensor t = times_of(seed, step, recipe_.train.batch, device_);
  if (!xt_.defined()) {
    xt_ = at::empty_like(batch.x0);
    target_ = at::empty_like(batch.x0);
  }
  interpolate(batch, t, recipe_.noise, seed, step, xt_, target_);
  const at::Tensor loss = model_->gradient(state_.parameters, xt_, t, target_, gradient_);
  if (device_.is_cpu() && !std::isfinite(loss.item<double>())) {
    throw NonFiniteLoss(step, {{"x0", batch.x0}, {"x1", batch.x1}, {"t", t}, {"xt", xt_}, {"target", target_}});
  }
  const at::Tensor norm = at::linalg_vector_norm(gradient_);
  if (recipe_.optimiser.clip > 0.0) {
    gradient_.mul_(at::clamp(recipe_.optimiser.clip / norm, std::nullopt, 1.0));
  }
  adamw_ema(state_, gradient_, recipe_.optimiser, recipe_.train.steps);
  return {loss, norm};
}

TrainEnd train(const RunFolder& folder, const Pairs& pairs, const at::Device& device, const std::atomic<bool>& stop,
               const std::function<void(const TrainProgress&)>& progress) {
  const Recipe& recipe = folder.recipe();
  const std::int64_t steps = recipe.train.steps;
  const std::vector<Checkpoint> checkpoints = list_checkpoints(folder.checkpoints());
  TrainState begin = Trainer::initial_state(recipe);
  if (!checkpoints.empty()) {
    begin = read_checkpoint(checkpoints.back(), begin.parameters.numel());
  }
  folder.cut_metrics(begin.step);
  Trainer trainer(recipe, pairs, device, begin);
  Meter meter(folder, begin.step);
  double loss = checkpoints.empty() ? std::numeric_limits<double>::quiet_NaN() : checkpoints.back().loss;
  std::int64_t written = begin.step;
  std::int64_t logged = begin.step;
  while (trainer.state().step < steps) {
    const bool stopping = stop;
    if (!stopping) {
      try {
        meter.add(trainer.advance());
      } catch (const NonFiniteLoss& error) {
        stop_at_nonfinite(folder, trainer.state(), error.what(), error.batch());
      }
    }
    const std::int64_t step = trainer.state().step;
    const bool saving = step > written && (stopping || step == steps || step % recipe.train.checkpoint_every == 0);
    if (step > logged && (saving || step % recipe.train.log_every == 0)) {
      loss = meter.write(step, learning_rate(recipe.optimiser, steps, step), recipe.train.batch);
      if (!std::isfinite(loss)) {
        stop_at_nonfinite(folder, trainer.state(), "a loss after step " + std::to_string(logged) + " is not finite",
                          {});
      }
      logged = step;
    }
    if (saving) {
      write_checkpoint(folder.checkpoints(), trainer.state(), loss, recipe.train.keep);
      written = step;
    }
    progress({step, steps, loss});
    if (stopping) {
      return TrainEnd::stopped;
    }
  }
  folder.write_model(trainer.model(), trainer.state().ema);
  return TrainEnd::finished;
}

}  // namespace straightedge::train
