#include <report/gnuplot.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <report/files.hpp>
#include <string>
#include <vector>

namespace straightedge::report {
namespace {

/// gnuplot says where it stopped in a line with a caret, and the reason in the line after.
std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \n") + 1);
  return text.substr(text.find_last_of('\n') + 1);
}

}  // namespace

std::string run_gnuplot(const std::filesystem::path& folder, const std::string& script) {
  const std::filesystem::path log = folder / "gnuplot.log";
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  std::vector<std::string> words = {"gnuplot", script};
  std::vector<char*> arguments = {words[0].data(), words[1].data(), nullptr};
  pid_t child = 0;
  const int failure = posix_spawnp(&child, "gnuplot", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return failure == ENOENT ? "gnuplot is not installed" : fmt::format("gnuplot: {}", std::strerror(failure));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string said = last_line(contents_of(log));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && said.empty()) {
    return "";
  }
  return "gnuplot: " + (said.empty() ? "it ended without a word" : said);
}

}  // namespace straightedge::report
