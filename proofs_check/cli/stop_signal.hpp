// Ctrl-C leaves what was finished: a command asks between two pieces of work whether it is to stop.
#pragma once

#include <atomic>
#include <csignal>

namespace straightedge::cli {

/// While it lives, the first SIGINT or SIGTERM sets stop_requested(); a second one ends the process.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

 private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

[[nodiscard]] const std::atomic<bool>& stop_requested();

}  // namespace straightedge::cli
