// Progress on stderr: a bar with the time left on a terminal, a plain line every ten seconds elsewhere.
#pragma once

#include <campaign.hpp>

#include <chrono>

namespace straightedge::cli {

class ProgressDisplay {
 public:
  enum class Style { none, lines, bar };
  explicit ProgressDisplay(Style style) : style_(style) {}
  /// Shows the state, if the last time was long enough ago.
  void show(const proofs::Progress& progress);
  /// Clears the bar.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  Style style_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  bool drawn_ = false;
};

}  // namespace straightedge::cli
