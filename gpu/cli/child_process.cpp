#include <child_process.hpp>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <stop_signal.hpp>
#include <straightedge/error.hpp>
#include <thread>

namespace straightedge::train {

int run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  for (std::string& word : words) {
    arguments.push_back(word.data());
  }
  arguments.push_back(nullptr);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child = 0;
  const int failure = ::posix_spawn(&child, arguments[0], nullptr, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  if (failure != 0) {
    throw MachineError(words[0] + ": could not be started: " + std::strerror(failure));
  }
  int status = 0;
  bool is_told = false;
  for (pid_t ended = 0; ended != child; ended = ::waitpid(child, &status, WNOHANG)) {
    if (ended < 0 && errno != EINTR) {
      throw MachineError(words[0] + ": was lost");
    }
    if (stop_requested() && !is_told) {
      ::kill(child, SIGTERM);
      is_told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (WIFSIGNALED(status) && is_told) {
    return 3;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 4;
}

}  // namespace straightedge::train
