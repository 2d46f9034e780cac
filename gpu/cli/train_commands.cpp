#include <train_commands.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <command.hpp>
#include <cstdio>
#include <data/pair_files.hpp>
#include <data/tensor_files.hpp>
#include <memory.hpp>
#include <memory>
#include <run_training.hpp>
#include <string>
#include <train/evaluate.hpp>
#include <train/memory_needs.hpp>
#include <train/recipe.hpp>
#include <train/run_folder.hpp>
#include <train/trained_flow.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr int inconclusive = 3;

struct Options {
  std::string recipe;
  std::string run;
  std::int64_t count = 1000;
  std::int64_t seed = 0;
  std::string out;
  std::string device;
  std::vector<std::string> set;
  bool by_reference = false;
  bool resume = false;
  bool quiet = false;
};

CLI::App* add_command(CLI::App& app, const char* name, const char* what, const std::shared_ptr<Options>& options) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("recipe", options->recipe, "Recipe in TOML: docs/recipes.md")->required()->type_name("RECIPE");
  command->add_option("--set", options->set, "Override a key of the recipe; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return command;
}

void add_device_option(CLI::App* command, const std::shared_ptr<Options>& options) {
  command->add_option("--device", options->device, "Where; left out: where it was trained")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
}

int run_pairs(const Options& options) {
  const Recipe recipe = read_recipe(options.recipe, options.set);
  const Pairs pairs = pairs_of(recipe, prepared_device(recipe));
  write_pairs(options.out, pairs, recipe, settings_of_pairs(recipe),
              options.by_reference ? ImagesWritten::by_reference : ImagesWritten::as_numbers);
  std::fprintf(stderr, "wrote %s: %lld pairs\n", options.out.c_str(), static_cast<long long>(pairs.x0.size(0)));
  return 0;
}

int run_train(const Options& options) {
  const Recipe recipe = read_recipe(options.recipe, options.set);
  if (run_training(recipe, options.out, options.resume, options.quiet) == TrainEnd::stopped) {
    std::fprintf(stderr, "stopped; what was trained is in %s: continue with --resume\n", options.out.c_str());
    return inconclusive;
  }
  return 0;
}

int run_sample(const Options& options) {
  constexpr const char* schema = "straightedge/samples/1";
  require_place(options.out, schema);
  const RunFolder folder = RunFolder::open(options.run);
  Recipe flow = folder.recipe();
  flow.evaluate.fresh = options.count;
  require_memory(bytes_needed(flow), "--count " + std::to_string(options.count), "ask for fewer, with several seeds");
  const at::Tensor samples = sample(folder, prepared_device(folder, options.device), options.count, options.seed);
  write_tensors(options.out, {{"samples", samples}}, {{"schema", schema}, {"seed", std::to_string(options.seed)}});
  std::fprintf(stderr, "wrote %s: %lld samples\n", options.out.c_str(), static_cast<long long>(options.count));
  return 0;
}

}  // namespace

void add_pairs_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "pairs", "Write the pairs of a recipe", options);
  command->footer("Example:\n  straightedge-train pairs gpu/recipes/rotation.toml --out pairs.safetensors");
  command->add_option("--out", options->out, "File for x0, x1 and index")->required()->type_name("FILE");
  command->add_flag("--by-reference", options->by_reference,
                    "Leave out what is an image of data.file: its row number there is written");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_pairs(*options); }); });
}

void add_train_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a flow", options);
  command->footer(
      "Example:\n"
      "  straightedge-train train gpu/recipes/rotation.toml --out build/runs/rotation --set noise.sigma=0.05\n"
      "Exit code: 0 trained, 1 the loss became infinite or NaN, 2 bad input, 3 stopped by a signal, 4 the machine "
      "failed.");
  command->add_option("--out", options->out, "Folder of the run: new, or with --resume the one to continue")
      ->required()
      ->type_name("RUN");
  command->add_flag("--resume", options->resume,
                    "Continue from the last checkpoint, to the same bits; begin if there is none");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_train(*options); }); });
}

void add_evaluate_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("evaluate", "Measure a trained flow: what `straightedge certify` reads");
  command->footer("Example:\n  straightedge-train evaluate build/runs/rotation");
  command->add_option("run", options->run, "Folder of a run; gets evaluation.json and outputs.safetensors")
      ->required()
      ->type_name("RUN");
  add_device_option(command, options);
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] {
    exit_code = guarded([&] {
      run_evaluation(options->run, options->device, options->quiet);
      return 0;
    });
  });
}

void add_sample_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("sample", "Draw from a trained flow");
  command->footer("Example:\n  straightedge-train sample build/runs/rotation --out samples.safetensors --count 5000");
  command->add_option("run", options->run, "Folder of a run")->required()->type_name("RUN");
  add_device_option(command, options);
  command->add_option("--out", options->out, "File for `samples` [count, d]")->required()->type_name("FILE");
  command->add_option("--count", options->count, "How many")->capture_default_str()->check(CLI::Range(1, 1000000000));
  command->add_option("--seed", options->seed, "Of the sources")
      ->capture_default_str()
      ->check(CLI::Range(0, 1000000000));
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_sample(*options); }); });
}

}  // namespace straightedge::train
