#include <train/trainer.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/cuda.h>
#include <data/random.hpp>
#include <data/tensor_files.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <train/gradient_variance.hpp>
#include <train/interpolant.hpp>

namespace straightedge::train {
namespace {

void adamw_ema(const TrainState& state, const at::Tensor& gradient, const OptimiserRecipe& recipe,
               const StepInputs& inputs) {
  using Signature = void(at::TensorList, at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                         const at::Tensor&, const at::Tensor&, double, double, double, double, const at::Tensor&);
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("straightedge::adamw_ema_", "Tensor").typed<Signature>();
  op.call({state.parameters}, {gradient}, {state.m}, {state.v}, {state.ema}, inputs.step, inputs.rate, recipe.beta1,
          recipe.beta2, recipe.eps, recipe.weight_decay, inputs.average_decay);
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

  /// Writes the line, and returns the mean loss.
  double write(Trainer& trainer, double rate, std::int64_t batch) {
    const std::int64_t step = trainer.state().step;
    const auto count = static_cast<double>(step - last_step_);
    const double loss = trainer.take_loss_sum() / count;
    const double seconds = std::chrono::duration<double>(Clock::now() - last_time_).count();
    folder_.append_metrics({{"step", step},
                            {"loss", loss},
                            {"rate", rate},
                            {"gradient_norm", trainer.gradient_norm()},
                            {"samples_per_second", std::round(count * static_cast<double>(batch) / seconds)},
                            {"memory_mb", resident_megabytes()}});
    last_step_ = step;
    start_clock();
    return loss;
  }

  /// What was done since the line does not count.
  void start_clock() { last_time_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  const RunFolder& folder_;
  std::int64_t last_step_;
  Clock::time_point last_time_ = Clock::now();
};

// A line with the gradient variance at the averaged parameters, by the first batches that `evaluate` draws at the end.
void write_gradient_variance(const RunFolder& folder, const Trainer& trainer) {
  const Recipe& recipe = folder.recipe();
  const std::int64_t batches = recipe.train.variance_batches;
  if (batches == 0) {
    return;
  }
  const EvaluateRecipe& of = recipe.evaluate;
  const MeasuredField field{trainer.model(), trainer.state().ema, trainer.sampler(), recipe.noise};
  const VarianceEstimate estimate =
      estimate_variance(squared_gradient_norms(field, recipe.train.seed, of.small_batch, batches), of.small_batch,
                        squared_gradient_norms(field, recipe.train.seed, of.large_batch, batches), of.large_batch);
  folder.append_metrics({{"step", trainer.state().step},
                         {"gradient_variance", estimate.value},
                         {"gradient_variance_error", estimate.standard_error}});
}

[[noreturn]] void stop_at_nonfinite(const RunFolder& folder, const TrainState& state, const std::string& what,
                                    NamedTensors tensors) {
  const std::filesystem::path path = folder.path("nonfinite.safetensors");
  tensors.insert({{"parameters", state.parameters}, {"m", state.m}, {"v", state.v}, {"ema", state.ema}});
  write_tensors(path, tensors, {{"schema", "straightedge/nonfinite/1"}, {"step", std::to_string(state.step)}});
  throw Error(what + ": a lower optimiser.rate or optimiser.clip may help; state and batch are in " + path.string() +
              ", the last good state in checkpoints/");
}

void require_finite(const RunFolder& folder, const Trainer& trainer, double loss, std::int64_t since) {
  const std::string after = " after step " + std::to_string(since) + " is not finite";
  if (!std::isfinite(loss)) {
    stop_at_nonfinite(folder, trainer.state(), "a loss" + after, {});
  }
  if (!std::isfinite(trainer.gradient_norm())) {
    stop_at_nonfinite(folder, trainer.state(), "a gradient's norm" + after, {});
  }
  if (!at::isfinite(trainer.state().parameters).all().item<bool>()) {
    stop_at_nonfinite(folder, trainer.state(), "a parameter" + after, {});
  }
}

}  // namespace

at::Device device_of(const TrainRecipe& recipe) {
  const bool has_gpu = torch::cuda::is_available();
  if (recipe.device == "cuda" && !has_gpu) {
    throw InputError(
        "train.device is \"cuda\", and this machine has no GPU that LibTorch can use; \"auto\" takes the CPU");
  }
  return recipe.device != "cpu" && has_gpu ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
}

TrainState Trainer::initial_state(const Recipe& recipe) {
  const at::Tensor parameters = make_model(recipe)->initial(recipe.train.seed);
  return {0, parameters, at::zeros_like(parameters), at::zeros_like(parameters), parameters.clone()};
}

Trainer::Trainer(const Recipe& recipe, const Pairs& pairs, const at::Device& device, const TrainState& state)
    : recipe_(recipe),
      device_(device),
      model_(make_model(recipe)),
      model_of_steps_(make_model(recipe)),
      sampler_(recipe, pairs, device),
      state_(on_device(state, device)),
      inputs_(step_inputs(recipe, sampler_, 1), device),
      layers_(recipe.train.precision == "bf16" ? state_.parameters.to(at::kBFloat16) : state_.parameters),
      gradient_(at::empty_like(layers_)),
      xt_(at::empty({recipe.train.batch, recipe.dimension()}, state_.parameters.options())),
      target_(at::empty_like(xt_)),
      loss_sum_(at::zeros({}, xt_.options().dtype(at::kDouble))),
      norm_(at::zeros({}, xt_.options())),
      graph_(device, recipe.train.cuda_graph == "auto" && model_of_steps_->can_be_captured()) {}

void Trainer::advance() {
  inputs_.write(step_inputs(recipe_, sampler_, ++state_.step));
  graph_.run([this] { compute_step(); });
}

void Trainer::compute_step() {
  const StepInputs& inputs = inputs_.get();
  const PairSampler::Batch batch = sampler_.batch_of(inputs.drawn);
  interpolate(batch, inputs.times, recipe_.noise, recipe_.train.seed, inputs.noise_offset, xt_, target_);
  if (!layers_.is_same(state_.parameters)) {
    layers_.copy_(state_.parameters);
  }
  const at::Tensor loss = model_of_steps_->training_gradient(layers_, xt_, inputs.times, target_, recipe_.train.seed,
                                                             offset_of(inputs.step, Stream::dropout), gradient_);
  if (device_.is_cpu() && !std::isfinite(loss.item<double>())) {
    throw NonFiniteLoss(state_.step,
                        {{"x0", batch.x0}, {"x1", batch.x1}, {"t", inputs.times}, {"xt", xt_}, {"target", target_}});
  }
  loss_sum_.add_(loss);
  at::linalg_vector_norm_out(norm_, gradient_, 2, std::nullopt, false, at::kFloat);
  if (recipe_.optimiser.clip > 0.0) {
    gradient_.mul_(at::clamp(recipe_.optimiser.clip / norm_, std::nullopt, 1.0));
  }
  adamw_ema(state_, gradient_, recipe_.optimiser, inputs);
}

double Trainer::take_loss_sum() {
  const auto sum = loss_sum_.item<double>();
  loss_sum_.zero_();
  return sum;
}

TrainEnd train(const RunFolder& folder, const Pairs& pairs, const at::Device& device, const std::atomic<bool>& stop,
               const std::function<void(const TrainProgress&)>& progress) {
  const Recipe& recipe = folder.recipe();
  const std::int64_t steps = recipe.train.steps;
  const std::vector<Checkpoint> checkpoints = list_checkpoints(folder.checkpoints());
  if (checkpoints.empty() && folder.has_model()) {
    return TrainEnd::finished;  // its checkpoints were removed since
  }
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
        trainer.advance();
      } catch (const NonFiniteLoss& error) {
        stop_at_nonfinite(folder, trainer.state(), error.what(), error.batch());
      }
    }
    const std::int64_t step = trainer.state().step;
    const bool saving = step > written && (stopping || step == steps || step % recipe.train.checkpoint_every == 0);
    if (step > logged && (saving || step % recipe.train.log_every == 0)) {
      loss = meter.write(trainer, learning_rate(recipe.optimiser, steps, step), recipe.train.batch);
      require_finite(folder, trainer, loss, logged);
      logged = step;
    }
    if (saving) {
      write_checkpoint(folder.checkpoints(), trainer.state(), loss, recipe.train.keep);
      written = step;
      if (!stopping) {  // who asked to stop waits for nothing but the checkpoint
        write_gradient_variance(folder, trainer);
        meter.start_clock();
      }
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
