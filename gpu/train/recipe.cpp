#include <train/recipe.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <nearest.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <straightedge/error.hpp>
#include <train/recipe_checks.hpp>
#include <train/recipe_keys.hpp>
#include <type_traits>

namespace straightedge::train {
namespace {

std::string shortest(double value) {
  char text[32];
  const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
  std::string number(std::begin(text), end);
  return number.find_first_of(".en") == std::string::npos ? number + ".0" : number;
}

std::string toml_text(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

bool is_toml_value(const std::string& text) {
  try {
    return !toml::parse("x = " + text).empty();
  } catch (const toml::parse_error&) {
    return false;
  }
}

std::string words_of(const Words& words) {
  std::string list;
  for (const std::string_view word : words) {
    list.append(list.empty() ? "\"" : ", \"").append(word).append("\"");
  }
  return list;
}

using IntegerPlace = std::int64_t*;

std::optional<std::string> text_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code ignored;
  if (!in || std::filesystem::is_directory(file, ignored)) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Reads one file, and the overrides as further files of one line.
class Reader {
 public:
  explicit Reader(Recipe& recipe) : recipe_(recipe) {}

  /// `has_base`: it is a file, which may begin with what another one says.
  void read(std::string_view text, const std::string& name, bool has_base, int depth = 0) {
    name_ = name;
    toml::table root;
    try {
      root = toml::parse(text, name);
    } catch (const toml::parse_error& error) {
      fail(error.source(), std::string(error.description()), "see docs/recipes.md");
    }
    if (const toml::node* base = root.get("base"); base != nullptr && has_base) {
      read_base(*base, depth);
      name_ = name;
      root.erase("base");
    }
    read_table(root, "");
  }

 private:
  void read_base(const toml::node& node, int depth) {
    constexpr int deepest = 8;
    const auto value = node.value_exact<std::string>();
    if (!value) {
      fail(node.source(), "base must be a text", "name a recipe beside this one");
    }
    if (depth == deepest) {
      fail(node.source(), "base: more than 8 recipes, one the base of another", "one of them is its own");
    }
    const std::filesystem::path file = std::filesystem::path(name_).parent_path() / *value;
    const std::optional<std::string> text = text_of_file(file);
    if (!text) {
      fail(node.source(), "base: " + file.string() + " cannot be read", "name a recipe beside this one");
    }
    read(*text, file.string(), true, depth + 1);
  }

  [[noreturn]] void fail(const toml::source_region& at, const std::string& what, const std::string& right) const {
    throw InputError(name_ + ":" + std::to_string(at.begin.line) + ":" + std::to_string(at.begin.column) + ": " + what +
                     "; " + right);
  }

  void read_table(const toml::table& table, std::string_view table_name) {
    for (const auto& [key, node] : table) {
      const RecipeKey* known = find(table_name, key.str());
      const auto* inner = node.as_table();
      if (known != nullptr) {
        read_value(*known, node);
      } else if (table_name.empty() && inner != nullptr && is_table(key.str())) {
        read_table(*inner, key.str());
      } else if (table_name.empty() && is_table(key.str())) {
        fail(key.source(), "\"" + std::string(key.str()) + "\" is a table",
             "write its keys below [" + std::string(key.str()) + "]");
      } else {
        const std::string where = table_name.empty() ? "" : " in [" + std::string(table_name) + "]";
        fail(key.source(), "unknown key \"" + std::string(key.str()) + "\"" + where,
             suggestion(key.str(), names_in(table_name)));
      }
    }
  }

  static const RecipeKey* find(std::string_view table, std::string_view name) {
    const auto keys = recipe_keys();
    const auto at = std::find_if(keys.begin(), keys.end(),
                                 [&](const RecipeKey& key) { return key.table == table && key.name == name; });
    return at == keys.end() ? nullptr : &*at;
  }

  static bool is_table(std::string_view name) {
    const auto keys = recipe_keys();
    return std::any_of(keys.begin(), keys.end(), [&](const RecipeKey& key) { return key.table == name; });
  }

  // What may stand there: keys, and at the top level the tables too.
  static std::vector<std::string_view> names_in(std::string_view table) {
    std::set<std::string_view> names;
    for (const RecipeKey& key : recipe_keys()) {
      if (key.table == table) {
        names.insert(key.name);
      } else if (table.empty()) {
        names.insert(key.table);
      }
    }
    return {names.begin(), names.end()};
  }

  void read_value(const RecipeKey& key, const toml::node& node) {
    std::visit([&](auto* place) { *place = value_of(key, node, *place); }, key.place(recipe_));
  }

  std::int64_t value_of(const RecipeKey& key, const toml::node& node, std::int64_t) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value) {
      fail(node.source(), key.full_name() + " must be an integer", "it must be " + range_of(key));
    }
    require_range(key, node, static_cast<double>(*value));
    return *value;
  }

  double value_of(const RecipeKey& key, const toml::node& node, double) const {
    const auto value = node.is_number() ? node.value<double>() : std::nullopt;
    if (!value) {
      fail(node.source(), key.full_name() + " must be a number", "it must be " + range_of(key));
    }
    require_range(key, node, *value);
    return *value;
  }

