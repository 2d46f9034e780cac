#include <case_words.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <generators.hpp>
#include <set>
#include <vector>

namespace straightedge::proofs {
namespace {

const std::set<std::string> kKeys = {"d", "root", "frame", "mean", "angles", "planes", "reflect", "sigma", "time"};

/// The list under `key`, each entry in units of 1 / `parts`.
std::string numbers(const Case& value, const std::string& key, double parts) {
  std::vector<std::string> words;
  for (const std::int64_t entry : value.list(key)) {
    words.push_back(fmt::format("{:.6g}", static_cast<double>(entry) / parts));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

bool turns(const Case& value, const std::string& key) {
  if (!value.has(key)) {
    return false;
  }
  const Case::List& list = value.list(key);
  return std::any_of(list.begin(), list.end(), [](std::int64_t turn) { return turn != 0; });
}

}  // namespace

std::string in_words(const Case& value) {
  if (!value.has("root") || !value.has("d")) {
    return {};
  }
  const Vector<double> eigenvalues = root_eigenvalues<double>(value);
  std::vector<std::string> words;
  for (Eigen::Index i = 0; i < eigenvalues.size(); ++i) {
    words.push_back(fmt::format("{:.6g}", eigenvalues(i)));
  }
  std::string text = fmt::format("d = {}, M^(1/2) with eigenvalues {}{}", value.integer("d"), fmt::join(words, ", "),
                                 turns(value, "frame") ? " along turned axes" : "");
  const auto add = [&](const char* before, const char* key, double parts, const char* after) {
    if (value.has(key) && !value.list(key).empty()) {
      text += fmt::format(", {}{}{}", before, numbers(value, key, parts), after);
    }
  };
  add("mu = (", "mean", 16, ")");
  add("rotated by ", "angles", 16, " degrees");
  if (turns(value, "planes")) {
    text += " in turned planes";
  }
  if (value.integer_or("reflect", 0) != 0) {
    text += ", reflected";
  }
  add("s = ", "sigma", 256, "");
  add("t = ", "time", 4096, "");
  const bool has_more = std::any_of(value.values().begin(), value.values().end(),
                                    [](const auto& entry) { return !kKeys.contains(entry.first); });
  if (has_more) {
    text += ", and keys of the claim's own";
  }
  return text;
}

}  // namespace straightedge::proofs
