#include <train/training.hpp>

#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/stack.h>
#include <data/tensor_files.hpp>

#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <straightedge/error.hpp>
#include <train/gradient_variance.hpp>
#include <train/schedules.hpp>

namespace straightedge::train {
namespace {

std::int64_t resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  std::int64_t resident = 0;
  file >> pages >> resident;
  return resident * 4096 / 1048576;
}

/// Collects the steps between two lines of metrics.jsonl.
class Meter {
 public:
  /// `folder`: null where another process writes.
  Meter(const RunFolder* folder, std::int64_t first) : folder_(folder), last_step_(first) {}

  /// Writes the line, and returns the mean loss.
  double write(Trainer& trainer, double rate, std::int64_t batch) {
    const std::int64_t step = trainer.state().step;
    const auto count = static_cast<double>(step - last_step_);
    const double loss = trainer.take_loss_sum() / count;
    const double seconds = std::chrono::duration<double>(Clock::now() - last_time_).count();
    if (folder_ != nullptr) {
      folder_->append_metrics({{"step", step},
                               {"loss", loss},
                               {"rate", rate},
                               {"gradient_norm", trainer.gradient_norm()},
                               {"samples_per_second", std::round(count * static_cast<double>(batch) / seconds)},
                               {"memory_mb", resident_megabytes()}});
    }
    last_step_ = step;
    start_clock();
    return loss;
  }

  /// What was done since the line does not count.
  void start_clock() { last_time_ = Clock::now(); }

 private:
  using Clock = std::chrono::steady_clock;
  const RunFolder* folder_;
  std::int64_t last_step_;
  Clock::time_point last_time_ = Clock::now();
};

// A line with the gradient variance at the averaged parameters, by the first batches that `evaluate` draws at the end.
void write_gradient_variance(const RunFolder* folder, const Recipe& recipe, const Trainer& trainer,
                             const Processes& processes) {
  const std::int64_t batches = recipe.train.variance_batches;
  if (batches == 0) {
    return;
  }
  const EvaluateRecipe& of = recipe.evaluate;
  const MeasuredField field{trainer.model(), trainer.state().ema, trainer.sampler(), recipe.noise, processes};
  const VarianceEstimate estimate =
      estimate_variance(squared_gradient_norms(field, recipe.train.seed, of.small_batch, batches), of.small_batch,
                        squared_gradient_norms(field, recipe.train.seed, of.large_batch, batches), of.large_batch);
  if (folder != nullptr) {
    folder->append_metrics({{"step", trainer.state().step},
                            {"gradient_variance", estimate.value},
                            {"gradient_variance_error", estimate.standard_error}});
  }
}

// All processes know of it; the one with the folder says so.
[[noreturn]] void stop_at_nonfinite(const RunFolder* folder, const Processes& processes, const TrainState& state,
                                    const std::string& what, NamedTensors tensors) {
  if (folder == nullptr) {
    processes.await_end();
  }
  const std::filesystem::path path = folder->path("nonfinite.safetensors");
  tensors.insert({{"parameters", state.parameters}, {"m", state.m}, {"v", state.v}, {"ema", state.ema}});
  write_tensors(path, tensors, {{"schema", "straightedge/nonfinite/1"}, {"step", std::to_string(state.step)}});
  throw Error(what + ": a lower optimiser.rate or optimiser.clip may help; state and batch are in " + path.string() +
              ", the last good state in checkpoints/");
}

void require_finite(const RunFolder* folder, const Trainer& trainer, const Processes& processes, double loss,
                    std::int64_t since) {
  const std::string after = " after step " + std::to_string(since) + " is not finite";
  if (!std::isfinite(loss)) {
    stop_at_nonfinite(folder, processes, trainer.state(), "a loss" + after, {});
  }
  if (!std::isfinite(trainer.gradient_norm())) {
    stop_at_nonfinite(folder, processes, trainer.state(), "a gradient's norm" + after, {});
  }
  if (!at::isfinite(trainer.state().parameters).all().item<bool>()) {
    stop_at_nonfinite(folder, processes, trainer.state(), "a parameter" + after, {});
  }
}

struct Beginning {
  bool is_over;
  double loss;
  TrainState state;
};

// By the last checkpoint of the folder, if there is one.
Beginning beginning_of(const RunFolder* folder, const Recipe& recipe) {
  Beginning begin{false, std::numeric_limits<double>::quiet_NaN(), Trainer::initial_state(recipe)};
  if (folder == nullptr) {
    return begin;
  }
  const std::vector<Checkpoint> checkpoints = list_checkpoints(folder->checkpoints());
  begin.is_over = checkpoints.empty() && folder->has_model();  // its checkpoints were removed since
  if (!checkpoints.empty()) {
    begin.state = read_checkpoint(checkpoints.back(), begin.state.parameters.numel());
    begin.loss = checkpoints.back().loss;
  }
  if (!begin.is_over) {
    folder->cut_metrics(begin.state.step);
  }
  return begin;
}

// Rank 0's.
TrainState state_of_all(const Processes& processes, TrainState state) {
  const at::Tensor step = at::full({1}, state.step, at::kLong);
  for (const at::Tensor& tensor : {step, state.parameters, state.m, state.v, state.ema}) {
    processes.broadcast(tensor);
  }
  state.step = step.item<std::int64_t>();
  return state;
}

// All processes take the same steps to the same bits; one that does not has a fault, and would spoil the others.
void require_equal_states(const Processes& processes, const TrainState& state) {
  std::vector<at::Tensor> sums;
  for (const at::Tensor& tensor : {state.parameters, state.m, state.v, state.ema}) {
    sums.push_back(tensor.view(at::kInt).sum(at::kLong).cpu());
  }
  const std::vector<at::Tensor> of_all = processes.all_of(at::stack(sums));
  for (std::size_t rank = 1; rank < of_all.size(); ++rank) {
    if (!of_all[rank].equal(of_all[0])) {
      throw MachineError("rank " + std::to_string(rank) + " has come to other parameters than rank 0 by step " +
                         std::to_string(state.step) +
                         ": is it another kind of device? The last checkpoint is from before");
    }
  }
}

/// The steps from a beginning to the end, and what is written on the way.
class TrainingLoop {
 public:
  TrainingLoop(const RunFolder* folder, Trainer& trainer, const Recipe& recipe, Processes& processes, double loss)
      : folder_(folder),
        trainer_(trainer),
        recipe_(recipe),
        processes_(processes),
        meter_(folder, trainer.state().step),
        loss_(loss),
        written_(trainer.state().step),
        logged_(written_) {}

