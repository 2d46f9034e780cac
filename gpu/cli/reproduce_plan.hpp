// What `reproduce` makes of a recipe: which runs, of which recipes, where.
#pragma once

#include <filesystem>
#include <string>
#include <train/recipe.hpp>
#include <vector>

namespace straightedge::train {

/// Where this program is: looked up once, since the file may be replaced while it runs.
[[nodiscard]] const std::filesystem::path& program_folder();

/// The file of a recipe beside the program, in the build tree as where it is installed. Throws InputError, with the
/// names there are, for another.
[[nodiscard]] std::filesystem::path recipe_named(const std::string& name);

struct PlannedRun {
  std::filesystem::path recipe;
  std::vector<std::string> overrides;  ///< KEY=VALUE
  std::filesystem::path folder;
};

/// All runs of a recipe: its noises, seeds and variants, each with `overrides` too, in folder/PREFIXnoise-0-seed-1, ...
[[nodiscard]] std::vector<PlannedRun> planned_runs(const std::filesystem::path& recipe,
                                                   const std::vector<std::string>& overrides,
                                                   const std::filesystem::path& folder, const std::string& prefix);

/// Throws InputError if there is a run of another recipe in the folder, as one of --smoke: it must not stand for this
/// one.
void require_same_recipe(const PlannedRun& run);

}  // namespace straightedge::train
