#include <common.hpp>
#include <nearest.hpp>

#include <fmt/format.h>
#include <fnmatch.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <new>
#include <straightedge/error.hpp>

namespace straightedge::cli {
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

void report_undrawn(const std::vector<std::string>& problems) {
  if (!problems.empty()) {
    print_error(fmt::format("{} of the report's figures not drawn, their data is there: {}", problems.size(),
                            problems.front()));
  }
}

bool is_lively(int stream) {
  const char* plain = std::getenv("NO_COLOR");
  return isatty(stream) == 1 && (plain == nullptr || *plain == '\0');
}

std::size_t terminal_width(int stream) {
  winsize size{};
  return ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                  : std::numeric_limits<std::size_t>::max();
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
