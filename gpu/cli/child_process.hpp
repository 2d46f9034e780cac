// Programs that this one starts and waits for.
#pragma once

#include <string>
#include <vector>

namespace straightedge::train {

/// Runs a program on the same standard streams: its exit code; 3 where a stop was asked for and it ended by the signal,
/// 4 where another signal ended it. It has a process group of its own, so that a stop reaches it once, from here,
/// whether it came from the terminal or to this process alone. Throws MachineError if it could not be started.
[[nodiscard]] int run_program(std::vector<std::string> words);

}  // namespace straightedge::train
