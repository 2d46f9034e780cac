#include "problem_source.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <straightedge/error.hpp>

#include "problem_numbers.hpp"
#include "problem_reader.hpp"

namespace straightedge::cli {
namespace {

std::string one_line(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    c = c == '\n' || c == '\r' ? ' ' : c;
  }
  return result;
}

toml::table parse(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    throw InputError(fmt::format("{}:{}:{}: not TOML: {}; see docs/problem-file.md for a problem file", name, at.line,
                                 at.column, one_line(error.description())));
  }
}

[[noreturn]] void refuse_setting(const Setting& setting, const std::string& what) {
  throw InputError(fmt::format("--sweep {}: {}; give the dotted key of a number, such as noise.sigma or target.mean.0",
                               setting.key, what));
}

/// The index of an array that `part` of a dotted key is.
std::size_t array_index(const Setting& setting, const std::string& part, const toml::array& array) {
  const bool digits = !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoul(part) >= array.size()) {
    refuse_setting(setting, fmt::format("\"{}\" is not an index of an array of {}", part, array.size()));
  }
  return std::stoul(part);
}

/// Puts the value where the dotted key says, as text, so that it is read exactly.
void apply(const Setting& setting, toml::table& root) {
  toml::node* node = &root;
  std::string rest = setting.key;
  while (true) {
    const auto dot = rest.find('.');
    const std::string part = rest.substr(0, dot);
    const bool last = dot == std::string::npos;
    rest = last ? "" : rest.substr(dot + 1);
    if (part.empty()) {
      refuse_setting(setting, "a part of the key is empty");
    }
    if (auto* array = node->as_array()) {
      const std::size_t index = array_index(setting, part, *array);
      if (last) {
        array->replace(array->cbegin() + static_cast<std::ptrdiff_t>(index), to_string(setting.value));
        return;
      }
      node = array->get(index);
    } else if (auto* table = node->as_table()) {
      if (last) {
        table->insert_or_assign(part, to_string(setting.value));
        return;
      }
      if (table->get(part) == nullptr) {
        table->insert(part, toml::table{});
      }
      node = table->get(part);
    } else {
      refuse_setting(setting, fmt::format("there is nothing below a single value at \"{}\"", part));
    }
  }
}

std::string describe(const std::vector<Setting>& settings) {
  std::string result;
  for (const Setting& setting : settings) {
    result += fmt::format("{}{} = {}", result.empty() ? "" : ", ", setting.key, exact_text(setting.value));
  }
  return result;
}

}  // namespace

struct ProblemSource::Contents {
  std::string text;
  std::string name;
  std::filesystem::path folder;
  mutable SampleCache samples;
};

ProblemSource::ProblemSource(const std::string& text, const std::string& name, const std::filesystem::path& folder)
    : contents_(std::make_unique<Contents>()) {
  static_cast<void>(parse(text, name));
  contents_->text = text;
  contents_->name = name;
  contents_->folder = folder;
}

ProblemSource::~ProblemSource() = default;
ProblemSource::ProblemSource(ProblemSource&&) noexcept = default;
ProblemSource& ProblemSource::operator=(ProblemSource&&) noexcept = default;

ProblemSource ProblemSource::open(const std::string& path, std::istream& standard_input) {
  if (path == "-") {
    return ProblemSource(std::string(std::istreambuf_iterator<char>(standard_input), {}), "standard input", ".");
  }
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) {
    throw InputError(path + ": is a directory; give a problem file (TOML), or - for standard input");
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  const std::string text = in ? std::string(std::istreambuf_iterator<char>(in), {}) : "";
  if (!in) {
    throw InputError(fmt::format("{}: cannot be read ({}); give a problem file (TOML), or - for standard input", path,
                                 std::strerror(errno)));
  }
  return ProblemSource(text, path, std::filesystem::path(path).parent_path());
}

ReadProblem ProblemSource::read(const std::vector<Setting>& settings, int digits) const {
  // Parsed anew, since a copy of a table does not know the lines that it came from.
  toml::table root = parse(contents_->text, contents_->name);
  for (const Setting& setting : settings) {
    apply(setting, root);
  }
  ProblemReader reader(ValueReader(contents_->name, describe(settings)), contents_->folder, contents_->samples);
  return reader.read(root, digits);
}

}  // namespace straightedge::cli
