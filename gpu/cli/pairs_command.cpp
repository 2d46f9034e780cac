#include <pairs_command.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <build_info.hpp>
#include <command.hpp>
#include <cstdio>
#include <data/pair_files.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <progress_line.hpp>
#include <run_training.hpp>
#include <stop_signal.hpp>
#include <string>
#include <train/resumable_rows.hpp>
#include <train/trained_flow.hpp>
#include <vector>

namespace straightedge::train {
namespace {

constexpr int inconclusive = 3;

struct Options {
  std::string recipe;
  std::string out;
  std::vector<std::string> set;
  bool by_reference = false;
  bool quiet = false;
  int patience = 45;
};

int run_pairs(const Options& options, const Processes& processes) {
  const Recipe recipe = read_recipe(options.recipe, options.set);
  if (processes.is_first()) {
    require_place_of_pairs(options.out);
  }
  require_equal_recipes(recipe, processes);
  const at::Device device = prepared_device(recipe, processes);
  const std::string settings = settings_of_pairs(recipe);
  // Only what a flow makes takes long; the rest is made again from the recipe.
  std::optional<ResumableRows> rows;
  const FlowRows kept = [&](const TrainedFlow& flow, const at::Tensor& x0, std::int64_t steps) {
    const std::string all_settings = settings + "\n" + device_name(device) + "\n" + version();
    processes.require_agreement("teacher", all_settings, [&](const std::string& of_first) {
      return "has another teacher in pairs.run than rank 0, or another device: " +
             different_line(all_settings, of_first);
    });
    rows.emplace(options.out, all_settings, RowsShape{x0.size(0), x0.size(1), flow.rows_at_once()}, processes);
    const StopOnSignal signals;
    ProgressLine line("pairs", options.quiet || !processes.is_first());
    const Solver solver{.method = "euler", .steps = steps};
    const std::optional<at::Tensor> x1 =
        rows->make([&](std::int64_t first,
                       std::int64_t count) { return flow(x0.narrow(0, first, count), solver, &stop_requested()); },
                   stop_requested(), [&](std::int64_t done) { line.show(done, x0.size(0)); });
    line.finish();
    if (!x1) {
      throw Stopped();
    }
    return *x1;
  };
  try {
    const Pairs pairs = pairs_of(recipe, device, processes, kept);
    if (!processes.is_first()) {
      return 0;
    }
    const auto write = [&](const std::filesystem::path& path) {
      write_pairs(path, pairs, recipe, settings,
                  options.by_reference ? ImagesWritten::by_reference : ImagesWritten::as_numbers);
    };
    if (rows) {
      rows->finish(write);
    } else {
      write(options.out);
    }
    std::fprintf(stderr, "wrote %s: %lld pairs\n", options.out.c_str(), static_cast<long long>(pairs.x0.size(0)));
  } catch (const Stopped&) {
    if (processes.is_first()) {
      std::fprintf(stderr, "stopped: %s.parts has what was made; the same command continues\n", options.out.c_str());
    }
    return inconclusive;
  }
  return 0;
}

}  // namespace

void add_pairs_command(CLI::App& app, int& exit_code) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("pairs", "Write the pairs of a recipe");
  command->footer(
      "Example:\n  straightedge-train pairs gpu/recipes/rotation.toml --out pairs.safetensors\n"
      "Exit code: 0 written, 2 bad input, 3 stopped by a signal, 4 the machine failed. The same command continues what "
      "was stopped or killed, to the same bytes.");
  command->add_option("recipe", options->recipe, "Recipe in TOML: docs/recipes.md")->required()->type_name("RECIPE");
  command->add_option("--set", options->set, "Override a key of the recipe; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_option("--out", options->out, "File for x0, x1 and index")->required()->type_name("FILE");
  command->add_flag("--by-reference", options->by_reference,
                    "Leave out what is an image of data.file: its row number there is written");
  command->add_flag("--quiet", options->quiet, "No progress");
  add_patience(*command, options->patience);
  command->callback([options, &exit_code] {
    exit_code = guarded_together(options->patience, [&](const Processes& all) { return run_pairs(*options, all); });
  });
}

}  // namespace straightedge::train
