// Recipes that begin with what another one says.
#include <train/recipe.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::train {
namespace {

namespace fs = std::filesystem;

class RecipeWithABase : public testing::Test {
 protected:
  RecipeWithABase() {
    fs::create_directories(folder);
    write("plain.toml", "claim = \"figure-6\"\n[train]\nsteps = 5\nbatch = 7\n");
  }
  ~RecipeWithABase() override { fs::remove_all(folder); }

  void write(const char* name, const char* text) const { std::ofstream(folder / name) << text; }

  [[nodiscard]] std::string error_of(const char* name) const {
    try {
      (void)read_recipe(folder / name);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  fs::path folder = fs::path(testing::TempDir()) / "straightedge-recipe-base";
};

TEST_F(RecipeWithABase, HasItsKeysWhereItHasNoneOfItsOwn) {
  write("second.toml", "base = \"plain.toml\"\n[train]\nsteps = 6\n");
  write("third.toml", "base = \"second.toml\"\nclaim = \"\"\n");
  const Recipe recipe = read_recipe(folder / "third.toml", {"train.seed=9"});
  EXPECT_EQ(recipe.claim, "");
  EXPECT_EQ(recipe.train.steps, 6);
  EXPECT_EQ(recipe.train.batch, 7);
  EXPECT_EQ(recipe.train.seed, 9);
  EXPECT_EQ(recipe.source, (folder / "third.toml").string());
  // What is kept with a run stands by itself.
  EXPECT_EQ(to_toml(recipe).find("base"), std::string::npos);
}

TEST_F(RecipeWithABase, NamesTheFileInWhichSomethingIsWrong) {
  write("wrong.toml", "[train]\nstep = 5\n");
  write("second.toml", "base = \"wrong.toml\"\n");
  EXPECT_NE(error_of("second.toml").find("wrong.toml:2"), std::string::npos) << error_of("second.toml");
}

TEST_F(RecipeWithABase, MustBeThereAndNoneOfItsOwn) {
  write("missing.toml", "base = \"nowhere.toml\"\n");
  EXPECT_NE(error_of("missing.toml").find("nowhere.toml cannot be read"), std::string::npos);
  write("number.toml", "base = 5\n");
  EXPECT_NE(error_of("number.toml").find("base must be a text"), std::string::npos);
  write("itself.toml", "base = \"itself.toml\"\n");
  EXPECT_NE(error_of("itself.toml").find("one of them is its own"), std::string::npos);
  EXPECT_THROW((void)read_recipe(folder / "plain.toml", {"base=plain.toml"}), InputError);
}

}  // namespace
}  // namespace straightedge::train
