#include <reproduce_command.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <command.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_signal.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <thread>
#include <train/recipe.hpp>
#include <train/run_folder.hpp>
#include <train/trainer.hpp>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr int inconclusive = 3;

struct Options {
  std::string name;
  std::string out;
  std::int64_t jobs = 0;
  bool smoke = false;
  bool quiet = false;
};

// Looked up once: the file may be replaced while it runs.
const fs::path& program_folder() {
  static const fs::path folder = fs::canonical("/proc/self/exe").parent_path();
  return folder;
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

std::string shortest(double value) {
  char text[32];
  return {std::begin(text), std::to_chars(std::begin(text), std::end(text), value).ptr};
}

struct PlannedRun {
  std::string name;
  std::vector<std::string> overrides;
};

fs::path runs_folder(const Options& options) {
  return fs::path(options.out) / "runs";
}

// A run of another recipe, as one of --smoke, must not stand for this one.
void require_same_recipe(const fs::path& recipe, const PlannedRun& run, const fs::path& folder) {
  if (!fs::exists(folder / "recipe.toml")) {
    return;
  }
  const Recipe found = RunFolder::open(folder).recipe();
  Recipe planned = read_recipe(recipe, run.overrides);
  // What a training resolves by the machine.
  planned.train.threads = found.train.threads;
  planned.train.device = found.train.device;
  planned.pairs.file = found.pairs.file;
  planned.pairs.run = found.pairs.run;
  const std::string key = first_difference(planned, found);
  if (!key.empty()) {
    throw InputError(folder.string() + ": is of another recipe: " + key + " differs; name another --out");
  }
}

std::vector<PlannedRun> planned_runs(const ReproduceRecipe& of) {
  std::vector<PlannedRun> runs;
  const std::size_t variants = std::max<std::size_t>(1, of.vary.size());
  for (std::size_t variant = 0; variant < variants; ++variant) {
    for (std::size_t level = 0; level < of.sigmas.size(); ++level) {
      for (std::int64_t seed = 1; seed <= of.seeds; ++seed) {
        PlannedRun run;
        run.name = (of.vary.empty() ? "" : "variant-" + std::to_string(variant + 1) + "-") + "noise-" +
                   std::to_string(level) + "-seed-" + std::to_string(seed);
        run.overrides = {"noise.sigma=" + shortest(of.sigmas[level]), "train.seed=" + std::to_string(seed)};
        if (!of.vary.empty()) {
          run.overrides.push_back(of.vary[variant]);
        }
        runs.push_back(run);
      }
    }
  }
  return runs;
}

/// Runs a program on the same standard streams: its exit code. It has a process group of its own, so that a stop
/// reaches it once, from here, whether it came from the terminal or to this process alone.
int run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, arguments[0], nullptr, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    throw MachineError(words[0] + ": could not be started: " + std::strerror(failure));
  }
  int status = 0;
  bool is_told = false;
  for (pid_t ended = 0; ended != child; ended = ::waitpid(child, &status, WNOHANG)) {
    if (ended < 0 && errno != EINTR) {
      throw MachineError(words[0] + ": was lost");
    }
    if (stop_requested() && !is_told) {
      ::kill(child, SIGTERM);
      is_told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (WIFSIGNALED(status) && is_told) {
    return inconclusive;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}

int certify(const Options& options, const std::string& claim, const std::vector<PlannedRun>& runs) {
  const fs::path program = program_folder() / "straightedge";
  std::vector<std::string> words{program.string(), "certify"};
  for (const PlannedRun& run : runs) {
    words.push_back((runs_folder(options) / run.name).string());
  }
  words.insert(words.end(), {"--out", (fs::path(options.out) / "certify").string()});
  if (!claim.empty()) {
    words.insert(words.end(), {"--claims", claim});
  }
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

// Trains and measures one run in processes of their own, which have as many threads as the recipe says.
int make_run(const fs::path& recipe, const PlannedRun& run, const fs::path& folder) {
  const std::string program = (program_folder() / "straightedge-train").string();
  std::vector<std::string> train{program, "train", recipe.string(), "--out", folder.string(), "--resume", "--quiet"};
  for (const std::string& override : run.overrides) {
    train.insert(train.end(), {"--set", override});
  }
  const int code = run_program(train);
  return code != 0 ? code : run_program({program, "evaluate", folder.string(), "--quiet"});
}

/// Says how many runs of those that were missing are made, and how long the others may take.
class Progress {
 public:
  Progress(std::size_t missing, std::int64_t jobs) : missing_(missing), jobs_(static_cast<double>(jobs)) {}

  void add(const fs::path& folder) {
    const std::lock_guard lock(mutex_);
    ++made_;
    // Runs of a recipe are alike, and jobs_ of them are under way.
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
    const double rounds = std::ceil(static_cast<double>(made_) / jobs_);
    const double left = std::ceil(static_cast<double>(missing_ - made_) / jobs_) * seconds / rounds;
    std::fprintf(stderr, "made %zu of %zu runs, %s; about %.0f s left\n", made_, missing_, folder.c_str(), left);
  }

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::size_t missing_;
  std::size_t made_ = 0;
  double jobs_;
};

/// Makes those that are not there, some at a time. The first exit code that is not 0.
int make_runs(const fs::path& recipe, const std::vector<PlannedRun>& runs, const Options& options) {
  std::vector<const PlannedRun*> missing;
  for (const PlannedRun& run : runs) {
    require_same_recipe(recipe, run, runs_folder(options) / run.name);
    if (!fs::exists(runs_folder(options) / run.name / "evaluation.json")) {
      missing.push_back(&run);
    }
  }
  Progress progress(missing.size(), options.jobs);
  std::atomic<std::size_t> next = 0;
  std::atomic<int> code = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < missing.size() && code == 0 && !stop_requested(); i = next++) {
      const fs::path folder = runs_folder(options) / missing[i]->name;
      int expected = 0;
      const int found = guarded([&] { return make_run(recipe, *missing[i], folder); });
      code.compare_exchange_strong(expected, found);
      if (found == 0 && !options.quiet) {
        progress.add(folder);
      }
    }
  };
  std::vector<std::jthread> workers;
  for (std::int64_t job = 0; job < options.jobs; ++job) {
    workers.emplace_back(work);
  }
  workers.clear();
  return code == 0 && stop_requested() ? inconclusive : code.load();
}

int run_reproduce(Options options) {
  const fs::path file = recipe_of(options.name);
  const Recipe recipe = read_recipe(file);
  std::vector<PlannedRun> runs = planned_runs(recipe.reproduce);
  if (options.smoke) {
    for (PlannedRun& run : runs) {
      run.overrides.insert(run.overrides.end(), {"train.steps=300", "evaluate.batches=20", "evaluate.fresh=200"});
    }
  }
  if (options.jobs == 0) {
    const bool whole_machine = recipe.train.threads == 0 || device_of(recipe.train).is_cuda();
    options.jobs =
        whole_machine ? 1 : std::max<std::int64_t>(1, std::thread::hardware_concurrency() / recipe.train.threads);
  }
  fs::create_directories(runs_folder(options));
  {
    const StopOnSignal signals;
    const int code = make_runs(file, runs, options);
    if (code != 0) {
      std::fprintf(stderr, code == inconclusive
                               ? "stopped; the same command continues\n"
                               : "a run failed; its message is above. The same command tries it again\n");
      return code;
    }
  }
  const int code = certify(options, recipe.claim, runs);
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
  command
      ->add_option("--jobs", options->jobs, "Runs at a time; left out: as many as the recipe's threads leave room for")
      ->check(CLI::PositiveNumber);
  command->add_flag("--smoke", options->smoke, "A few steps a run: shows that all of it works, and decides nothing");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] { exit_code = guarded([&] { return run_reproduce(*options); }); });
}

}  // namespace straightedge::train
