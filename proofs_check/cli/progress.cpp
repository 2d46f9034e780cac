#include <progress.hpp>

#include <fmt/format.h>

#include <cmath>
#include <common.hpp>
#include <cstdio>
#include <string>

namespace straightedge::cli {
namespace {

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(std::ceil(seconds));
  return whole < 3600 ? fmt::format("{}:{:02}", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

/// "[####....] text" in one line of `width` columns: without the bar where both do not fit, and cut where even the text
/// does not. A line that wraps would be drawn anew below itself.
std::string bar_line(double done, const std::string& text, std::size_t width) {
  constexpr std::size_t kWidth = 30;
  if (text.size() + kWidth + 4 > width) {
    return text.substr(0, width - 1);
  }
  const auto filled = static_cast<std::size_t>(done * kWidth);
  return fmt::format("[{}{}] {}", std::string(filled, '#'), std::string(kWidth - filled, '.'), text);
}

}  // namespace

void ProgressDisplay::show(const proofs::Progress& progress) {
  const auto now = Clock::now();
  const auto pause = style_ == Style::bar ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (style_ == Style::none || now - last_ < pause || progress.done <= 0) {
    return;
  }
  last_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const std::string left = clock_text(elapsed * (1 - progress.done) / progress.done);
  const std::string boxes =
      progress.all_volume > 0 ? fmt::format("{:.1f} % of boxes  ", 100 * progress.volume / progress.all_volume) : "";
  const std::string text = fmt::format("{:3.0f} %  {} of {} cases  {}{} left", 100 * progress.done, progress.cases,
                                       progress.all_cases, boxes, left);
  if (style_ == Style::bar) {
    fmt::print(stderr, "\r{}\033[K", bar_line(progress.done, text, terminal_width(2)));
    drawn_ = true;
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

void ProgressDisplay::finish() {
  if (drawn_) {
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    drawn_ = false;
  }
}

}  // namespace straightedge::cli
