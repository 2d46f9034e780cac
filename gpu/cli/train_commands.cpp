#include <train_commands.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <command.hpp>
#include <cstdio>
#include <memory>
#include <run_training.hpp>
#include <string>
#include <train/recipe.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr int inconclusive = 3;

struct Options {
  std::string recipe;
  std::string run;
  std::string out;
  std::string device;
  std::string features;
  std::vector<std::string> set;
  bool resume = false;
  bool quiet = false;
  int patience = 45;
};

CLI::App* add_command(CLI::App& app, const char* name, const char* what, const std::shared_ptr<Options>& options) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("recipe", options->recipe, "Recipe in TOML: docs/recipes.md")->required()->type_name("RECIPE");
  command->add_option("--set", options->set, "Override a key of the recipe; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  return command;
}

int run_train(const Options& options, Processes& processes) {
  const Recipe recipe = read_recipe(options.recipe, options.set);
  if (run_training(recipe, options.out, options.resume, options.quiet, processes) == TrainEnd::stopped) {
    if (processes.is_first()) {
      std::fprintf(stderr, "stopped; what was trained is in %s: continue with --resume\n", options.out.c_str());
    }
    return inconclusive;
  }
  return 0;
}

}  // namespace

void add_train_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = add_command(app, "train", "Train a flow", options);
  command->footer(
      "Example:\n"
      "  straightedge-train train gpu/recipes/rotation.toml --out build/runs/rotation --set noise.sigma=0.05\n"
      "  torchrun --no-python --nproc-per-node 4 straightedge-train train RECIPE --out RUN\n"
      "Exit code: 0 trained, 1 the loss became infinite or NaN, 2 bad input, 3 stopped by a signal, 4 the machine "
      "failed.");
  command->add_option("--out", options->out, "Folder of the run: new, or with --resume the one to continue")
      ->required()
      ->type_name("RUN");
  command->add_flag(
      "--resume", options->resume,
      "Continue from the last checkpoint, to the same bits by as many threads and processes; begin if there is none");
  command->add_flag("--quiet", options->quiet, "No progress");
  add_patience(*command, options->patience);
  command->callback([options, &exit_code] {
    exit_code = guarded_together(options->patience, [&](Processes& all) { return run_train(*options, all); });
  });
}

void add_evaluate_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("evaluate", "Measure a trained flow: what `straightedge certify` reads");
  command->footer("Example:\n  straightedge-train evaluate build/runs/rotation");
  command->add_option("run", options->run, "Folder of a run; gets evaluation.json and outputs.safetensors")
      ->required()
      ->type_name("RUN");
  command->add_option("--device", options->device, "Where; left out: where it was trained")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  command
      ->add_option("--features", options->features,
                   "Of runs on images: a TorchScript network of features, for FID and KID")
      ->type_name("FILE");
  command->add_flag("--quiet", options->quiet, "No progress");
  add_patience(*command, options->patience);
  command->callback([options, &exit_code] {
    exit_code = guarded_together(options->patience, [&](const Processes& all) {
      run_evaluation(options->run, options->device, options->features, options->quiet, all);
      return 0;
    });
  });
}

}  // namespace straightedge::train
