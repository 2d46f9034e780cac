#include <sample_command.hpp>

#include <torch/csrc/api/include/torch/version.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <build_info.hpp>
#include <command.hpp>
#include <cstdio>
#include <data/tensor_files.hpp>
#include <digest.hpp>
#include <filesystem>
#include <memory.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <progress_line.hpp>
#include <run_training.hpp>
#include <stop_signal.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <train/evaluate.hpp>
#include <train/memory_needs.hpp>
#include <train/recipe.hpp>
#include <train/resumable_rows.hpp>
#include <train/run_folder.hpp>
#include <train/solvers.hpp>
#include <train/trained_flow.hpp>

namespace straightedge::train {
namespace {

constexpr int inconclusive = 3;
constexpr const char* schema = "straightedge/samples/1";

struct Options {
  std::string run;
  std::string out;
  std::int64_t count = 1000;
  std::int64_t seed = 0;
  std::string method = "euler";
  std::optional<std::int64_t> steps;
  std::optional<double> tolerance;
  std::string device;
  bool quiet = false;
  int patience = 45;
};

Solver solver_of(const Options& options, const Recipe& recipe) {
  Solver solver;
  solver.method = options.method;
  solver.steps = options.steps.value_or(recipe.evaluate.euler_steps);
  solver.tolerance = options.tolerance.value_or(solver.tolerance);
  const bool is_adaptive = solver.method == "adaptive";
  if (is_adaptive && options.steps) {
    throw InputError("sample: --method adaptive chooses its steps by --tolerance; leave --steps out");
  }
  if (!is_adaptive && options.tolerance) {
    throw InputError("sample: --tolerance is of --method adaptive; " + solver.method + " takes --steps");
  }
  // Below, the roundings of fp32 would be all that steps are chosen by.
  if (!(solver.tolerance >= 1e-7 && solver.tolerance <= 1.0)) {
    throw InputError("sample: --tolerance must be from 1e-7 to 1");
  }
  return solver;
}

// What the file says of itself.
fixtures::Metadata metadata_of(const Options& options, const Solver& solver, const RunFolder& folder) {
  fixtures::Metadata metadata{{"schema", schema},
                              {"seed", std::to_string(options.seed)},
                              {"method", solver.method},
                              {"model_sha256", fixtures::sha256_file(folder.path("model.safetensors"))}};
  if (const std::optional<std::int64_t> evaluations = evaluations_of(solver)) {
    metadata["steps"] = std::to_string(solver.steps);
    metadata["evaluations"] = std::to_string(*evaluations);
  } else {
    metadata["tolerance"] = nlohmann::json(solver.tolerance).dump();
  }
  return metadata;
}

// All that decides the samples' bits.
std::string settings_of(const fixtures::Metadata& metadata, const Recipe& recipe, const at::Device& device) {
  return nlohmann::json(metadata).dump() + "\n" + device_name(device) + "\n" + version() + " " + TORCH_VERSION + "\n" +
         to_toml(recipe);
}

int run_sample(const Options& options, const Processes& processes) {
  if (processes.is_first()) {
    require_place(options.out, schema);
  }
  const RunFolder folder = RunFolder::open(options.run);
  require_equal_runs(folder, processes);
  const Solver solver = solver_of(options, folder.recipe());
  Recipe needs = folder.recipe();
  needs.evaluate.fresh = options.count;
  require_memory(processes.launch().local_size * bytes_needed(needs), "--count " + std::to_string(options.count),
                 "ask for fewer, with several seeds");
  const at::Device device = prepared_device(folder, options.device, processes);
  const TrainedFlow flow(folder, device);
  const fixtures::Metadata metadata = metadata_of(options, solver, folder);
  const std::string settings = settings_of(metadata, folder.recipe(), device);
  const std::string asked = "--count " + std::to_string(options.count) + "\n" + settings;
  processes.require_agreement("samples", asked, [&](const std::string& of_first) {
    return "was asked for other samples than rank 0, or on another device: " + different_line(asked, of_first);
  });
  const StopOnSignal signals;
  ResumableRows rows(options.out, settings, {options.count, folder.recipe().dimension(), flow.rows_at_once()},
                     processes);
  const at::Tensor sources = sources_of_samples(folder.recipe(), options.count, options.seed);
  ProgressLine line("samples", options.quiet || !processes.is_first());
  const std::optional<at::Tensor> samples =
      rows.make([&](std::int64_t first,
                    std::int64_t count) { return flow(sources.narrow(0, first, count), solver, &stop_requested()); },
                stop_requested(), [&](std::int64_t done) { line.show(done, options.count); });
  line.finish();
  if (!processes.is_first()) {
    return samples ? 0 : inconclusive;
  }
  if (!samples) {
    std::fprintf(stderr, "stopped: %s.parts has what was made; the same command continues\n", options.out.c_str());
    return inconclusive;
  }
  rows.finish([&](const std::filesystem::path& path) { write_tensors(path, {{"samples", *samples}}, metadata); });
  std::fprintf(stderr, "wrote %s: %lld samples\n", options.out.c_str(), static_cast<long long>(options.count));
  return 0;
}

}  // namespace

void add_sample_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("sample", "Draw from a trained flow");
  command->footer(
      "Examples:\n"
      "  straightedge-train sample build/runs/rotation --out samples.safetensors --count 5000\n"
      "  straightedge-train sample build/runs/rotation --out fine.safetensors --method adaptive --tolerance 1e-6\n"
      "Exit code: 0 written, 1 the flow is not finite, 2 bad input, 3 stopped by a signal, 4 the machine failed. The "
      "same command continues what was stopped or killed, to the same bytes.");
  command->add_option("run", options->run, "Folder of a run")->required()->type_name("RUN");
  command->add_option("--device", options->device, "Where; left out: where it was trained")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  command->add_option("--out", options->out, "File for `samples` [count, d]")->required()->type_name("FILE");
  command->add_option("--count", options->count, "How many")->capture_default_str()->check(CLI::Range(1, 1000000000));
  command->add_option("--seed", options->seed, "Of the sources")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000000));
  command->add_option("--method", options->method, "How the flow is followed")
      ->capture_default_str()
      ->check(CLI::IsMember({"euler", "heun", "adaptive"}));
  command->add_option("--steps", options->steps, "Of euler and heun; left out: the recipe's evaluate.euler_steps")
      ->type_name("N")
      ->check(CLI::Range(1, 1000000));
  command->add_option("--tolerance", options->tolerance, "Of the error of a step of adaptive; left out: 1e-4")
      ->type_name("X");
  command->add_flag("--quiet", options->quiet, "No progress");
  add_patience(*command, options->patience);
  command->callback([options, &exit_code] {
    exit_code = guarded_together(options->patience, [&](const Processes& all) { return run_sample(*options, all); });
  });
}

}  // namespace straightedge::train
