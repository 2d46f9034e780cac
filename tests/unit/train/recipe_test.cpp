#include <train/recipe.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <straightedge/error.hpp>
#include <train/trainer.hpp>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Recipe, ReadsBackWhatItPrints) {
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(STRAIGHTEDGE_SOURCE_DIR) / "gpu/recipes")) {
    const Recipe recipe = read_recipe(entry.path());
    EXPECT_EQ(first_difference(parse_recipe(to_toml(recipe), "printed"), recipe), "") << entry.path();
  }
}

TEST(Recipe, OverridesComeLastAndTakeBareWords) {
  const Recipe recipe =
      parse_recipe("[train]\nsteps = 5\n", "test",
                   {"train.steps=7", "pairs.kind=independent", "data.mean=[1, 2.5]", "train.steps=9"});
  EXPECT_EQ(recipe.train.steps, 9);
  EXPECT_EQ(recipe.pairs.kind, "independent");
  EXPECT_EQ(recipe.data.mean, (std::vector{1.0, 2.5}));
}

TEST(Recipe, NamesTheFirstDifference) {
  const Recipe recipe = parse_recipe("", "test");
  EXPECT_EQ(first_difference(recipe, parse_recipe("", "test", {"noise.sigma=0.5"})), "noise.sigma");
}

TEST(Recipe, DocumentListsEveryKey) {
  const std::string document = text_of(fs::path(STRAIGHTEDGE_SOURCE_DIR) / "docs/recipes.md");
  EXPECT_NE(document.find(recipe_markdown()), std::string::npos) << "docs/recipes.md must hold this table:\n"
                                                                 << recipe_markdown();
}

TEST(LearningRate, RisesLinearlyAndFallsAsACosine) {
  OptimiserRecipe recipe;
  recipe.rate = 0.5;
  recipe.warmup = 10;
  recipe.schedule = "constant";
  EXPECT_DOUBLE_EQ(learning_rate(recipe, 100, 1), 0.05);
  EXPECT_DOUBLE_EQ(learning_rate(recipe, 100, 10), 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(recipe, 100, 100), 0.5);
  recipe.schedule = "cosine";
  EXPECT_NEAR(learning_rate(recipe, 100, 51), 0.25, 1e-15);
  EXPECT_LT(learning_rate(recipe, 100, 100), 0.001);
}

TEST(AverageDecay, BeginsSmallAndEndsAtTheRecipes) {
  OptimiserRecipe recipe;
  recipe.ema = 0.99;
  EXPECT_DOUBLE_EQ(average_decay(recipe, 1), 2.0 / 11.0);
  EXPECT_DOUBLE_EQ(average_decay(recipe, 100000), 0.99);
}

}  // namespace
}  // namespace straightedge::train
