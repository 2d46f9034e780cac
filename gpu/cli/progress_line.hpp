// How far a command is, on stderr: "300 of 1000 steps, loss 0.5, 20 steps/s, 35 s left".
//
// On a terminal a line that is written over, elsewhere one every ten seconds, and one at the end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace straightedge::train {

class ProgressLine {
 public:
  /// `unit`: what is counted, in the plural.
  ProgressLine(std::string unit, bool quiet);

  /// How many there were before; the first call alone counts. The time that is left is judged by what came since.
  void begin(std::int64_t done);
  /// Begins there if nothing has begun. `note` follows the count.
  void show(std::int64_t done, std::int64_t count, const std::string& note = "");
  /// What is written next begins a line.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string unit_;
  bool quiet_;
  bool terminal_;
  bool is_open_ = false;
  std::int64_t begun_at_ = -1;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point last_ = begin_;
};

}  // namespace straightedge::train
