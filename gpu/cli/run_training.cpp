#include <run_training.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <array>
#include <cstdio>
#include <data/pair_files.hpp>
#include <memory.hpp>
#include <progress_line.hpp>
#include <stop_signal.hpp>
#include <train/durable.hpp>
#include <train/evaluate.hpp>
#include <train/memory_needs.hpp>
#include <train/run_folder.hpp>
#include <train/trained_flow.hpp>

namespace straightedge::train {

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
  ProgressLine line("steps", quiet);
  const TrainEnd end = train(folder, pairs, device, stop_requested(), [&line](const TrainProgress& at) {
    std::array<char, 32> loss{};
    std::snprintf(loss.data(), loss.size(), "loss %.6g", at.loss);
    line.show(at.step, at.steps, loss.data());
  });
  line.finish();
  return end;
}

void run_evaluation(const std::filesystem::path& run, const std::string& device, const std::string& features,
                    bool quiet) {
  const RunFolder folder = RunFolder::open(run);
  evaluate(folder, prepared_device(folder, device), features, [&](const std::string& what) {
    if (!quiet) {
      std::fprintf(stderr, "%s: %s\n", run.c_str(), what.c_str());
    }
  });
}

}  // namespace straightedge::train
