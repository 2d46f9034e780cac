#include <case_words.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <generators.hpp>
#include <vector>

namespace straightedge::proofs {
namespace {

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
  const auto add = [&](const char* key, const char* format, double parts) {
    if (value.has(key) && !value.list(key).empty()) {
      text += ", " + fmt::format(fmt::runtime(format), numbers(value, key, parts));
    }
  };
  add("mean", "mu = ({})", 16);
  add("angles", "rotated by {} degrees", 16);
  if (turns(value, "planes")) {
    text += " in turned planes";
  }
  if (value.integer_or("reflect", 0) != 0) {
    text += ", reflected";
  }
  add("sigma", "s = {}", 256);
  add("time", "t = {}", 4096);
  return text;
}

}  // namespace straightedge::proofs
