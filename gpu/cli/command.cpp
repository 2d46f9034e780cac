#include <command.hpp>

#include <c10/util/Exception.h>
#include <CLI/App.hpp>
#include <CLI/Validators.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>
#include <processes/launch.hpp>
#include <processes/liveness.hpp>
#include <straightedge/error.hpp>
#include <string>

namespace straightedge::train {
namespace {

struct Failure {
  std::string line;
  int code;
  bool is_own = true;  ///< else it may be what the end of another process has brought about
};

Failure failure_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const InputError& error) {
    return {error.what(), 2};
  } catch (const std::filesystem::filesystem_error& error) {
    const bool is_full = error.code() == std::errc::no_space_on_device;
    return {error.path1().string() + ": " + error.code().message(), is_full ? 4 : 2};
  } catch (const MachineError& error) {
    return {error.what(), 4};
  } catch (const Error& error) {
    return {error.what(), 1};
  } catch (const std::bad_alloc& error) {
    return {error.what(), 4};
  } catch (const c10::Error& error) {
    return {error.what_without_backtrace(), 4, false};
  } catch (const std::exception& error) {
    return {error.what(), 4, false};
  }
}

// One line, whatever line breaks a name has.
void write_line(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  std::fprintf(stderr, "straightedge-train: %s\n", message.c_str());
}

// What is still on its way to a process that is lost would be waited for.
[[noreturn]] void leave_at_once(const Processes::End& end) {
  if (!end.line.empty()) {
    write_line(end.line);
  }
  std::fflush(nullptr);
  std::_Exit(end.code);
}

}  // namespace

int guarded(const std::function<int()>& command) {
  try {
    return command();
  } catch (...) {
    const Failure failure = failure_of(std::current_exception());
    write_line(failure.line);
    return failure.code;
  }
}

int guarded_together(int patience, const std::function<int(Processes&)>& command) {
  return guarded([&] {
    const Launch launch = launch_of(environment_of_process);
    Processes processes(launch, std::chrono::seconds(patience));
    if (!processes.are_several()) {
      return command(processes);
    }
    try {
      processes.meet();
      const int code = command(processes);
      processes.leave();
      return code;
    } catch (const JobEnded& error) {
      leave_at_once(processes.end_of_job(error.ending()));
    } catch (...) {
      const Failure failure = failure_of(std::current_exception());
      leave_at_once(processes.end_of_job(failure.line, failure.code, failure.is_own));
    }
  });
}

void add_patience(CLI::App& command, int& patience) {
  command
      .add_option("--patience", patience,
                  "Of several processes, started by torchrun or srun: seconds to wait for each other at the start")
      ->capture_default_str()
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86400));
}

void require_one_process(const char* command) {
  const Launch launch = launch_of(environment_of_process);
  if (launch.size > 1) {
    throw InputError(std::string(command) + ": is one process's work, and this is one of " +
                     std::to_string(launch.size) + "; start it without torchrun or srun");
  }
}

}  // namespace straightedge::train
