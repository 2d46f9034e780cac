#include <reproduce_command.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <command.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <run_training.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <train/recipe.hpp>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr int inconclusive = 3;

struct Options {
  std::string name;
  std::string out;
  bool smoke = false;
  bool quiet = false;
};

fs::path program_folder() {
  return fs::canonical("/proc/self/exe").parent_path();
}

// Recipes are beside the program, in the build tree as where it is installed.
fs::path recipe_of(const std::string& name) {
  const fs::path folder = program_folder().parent_path() / "share" / "straightedge" / "recipes";
  const fs::path file = folder / (name + ".toml");
  if (!fs::exists(file)) {
    std::string known;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      known += (known.empty() ? "" : ", ") + entry.path().stem().string();
    }
    throw InputError("reproduce: there is no recipe \"" + name + "\"; there are " + known);
  }
  return file;
}

struct PlannedRun {
  std::string name;
  std::vector<std::string> overrides;
};

std::vector<PlannedRun> planned_runs(const ReproduceRecipe& of) {
  std::vector<PlannedRun> runs;
  const std::size_t variants = std::max<std::size_t>(1, of.vary.size());
  for (std::size_t variant = 0; variant < variants; ++variant) {
    for (std::size_t level = 0; level < of.sigmas.size(); ++level) {
      for (std::int64_t seed = 1; seed <= of.seeds; ++seed) {
        PlannedRun run;
        run.name = (of.vary.empty() ? "" : "variant-" + std::to_string(variant + 1) + "-") + "noise-" +
                   std::to_string(level) + "-seed-" + std::to_string(seed);
        run.overrides = {"noise.sigma=" + std::to_string(of.sigmas[level]), "train.seed=" + std::to_string(seed)};
        if (!of.vary.empty()) {
          run.overrides.push_back(of.vary[variant]);
        }
        runs.push_back(run);
      }
    }
  }
  return runs;
}

/// Runs the program beside this one, on the same standard streams: its exit code.
int run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (::posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0 ||
      ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
    throw MachineError(words[0] + ": could not be run");
  }
  return WEXITSTATUS(status);
}

int certify(const Options& options, const std::vector<PlannedRun>& runs) {
  const fs::path program = program_folder() / "straightedge";
  std::vector<std::string> words{program.string(), "certify"};
  for (const PlannedRun& run : runs) {
    words.push_back((fs::path(options.out) / run.name).string());
  }
  words.insert(words.end(), {"--out", (fs::path(options.out) / "certify").string()});
  if (fs::exists(program)) {
    return run_program(words);
  }
  std::string line = "straightedge";
  for (std::size_t i = 1; i < words.size(); ++i) {
    line += " " + words[i];
  }
  std::fprintf(stderr, "the program straightedge is not beside this one; for the verdict run\n  %s\n", line.c_str());
  return inconclusive;
}

int run_reproduce(const Options& options) {
  const fs::path file = recipe_of(options.name);
  // To see that all of it runs: the verdict means nothing then.
  const std::vector<std::string> short_cuts{"train.steps=300", "evaluate.batches=20", "evaluate.fresh=200"};
  const std::vector<PlannedRun> runs = planned_runs(read_recipe(file).reproduce);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const fs::path folder = fs::path(options.out) / runs[i].name;
    if (!options.quiet) {
      std::fprintf(stderr, "run %zu of %zu: %s\n", i + 1, runs.size(), folder.c_str());
    }
    if (fs::exists(folder / "evaluation.json")) {
      continue;
    }
    std::vector<std::string> overrides = runs[i].overrides;
    if (options.smoke) {
      overrides.insert(overrides.end(), short_cuts.begin(), short_cuts.end());
    }
    if (run_training(read_recipe(file, overrides), folder, true, options.quiet) == TrainEnd::stopped) {
      std::fprintf(stderr, "stopped; the same command continues\n");
      return inconclusive;
    }
    run_evaluation(folder, options.quiet);
  }
  const int code = certify(options, runs);
  if (options.smoke && (code == 1 || code == inconclusive)) {
    std::fprintf(stderr, "all of it runs; these runs are far too short for a verdict\n");
    return 0;
  }
  return code;
}

}  // namespace

void add_reproduce_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("reproduce", "Make every run that a claim needs, and end in its verdict");
  command->footer(
      "Example:\n"
      "  straightedge-train reproduce rotation --out build/reproduce/rotation\n"
      "A second call continues where the first one stopped. Exit code: that of `straightedge certify`; 3 where it was "
      "stopped.");
  command->add_option("name", options->name, "A recipe: rotation, counterexample, gmm-3d, gmm-50d, ...")
      ->required()
      ->type_name("NAME");
  command->add_option("--out", options->out, "Folder for the runs")->required()->type_name("DIR");
  command->add_flag("--smoke", options->smoke, "A few steps a run: shows that all of it works, and decides nothing");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_reproduce(*options); }); });
}

}  // namespace straightedge::train