  std::string value_of(const RecipeKey& key, const toml::node& node, const std::string&) const {
    const auto value = node.value_exact<std::string>();
    if (!value) {
      fail(node.source(), key.full_name() + " must be a text", "write it in quotes");
    }
    if (!key.words.empty() && std::find(key.words.begin(), key.words.end(), *value) == key.words.end()) {
      fail(node.source(), key.full_name() + " = \"" + *value + "\" is not known", suggestion(*value, key.words));
    }
    return *value;
  }

  template <class T>
  std::vector<T> value_of(const RecipeKey& key, const toml::node& node, const std::vector<T>&) const {
    constexpr bool of_texts = std::is_same_v<T, std::string>;
    const auto* array = node.as_array();
    if (array == nullptr) {
      fail(node.source(), key.full_name() + " must be an array of " + (of_texts ? "texts" : "numbers"),
           of_texts                    ? "as [\"pairs.mode=frozen\"]"
           : std::is_same_v<T, double> ? "as [0.0, 1.0]"
                                       : "as [1, 2]");
    }
    std::vector<T> values;
    for (const toml::node& element : *array) {
      values.push_back(value_of(key, element, T()));
    }
    return values;
  }

  static std::string number_text(const RecipeKey& key, double value) {
    return std::holds_alternative<IntegerPlace>(key_place(key)) ? std::to_string(static_cast<std::int64_t>(value))
                                                                : shortest(value);
  }

  static RecipeKey::Place key_place(const RecipeKey& key) {
    static Recipe any;
    return key.place(any);
  }

  static std::string range_of(const RecipeKey& key) {
    if (std::isinf(key.least)) {
      return "finite";
    }
    const std::string least = number_text(key, key.least);
    return std::isinf(key.most) ? "at least " + least : "from " + least + " to " + number_text(key, key.most);
  }

  void require_range(const RecipeKey& key, const toml::node& node, double value) const {
    if (!(std::isfinite(value) && value >= key.least && value <= key.most)) {
      fail(node.source(), key.full_name() + " is " + number_text(key, value), "it must be " + range_of(key));
    }
  }

  Recipe& recipe_;
  std::string name_;
};

std::string text_of(std::int64_t value) {
  return std::to_string(value);
}
std::string text_of(double value) {
  return shortest(value);
}
std::string text_of(const std::string& value) {
  return toml_text(value);
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string list;
  for (const T& value : values) {
    list += (list.empty() ? "" : ", ") + text_of(value);
  }
  return "[" + list + "]";
}
std::string text_of(const RecipeKey::Place& place) {
  return std::visit([](const auto* value) { return text_of(*value); }, place);
}

}  // namespace

Recipe parse_recipe(std::string_view text, const std::string& name, const std::vector<std::string>& overrides) {
  Recipe recipe;
  Reader reader(recipe);
  reader.read(text, name, true);
  for (const std::string& override : overrides) {
    const std::size_t equals = override.find('=');
    if (equals == std::string::npos) {
      throw InputError("--set " + override + ": must be TABLE.KEY=VALUE, as train.steps=100");
    }
    // A bare word is meant as a text: quotes would need escaping from the shell.
    const std::string value = override.substr(equals + 1);
    reader.read(override.substr(0, equals) + " = " + (is_toml_value(value) ? value : toml_text(value)),
                "--set " + override, false);
  }
  recipe.source = name;
  complete(recipe, name);
  return recipe;
}

Recipe read_recipe(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  const std::optional<std::string> text = text_of_file(file);
  if (!text) {
    throw InputError(file.string() + ": cannot be read; a recipe in TOML is wanted");
  }
  return parse_recipe(*text, file.string(), overrides);
}

std::string to_toml(const Recipe& recipe) {
  Recipe copy = recipe;
  std::string text;
  std::string_view table;
  for (const RecipeKey& key : recipe_keys()) {
    if (key.table != table) {
      table = key.table;
      text.append("\n[").append(table).append("]\n");
    }
    text.append(key.name).append(" = ").append(text_of(key.place(copy))).append("\n");
  }
  return text;
}

std::string first_difference(const Recipe& a, const Recipe& b) {
  Recipe first = a;
  Recipe second = b;
  for (const RecipeKey& key : recipe_keys()) {
    if (text_of(key.place(first)) != text_of(key.place(second))) {
      return key.full_name();
    }
  }
  return "";
}

std::string recipe_markdown() {
  Recipe defaults;
  std::string text = "| key | default | what |\n| --- | --- | --- |\n";
  for (const RecipeKey& key : recipe_keys()) {
    const std::string choices = key.words.empty() ? "" : ": " + words_of(key.words);
    text += "| `" + key.full_name() + "` | `" + text_of(key.place(defaults)) + "` | " + std::string(key.meaning) +
            choices + " |\n";
  }
  return text;
}

}  // namespace straightedge::train
