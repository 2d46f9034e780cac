// The keys of a recipe: name, where its value is kept, what values are right, and what it is for.
#pragma once

#include <train/recipe.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace straightedge::train {

using Words = std::vector<std::string_view>;

struct RecipeKey {
  /// Where the value is: the alternative is its type.
  using Place = std::variant<std::int64_t*, double*, std::string*, std::vector<double>*, std::vector<std::int64_t>*,
                             std::vector<std::string>*>;

  std::string_view table;  ///< "" for the top level
  std::string_view name;
  Place (*place)(Recipe&);
  double least;
  double most;
  Words words;  ///< the values of a text that is one of a few; empty: any text
  std::string_view meaning;

  [[nodiscard]] std::string full_name() const;
};

[[nodiscard]] std::span<const RecipeKey> recipe_keys();

}  // namespace straightedge::train
