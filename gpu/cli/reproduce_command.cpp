#include <reproduce_command.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <atomic>
#include <child_process.hpp>
#include <chrono>
#include <cmath>
#include <command.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <reproduce_plan.hpp>
#include <stop_signal.hpp>
#include <straightedge/error.hpp>
#include <string>
#include <thread>
#include <train/recipe.hpp>
#include <train/trainer.hpp>
#include <vector>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

constexpr int inconclusive = 3;

struct Options {
  std::string name;
  fs::path out;
  std::vector<std::string> set;
  std::int64_t jobs = 0;
  bool smoke = false;
  bool quiet = false;
};

using Words = std::vector<std::string>;

Words words_of(const PlannedRun& run) {
  Words words;
  for (const std::string& override : run.overrides) {
    words.insert(words.end(), {"--set", override});
  }
  return words;
}

/// Another command of this program: its exit code.
int run_command(Words words, const Words& more) {
  words.insert(words.begin(), (program_folder() / "straightedge-train").string());
  words.insert(words.end(), more.begin(), more.end());
  return run_program(words);
}

int certify(const Options& options, const Words& claims, const std::vector<PlannedRun>& runs) {
  const fs::path program = program_folder() / "straightedge";
  Words words{program.string(), "certify"};
  for (const PlannedRun& run : runs) {
    words.push_back(run.folder.string());
  }
  words.insert(words.end(), {"--out", (options.out / "certify").string()});
  std::string list;
  for (const std::string& claim : claims) {
    list += (list.empty() ? "" : ",") + claim;
  }
  if (!list.empty()) {
    words.insert(words.end(), {"--claims", list});
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
int make_run(const PlannedRun& run, bool quiet) {
  const Words quietly = quiet ? Words{"--quiet"} : Words{};
  Words train{"train", run.recipe.string(), "--out", run.folder.string(), "--resume"};
  train.insert(train.end(), quietly.begin(), quietly.end());
  const int code = run_command(train, words_of(run));
  return code != 0 ? code : run_command({"evaluate", run.folder.string()}, quietly);
}

bool is_made(const PlannedRun& run) {
  require_same_recipe(run);
  return fs::exists(run.folder / "evaluation.json");
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
int make_runs(const std::vector<PlannedRun>& runs, std::int64_t jobs, bool quiet) {
  std::vector<const PlannedRun*> missing;
  for (const PlannedRun& run : runs) {
    if (!is_made(run)) {
      missing.push_back(&run);
    }
  }
  Progress progress(missing.size(), jobs);
  std::atomic<std::size_t> next = 0;
  std::atomic<int> code = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < missing.size() && code == 0 && !stop_requested(); i = next++) {
      int expected = 0;
      const int found = guarded([&] { return make_run(*missing[i], true); });
      code.compare_exchange_strong(expected, found);
      if (found == 0 && !quiet) {
        progress.add(missing[i]->folder);
      }
    }
  };
  std::vector<std::jthread> workers;
  for (std::int64_t job = 0; job < jobs; ++job) {
    workers.emplace_back(work);
  }
  workers.clear();
  return code == 0 && stop_requested() ? inconclusive : code.load();
}

// Of a name for each number and size: those of --smoke must not stand for others.
fs::path faces_file(const Options& options, const Recipe& recipe) {
  return options.out / "data" /
         ("faces-" + std::to_string(recipe.reproduce.faces) + "-" + std::to_string(recipe.data.height) +
          "px.safetensors");
}

/// Face-like images, packed.
int make_faces(const Recipe& recipe, const fs::path& packed, bool quiet) {
  if (fs::exists(packed)) {
    return 0;
  }
  const fs::path folder = packed.parent_path() / ("faces-" + std::to_string(recipe.reproduce.faces));
  const Words quietly = quiet ? Words{"--quiet"} : Words{};
  fs::create_directories(packed.parent_path());
  const int code = run_command({"prepare", "--synthetic", std::to_string(recipe.reproduce.faces), "--out",
                                folder.string(), "--seed", std::to_string(recipe.data.seed)},
                               quietly);
  return code != 0 ? code
                   : run_command({"prepare", folder.string(), "--out", packed.string(), "--size",
                                  std::to_string(recipe.data.height)},
                                 quietly);
}

/// The runs of one recipe, and what they need.
class Stage {
 public:
  Stage(const Options& options, std::string name, Words overrides)
      : options_(options),
        name_(std::move(name)),
        file_(recipe_named(name_)),
        overrides_(std::move(overrides)),
        recipe_(read_recipe(file_, overrides_)) {
    if (!recipe_.reproduce.teacher.empty()) {
      teacher_ = {recipe_named(recipe_.reproduce.teacher), overrides_, options.out / recipe_.reproduce.teacher};
      pairs_ = {file_, overrides_, options.out / (name_ + "-pairs.safetensors")};
      pairs_.overrides.push_back("pairs.run=" + teacher_.folder.string());
      overrides_ = pairs_.overrides;
      overrides_.push_back("pairs.file=" + pairs_.folder.string());
    }
    runs_ = planned_runs(file_, overrides_, options.out / "runs", name_ == options.name ? "" : name_ + "-");
  }

  [[nodiscard]] const std::string& claim() const { return recipe_.claim; }
  [[nodiscard]] const std::vector<PlannedRun>& runs() const { return runs_; }

  /// The first exit code that is not 0.
  [[nodiscard]] int make() const {
    const int code = make_teacher();
    return code != 0 ? code : make_runs(runs_, jobs(), options_.quiet);
  }

 private:
  [[nodiscard]] int make_teacher() const {
    if (teacher_.folder.empty()) {
      return 0;
    }
    if (!is_made(teacher_)) {
      const int code = make_run(teacher_, options_.quiet);
      if (code != 0) {
        return code;
      }
    }
    return fs::exists(pairs_.folder)
               ? 0
               : run_command({"pairs", pairs_.recipe.string(), "--out", pairs_.folder.string()}, words_of(pairs_));
  }

  [[nodiscard]] std::int64_t jobs() const {
    const TrainRecipe& train = recipe_.train;
    const bool whole_machine = train.threads == 0 || device_of(train, 0).is_cuda();
    return options_.jobs > 0 ? options_.jobs
           : whole_machine   ? 1
                             : std::max<std::int64_t>(1, std::thread::hardware_concurrency() / train.threads);
  }

  const Options& options_;
  std::string name_;
  fs::path file_;
  Words overrides_;
  Recipe recipe_;
  PlannedRun teacher_, pairs_;  ///< no folder: there is none; that of pairs_ is a file
  std::vector<PlannedRun> runs_;
};

int run_reproduce(Options options) {
  options.out = fs::absolute(options.out).lexically_normal();
  const Recipe recipe = read_recipe(recipe_named(options.name), options.set);
  Words overrides = options.smoke ? recipe.reproduce.smoke : Words{};
  overrides.insert(overrides.end(), options.set.begin(), options.set.end());
  const Recipe first = read_recipe(recipe_named(options.name), overrides);
  const fs::path faces = faces_file(options, first);
  if (first.reproduce.faces > 0) {
    overrides.push_back("data.file=" + faces.string());
  }
  std::vector<Stage> stages{Stage(options, options.name, overrides)};
  for (const std::string& name : first.reproduce.also) {
    stages.emplace_back(options, name, overrides);
  }
  Words claims;
  std::vector<PlannedRun> runs;
  for (const Stage& stage : stages) {
    runs.insert(runs.end(), stage.runs().begin(), stage.runs().end());
    if (!stage.claim().empty()) {
      claims.push_back(stage.claim());
    }
    std::for_each(stage.runs().begin(), stage.runs().end(), require_same_recipe);
  }
  fs::create_directories(options.out / "runs");
  {
    const StopOnSignal signals;
    int code = first.reproduce.faces > 0 ? make_faces(first, faces, options.quiet) : 0;
    for (std::size_t stage = 0; stage < stages.size() && code == 0; ++stage) {
      code = stages[stage].make();
    }
    if (code != 0) {
      std::fprintf(stderr, code == inconclusive
                               ? "stopped; the same command continues\n"
                               : "a run failed; its message is above. The same command tries it again\n");
      return code;
    }
  }
  const int code = certify(options, claims, runs);
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
      "Examples:\n"
      "  straightedge-train reproduce rotation --out build/reproduce/rotation\n"
      "  straightedge-train reproduce celeba-5k --out build/reproduce/celeba-5k --set data.file=celeba-64.safetensors\n"
      "A second call continues where the first one stopped. Exit code: that of `straightedge certify`; 3 where it was "
      "stopped.");
  command->add_option("name", options->name, "A recipe: rotation, counterexample, gmm-3d, gmm-50d, ...")
      ->required()
      ->type_name("NAME");
  command->add_option("--out", options->out, "Folder for the runs")->required()->type_name("DIR");
  command
      ->add_option("--jobs", options->jobs, "Runs at a time; left out: as many as the recipe's threads leave room for")
      ->check(CLI::PositiveNumber);
  command->add_option("--set", options->set, "Override a key of the recipe, for all runs; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--smoke", options->smoke, "A few steps a run: shows that all of it works, and decides nothing");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->callback([options, &exit_code] {
    exit_code = guarded([&] {
      require_one_process("reproduce");
      return run_reproduce(*options);
    });
  });
}

}  // namespace straightedge::train
