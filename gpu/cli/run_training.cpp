#include <run_training.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <data/pair_files.hpp>
#include <memory.hpp>
#include <stop_signal.hpp>
#include <train/durable.hpp>
#include <train/evaluate.hpp>
#include <train/memory_needs.hpp>
#include <train/run_folder.hpp>
#include <train/trained_flow.hpp>

namespace straightedge::train {
namespace {

// A line on stderr: on a terminal it is written over, elsewhere there is one every ten seconds.
class ProgressLine {
 public:
  explicit ProgressLine(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

  void show(const TrainProgress& at) {
    const auto now = Clock::now();
    if (first_step_ < 0) {
      first_step_ = at.step;
    }
    const double seconds = std::chrono::duration<double>(now - last_).count();
    if (quiet_ || (seconds < (terminal_ ? 0.2 : 10.0) && at.step != at.steps)) {
      return;
    }
    last_ = now;
    const double elapsed = std::chrono::duration<double>(now - begin_).count();
    const auto done = static_cast<double>(at.step - first_step_);
    const double left = done > 0 ? elapsed / done * static_cast<double>(at.steps - at.step) : 0.0;
    std::fprintf(stderr, "%sstep %lld of %lld, loss %.6g, %.0f steps/s, %.0f s left%s", terminal_ ? "\r\033[K" : "",
                 static_cast<long long>(at.step), static_cast<long long>(at.steps), at.loss,
                 done / std::max(elapsed, 1e-9), std::ceil(left), terminal_ && at.step != at.steps ? "" : "\n");
    is_open_ = terminal_ && at.step != at.steps;
  }

  /// What is written next begins a line.
  void finish() const {
    if (is_open_) {
      std::fputc('\n', stderr);
    }
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool quiet_;
  bool terminal_;
  bool is_open_ = false;
  std::int64_t first_step_ = -1;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_ = begin_;
};

}  // namespace

at::Device prepared_device(const Recipe& recipe) {
  require_memory(bytes_needed(recipe), recipe.source,
                 "fewer pairs.count or evaluate.fresh, or a smaller model, need less");
  if (recipe.train.threads > 0) {
    at::set_num_threads(static_cast<int>(recipe.train.threads));
  }
  // Else cuBLAS may add up parts of a bf16 product in bf16.
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  // Else cuDNN may take convolutions that add in an order of their own at each run.
  at::globalContext().setDeterministicCuDNN(true);
  return device_of(recipe.train);
}

at::Device prepared_device(const RunFolder& folder, const std::string& device) {
  Recipe recipe = folder.recipe();
  recipe.train.device = device.empty() ? recipe.train.device : device;
  return prepared_device(recipe);
}

TrainEnd run_training(Recipe recipe, const std::filesystem::path& run, bool resume, bool quiet) {
  const at::Device device = prepared_device(recipe);
  // They decide the last bits, and so belong to the run.
  recipe.train.threads = at::get_num_threads();
  recipe.train.device = device.is_cuda() ? "cuda" : "cpu";
  // A run is measured from any folder.
  for (std::string* path : {&recipe.data.file, &recipe.pairs.file, &recipe.pairs.run}) {
    *path = path->empty() ? "" : std::filesystem::absolute(*path).lexically_normal().string();
  }
  const Pairs pairs = pairs_of(recipe, device);  // before there is a folder: what is wrong with them shows here
  recipe.pairs.count = pairs.x0.size(0);         // of a file it is the file's
  const RunFolder folder = resume ? RunFolder::resume(run, recipe) : RunFolder::create(run, recipe);
  const FolderLock lock(run);
  const bool draws_all = recipe.pairs.mode == "resampled" && has_known_targets(recipe) && !has_image_file(recipe);
  folder.write_run_json(device_name(device), draws_all ? "" : digest_of(pairs));
  const StopOnSignal signals;
  ProgressLine line(quiet);
  const TrainEnd end =
      train(folder, pairs, device, stop_requested(), [&line](const TrainProgress& at) { line.show(at); });
  line.finish();
  return end;
}

void run_evaluation(const std::filesystem::path& run, const std::string& device, bool quiet) {
  const RunFolder folder = RunFolder::open(run);
  evaluate(folder, prepared_device(folder, device), [&](const std::string& what) {
    if (!quiet) {
      std::fprintf(stderr, "%s: %s\n", run.c_str(), what.c_str());
    }
  });
}

}  // namespace straightedge::train
