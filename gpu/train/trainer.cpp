#include <train/trainer.hpp>

#include <ATen/TensorOperators.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/cuda.h>
#include <data/random.hpp>

#include <cmath>
#include <straightedge/error.hpp>
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

TrainState on_device(const TrainState& state, const at::Device& device) {
  return {state.step, state.parameters.to(device), state.m.to(device), state.v.to(device), state.ema.to(device)};
}

}  // namespace

at::Device device_of(const TrainRecipe& recipe, int local_rank) {
  const bool has_gpu = torch::cuda::is_available();
  if (recipe.device == "cuda" && !has_gpu) {
    throw InputError(
        "train.device is \"cuda\", and this machine has no GPU that LibTorch can use; \"auto\" takes the CPU");
  }
  if (recipe.device == "cpu" || !has_gpu) {
    return at::kCPU;
  }
  // A launcher may show each process a GPU of its own, and that is the first then.
  const auto gpus = static_cast<int>(torch::cuda::device_count());
  const int index = gpus == 1 ? 0 : local_rank;
  if (index >= gpus) {
    throw InputError("this is process " + std::to_string(local_rank + 1) + " on a machine with " +
                     std::to_string(gpus) + " GPUs; start one process for each");
  }
  return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

Range rows_of_batch(const Recipe& recipe, const Processes& processes) {
  return processes.share(recipe.train.batch, unit_of_rows(recipe.dimension()), "train.batch");
}

TrainState Trainer::initial_state(const Recipe& recipe) {
  const at::Tensor parameters = make_model(recipe)->initial(recipe.train.seed);
  return {0, parameters, at::zeros_like(parameters), at::zeros_like(parameters), parameters.clone()};
}

Trainer::Trainer(const Recipe& recipe, const Pairs& pairs, const at::Device& device, const TrainState& state,
                 const Processes& processes)
    : recipe_(recipe),
      device_(device),
      processes_(processes),
      rows_(rows_of_batch(recipe, processes)),
      model_(make_model(recipe)),
      model_of_steps_(make_model(recipe)),
      sampler_(recipe, pairs, device),
      state_(on_device(state, device)),
      inputs_(step_inputs(recipe, sampler_, 1, rows_), device),
      layers_(recipe.train.precision == "bf16" ? state_.parameters.to(at::kBFloat16) : state_.parameters),
      gradient_(at::empty_like(layers_)),
      xt_(at::empty({rows_.count, recipe.dimension()}, state_.parameters.options())),
      target_(at::empty_like(xt_)),
      loss_sum_(at::zeros({}, xt_.options().dtype(at::kDouble))),
      norm_(at::zeros({}, xt_.options())),
      stops_(at::zeros_like(loss_sum_)),
      graph_(device,
             recipe.train.cuda_graph == "auto" && model_of_steps_->can_be_captured() && !processes.are_several()) {
  if (processes.are_several()) {
    exchange_ = std::make_unique<GradientExchange>(processes, *model_of_steps_, layers_, gradient_);
  }
}

void Trainer::advance(bool stop) {
  inputs_.write(step_inputs(recipe_, sampler_, state_.step + 1, rows_));
  stop_ = stop;
  graph_.run([this] { compute_step(); });
  ++state_.step;
}

void Trainer::compute_step() {
  const StepInputs& inputs = inputs_.get();
  const PairSampler::Batch batch = sampler_.batch_of(inputs.drawn);
  interpolate(batch, inputs.times, recipe_.noise, recipe_.train.seed, inputs.noise_offset, rows_.first, xt_, target_);
  if (!layers_.is_same(state_.parameters)) {
    layers_.copy_(state_.parameters);
  }
  if (exchange_) {
    exchange_->begin();
  }
  const at::Tensor loss = model_of_steps_->gradient(layers_, xt_, inputs.times, target_,
                                                    {.batch = recipe_.train.batch,
                                                     .first_row = rows_.first,
                                                     .seed = recipe_.train.seed,
                                                     .offset = offset_of(inputs.step, Stream::dropout),
                                                     .listener = exchange_.get()},
                                                    gradient_);
  at::Tensor total = loss;
  if (exchange_) {
    const at::Tensor& totals = exchange_->finish(loss, stop_);
    total = totals[0];
    stops_.add_(totals[1]);
  }
  if (device_.is_cpu()) {
    is_stopped_ = stops_.item<double>() > 0.0;
    if (!std::isfinite(total.item<double>())) {
      throw NonFiniteLoss(state_.step + 1, whole_batch(state_.step + 1));
    }
  }
  loss_sum_.add_(loss);
  at::linalg_vector_norm_out(norm_, gradient_, 2, std::nullopt, false, at::kFloat);
  if (recipe_.optimiser.clip > 0.0) {
    gradient_.mul_(at::clamp(recipe_.optimiser.clip / norm_, std::nullopt, 1.0));
  }
  adamw_ema(state_, gradient_, recipe_.optimiser, inputs);
}

NamedTensors Trainer::whole_batch(std::int64_t step) const {
  const Range all{0, recipe_.train.batch};
  const PairSampler::Batch batch = sampler_.draw(recipe_.train.seed, step, all);
  const at::Tensor t = times_of(recipe_.train.seed, step, all, device_);
  at::Tensor xt = at::empty_like(batch.x0);
  at::Tensor target = at::empty_like(batch.x0);
  interpolate(batch, t, recipe_.noise, recipe_.train.seed, step, xt, target);
  return {{"x0", batch.x0}, {"x1", batch.x1}, {"t", t}, {"xt", xt}, {"target", target}};
}

double Trainer::take_loss_sum() {
  const at::Tensor sum = loss_sum_.to(at::kCPU, /*non_blocking=*/false, /*copy=*/true);
  loss_sum_.zero_();
  processes_.sum(sum);
  is_stopped_ = stops_.item<double>() > 0.0;
  return sum.item<double>();
}

}  // namespace straightedge::train
