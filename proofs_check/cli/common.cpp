#include <common.hpp>

#include <fmt/format.h>
#include <fnmatch.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <numeric>
#include <straightedge/error.hpp>

namespace straightedge::cli {
namespace {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

void print_error(const std::string& message) {
  std::string line = message;
  std::replace(line.begin(), line.end(), '\n', ' ');
  fmt::print(stderr, "straightedge: {}\n", line);
}

int guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (const InputError& error) {
    print_error(error.what());
    return kBadInput;
  } catch (const DoesNotExist& error) {
    print_error(error.what());
    return kBadInput;
  } catch (const std::bad_alloc&) {
    print_error("out of memory");
    return kMachineFailed;
  } catch (const std::exception& error) {
    print_error(error.what());
    return kMachineFailed;
  }
}

bool is_lively(int stream) {
  const char* plain = std::getenv("NO_COLOR");
  return isatty(stream) == 1 && (plain == nullptr || *plain == '\0');
}

std::string nearest(const std::string& name, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::vector<std::string> matching(const std::vector<std::string>& patterns, const std::vector<std::string>& names,
                                  const std::string& what) {
  std::vector<bool> chosen(names.size(), false);
  for (const std::string& pattern : patterns) {
    bool any = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (fnmatch(pattern.c_str(), names[i].c_str(), 0) == 0) {
        chosen[i] = true;
        any = true;
      }
    }
    if (!any) {
      const std::string near = nearest(pattern, names);
      throw InputError(fmt::format("no {} matches '{}'{}", what, pattern,
                                   near.empty() ? "" : fmt::format("; did you mean '{}'?", near)));
    }
  }
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (chosen[i]) {
      kept.push_back(names[i]);
    }
  }
  return kept;
}

}  // namespace straightedge::cli
