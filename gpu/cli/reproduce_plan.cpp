#include <reproduce_plan.hpp>

#include <algorithm>
#include <charconv>
#include <straightedge/error.hpp>
#include <train/run_folder.hpp>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

std::string shortest(double value) {
  char text[32];
  return {std::begin(text), std::to_chars(std::begin(text), std::end(text), value).ptr};
}

}  // namespace

const fs::path& program_folder() {
  static const fs::path folder = fs::canonical("/proc/self/exe").parent_path();
  return folder;
}

fs::path recipe_named(const std::string& name) {
  const fs::path folder = program_folder().parent_path() / "share" / "straightedge" / "recipes";
  const fs::path file = folder / (name + ".toml");
  if (!fs::exists(file)) {
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    std::string known;
    for (const std::string& one : names) {
      known += (known.empty() ? "" : ", ") + one;
    }
    throw InputError("reproduce: there is no recipe \"" + name + "\"; there are " + known);
  }
  return file;
}

std::vector<PlannedRun> planned_runs(const fs::path& recipe, const std::vector<std::string>& overrides,
                                     const fs::path& folder, const std::string& prefix) {
  const ReproduceRecipe of = read_recipe(recipe, overrides).reproduce;
  std::vector<PlannedRun> runs;
  const std::size_t variants = std::max<std::size_t>(1, of.vary.size());
  for (std::size_t variant = 0; variant < variants; ++variant) {
    for (std::size_t level = 0; level < of.sigmas.size(); ++level) {
      for (std::int64_t seed = 1; seed <= of.seeds; ++seed) {
        const std::string name = (of.vary.empty() ? "" : "variant-" + std::to_string(variant + 1) + "-") + "noise-" +
                                 std::to_string(level) + "-seed-" + std::to_string(seed);
        PlannedRun run{recipe, overrides, folder / (prefix + name)};
        run.overrides.insert(run.overrides.end(),
                             {"noise.sigma=" + shortest(of.sigmas[level]), "train.seed=" + std::to_string(seed)});
        if (!of.vary.empty()) {
          run.overrides.push_back(of.vary[variant]);
        }
        runs.push_back(run);
      }
    }
  }
  return runs;
}

void require_same_recipe(const PlannedRun& run) {
  if (!fs::exists(run.folder / "recipe.toml")) {
    return;
  }
  const Recipe found = RunFolder::open(run.folder).recipe();
  Recipe planned = read_recipe(run.recipe, run.overrides);
  // What a training resolves by the machine, by where things are, and by the file of pairs.
  planned.train.threads = found.train.threads;
  planned.train.device = found.train.device;
  planned.data.file = found.data.file;
  planned.pairs.file = found.pairs.file;
  planned.pairs.run = found.pairs.run;
  if (planned.pairs.coupling() == "file") {
    planned.pairs.count = found.pairs.count;
  }
  const std::string key = first_difference(planned, found);
  if (!key.empty()) {
    throw InputError(run.folder.string() + ": is of another recipe: " + key + " differs; name another --out");
  }
}

}  // namespace straightedge::train