  TrainEnd take_steps(const std::atomic<bool>& stop, const std::function<void(const TrainProgress&)>& progress) {
    const std::int64_t steps = recipe_.train.steps;
    while (trainer_.state().step < steps) {
      // Alone, a process takes no step more; of several, all stop after the same one.
      const bool leaves = processes_.are_several() ? trainer_.is_stopped() : stop.load();
      if (!leaves) {
        take_step(stop);
      }
      record(leaves);
      progress({trainer_.state().step, steps, loss_});
      if (leaves) {
        return TrainEnd::stopped;
      }
    }
    if (folder_ != nullptr) {
      folder_->write_model(trainer_.model(), trainer_.state().ema);
    }
    return TrainEnd::finished;
  }

  /// Keeps what was trained since the last checkpoint where another process is lost: the state is that of the last
  /// whole step. A GPU's may be in the midst of one.
  void save_after_failure() {
    const TrainState& state = trainer_.state();
    processes_.announce_end();
    if (folder_ == nullptr || state.step == 0 || !state.parameters.is_cpu() ||
        !at::isfinite(state.parameters).all().item<bool>()) {
      return;
    }
    write_checkpoint(folder_->checkpoints(), state, std::isfinite(loss_) ? loss_ : std::numeric_limits<double>::max(),
                     recipe_.train.keep);
    processes_.set_advice("; the checkpoint of step " + std::to_string(state.step) +
                          " is saved: continue with --resume, by any number of processes");
  }

 private:
  void take_step(bool stop) {
    try {
      trainer_.advance(stop);
    } catch (const NonFiniteLoss& error) {
      stop_at_nonfinite(folder_, processes_, trainer_.state(), error.what(), error.batch());
    }
  }

  void record(bool leaves) {
    const std::int64_t step = trainer_.state().step;
    const TrainRecipe& of = recipe_.train;
    const bool saving = step > written_ && (leaves || step == of.steps || step % of.checkpoint_every == 0);
    if (step > logged_ && (saving || step % of.log_every == 0)) {
      loss_ = meter_.write(trainer_, learning_rate(recipe_.optimiser, of.steps, step), of.batch);
      require_finite(folder_, trainer_, processes_, loss_, logged_);
      logged_ = step;
    }
    if (!saving) {
      return;
    }
    require_equal_states(processes_, trainer_.state());
    if (folder_ != nullptr) {
      write_checkpoint(folder_->checkpoints(), trainer_.state(), loss_, of.keep);
    }
    written_ = step;
    if (!leaves) {  // who asked to stop waits for nothing but the checkpoint
      write_gradient_variance(folder_, recipe_, trainer_, processes_);
      meter_.start_clock();
    }
  }

  const RunFolder* folder_;
  Trainer& trainer_;
  const Recipe& recipe_;
  Processes& processes_;
  Meter meter_;
  double loss_;
  std::int64_t written_, logged_;  ///< steps of the last checkpoint, and of the last line of metrics
};

}  // namespace

TrainEnd train(const RunFolder* folder, const Recipe& recipe, const Pairs& pairs, const at::Device& device,
               Processes& processes, const std::atomic<bool>& stop,
               const std::function<void(const TrainProgress&)>& progress) {
  const Beginning beginning = beginning_of(folder, recipe);
  if (processes.any(beginning.is_over)) {
    return TrainEnd::finished;
  }
  Trainer trainer(recipe, pairs, device, state_of_all(processes, beginning.state), processes);
  TrainingLoop loop(folder, trainer, recipe, processes, beginning.loss);
  try {
    return loop.take_steps(stop, progress);
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // of c10d, where another process is gone
    if (processes.are_several()) {
      loop.save_after_failure();
    }
    throw;
  }
}

}  // namespace straightedge::train
