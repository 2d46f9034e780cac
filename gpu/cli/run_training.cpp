#include <run_training.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/csrc/api/include/torch/version.h>
#include <algorithm>
#include <array>
#include <build_info.hpp>
#include <cstdio>
#include <data/pair_files.hpp>
#include <digest.hpp>
#include <memory.hpp>
#include <optional>
#include <progress_line.hpp>
#include <sstream>
#include <stop_signal.hpp>
#include <train/durable.hpp>
#include <train/evaluate.hpp>
#include <train/memory_needs.hpp>
#include <train/run_folder.hpp>
#include <train/trained_flow.hpp>

namespace straightedge::train {

std::string different_line(const std::string& text, const std::string& of_first) {
  std::istringstream lines(text);
  std::istringstream lines_of_first(of_first);
  std::string line;
  std::string line_of_first;
  do {
    std::getline(lines, line);
    std::getline(lines_of_first, line_of_first);
  } while (lines && lines_of_first && line == line_of_first);
  return "`" + line + "` where rank 0 has `" + line_of_first + "`";
}

std::string program_of_process() {
  return "straightedge-train " + version() + " with LibTorch " + TORCH_VERSION;
}

// Files may lie elsewhere on another machine, and are told by their digests; threads are each machine's own.
void require_equal_recipes(Recipe recipe, const Processes& processes) {
  processes.require_agreement("program", program_of_process(), [](const std::string& of_first) {
    return "is of " + program_of_process() + ", and rank 0 of " + of_first + ": install one program on all machines";
  });
  recipe.data.file = recipe.pairs.file = recipe.pairs.run = "";
  recipe.train.threads = 0;
  const std::string text = to_toml(recipe);
  processes.require_agreement("recipe", text, [&](const std::string& of_first) {
    return "has another recipe than rank 0: " + different_line(text, of_first);
  });
}

void require_equal_runs(const RunFolder& folder, const Processes& processes) {
  require_equal_recipes(folder.recipe(), processes);
  if (processes.are_several() && folder.has_model()) {
    const std::string digest = fixtures::sha256_file(folder.path("model.safetensors"));
    processes.require_agreement("model", digest, [&](const std::string&) {
      return "has another model than rank 0 in " + folder.path("model.safetensors").string();
    });
  }
}

at::Device prepared_device(const Recipe& recipe, const Processes& processes) {
  const int local_size = processes.launch().local_size;
  require_memory(local_size * bytes_needed(recipe), recipe.source,
                 "fewer pairs.count or evaluate.fresh, a smaller model, or fewer processes on a machine need less");
  if (recipe.train.threads > 0) {
    at::set_num_threads(static_cast<int>(recipe.train.threads));
  } else if (local_size > 1 && !environment_of_process("OMP_NUM_THREADS")) {
    at::set_num_threads(std::max(1, at::get_num_threads() / local_size));
  }
  // Else cuBLAS may add up parts of a bf16 product in bf16.
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  // Else cuDNN may take convolutions that add in an order of their own at each run.
  at::globalContext().setDeterministicCuDNN(true);
  return device_of(recipe.train, processes.launch().local_rank);
}

at::Device prepared_device(const RunFolder& folder, const std::string& device, const Processes& processes) {
  Recipe recipe = folder.recipe();
  recipe.train.device = device.empty() ? recipe.train.device : device;
  return prepared_device(recipe, processes);
}

TrainEnd run_training(Recipe recipe, const std::filesystem::path& run, bool resume, bool quiet, Processes& processes) {
  const at::Device device = prepared_device(recipe, processes);
  // They decide the last bits, and so belong to the run.
  recipe.train.threads = at::get_num_threads();
  recipe.train.device = device.is_cuda() ? "cuda" : "cpu";
  // A run is measured from any folder.
  for (std::string* path : {&recipe.data.file, &recipe.pairs.file, &recipe.pairs.run}) {
    *path = path->empty() ? "" : std::filesystem::absolute(*path).lexically_normal().string();
  }
  require_equal_recipes(recipe, processes);
  (void)rows_of_batch(recipe, processes);                   // too few show before there is a folder
  const Pairs pairs = pairs_of(recipe, device, processes);  // before there is a folder: what is wrong shows here
  recipe.pairs.count = pairs.x0.size(0);                    // of a file it is the file's
  const std::string digest = digest_of(pairs);
  processes.require_agreement("pairs", digest, [&](const std::string& of_first) {
    return "has other pairs than rank 0, of SHA-256 " + digest.substr(0, 12) + "..., not " + of_first.substr(0, 12) +
           "...: its files of data, pairs or teacher must be those of rank 0";
  });
  std::optional<RunFolder> folder;
  std::optional<FolderLock> lock;
  if (processes.is_first()) {
    // Before anything is looked at: of two that begin one run at the same time the second is refused.
    std::error_code failure;
    if (std::filesystem::create_directories(run, failure); std::filesystem::is_directory(run)) {
      lock.emplace(run);
    }
    folder = resume ? RunFolder::resume(run, recipe) : RunFolder::create(run, recipe);
    const bool draws_all = recipe.pairs.mode == "resampled" && has_known_targets(recipe) && !has_image_file(recipe);
    const std::string several = processes.are_several() ? ", " + std::to_string(processes.size()) + " processes" : "";
    folder->write_run_json(device_name(device) + several, draws_all ? "" : digest);
  }
  const StopOnSignal signals;
  ProgressLine line("steps", quiet || !processes.is_first());
  const TrainEnd end = train(folder ? &*folder : nullptr, recipe, pairs, device, processes, stop_requested(),
                             [&line](const TrainProgress& at) {
                               std::array<char, 32> loss{};
                               std::snprintf(loss.data(), loss.size(), "loss %.6g", at.loss);
                               line.show(at.step, at.steps, loss.data());
                             });
  line.finish();
  return end;
}

void run_evaluation(const std::filesystem::path& run, const std::string& device, const std::string& features,
                    bool quiet, const Processes& processes) {
  const RunFolder folder = RunFolder::open(run);
  require_equal_runs(folder, processes);
  evaluate(folder, prepared_device(folder, device, processes), features, processes, [&](const std::string& what) {
    if (!quiet && processes.is_first()) {
      std::fprintf(stderr, "%s: %s\n", run.c_str(), what.c_str());
    }
  });
}

}  // namespace straightedge::train
