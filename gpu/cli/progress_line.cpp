#include <progress_line.hpp>

#include <unistd.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace straightedge::train {

ProgressLine::ProgressLine(std::string unit, bool quiet)
    : unit_(std::move(unit)), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressLine::begin(std::int64_t done) {
  begun_at_ = begun_at_ < 0 ? done : begun_at_;
}

void ProgressLine::show(std::int64_t done, std::int64_t count, const std::string& note) {
  begin(done);
  const auto now = Clock::now();
  const double seconds = std::chrono::duration<double>(now - last_).count();
  if (quiet_ || (seconds < (terminal_ ? 0.2 : 10.0) && done != count)) {
    return;
  }
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - begin_).count();
  const double rate = static_cast<double>(done - begun_at_) / std::max(elapsed, 1e-9);
  const double left = rate > 0.0 ? std::ceil(static_cast<double>(count - done) / rate) : 0.0;
  is_open_ = terminal_ && done != count;
  std::fprintf(stderr, "%s%lld of %lld %s%s%s, %.*f %s/s, %.0f s left%s", terminal_ ? "\r\033[K" : "",
               static_cast<long long>(done), static_cast<long long>(count), unit_.c_str(), note.empty() ? "" : ", ",
               note.c_str(), rate < 10.0 ? 2 : 0, rate, unit_.c_str(), left, is_open_ ? "" : "\n");
}

void ProgressLine::finish() {
  if (std::exchange(is_open_, false)) {
    std::fputc('\n', stderr);
  }
}

}  // namespace straightedge::train
