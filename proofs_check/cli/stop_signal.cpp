#include <stop_signal.hpp>

namespace straightedge::cli {
namespace {

std::atomic<bool> requested = false;

extern "C" void request_stop(int) {
  requested = true;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &interrupt_);
  sigaction(SIGTERM, &action, &terminate_);
}

StopOnSignal::~StopOnSignal() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
}

const std::atomic<bool>& stop_requested() {
  return requested;
}

}  // namespace straightedge::cli
