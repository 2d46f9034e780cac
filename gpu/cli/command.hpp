// What the commands of straightedge-train share.
#pragma once

#include <processes/processes.hpp>

#include <functional>

namespace CLI {
class App;
}

namespace straightedge::train {

/// Runs a command: its exit code, or that of the error that it throws, after one line on stderr. 2 for InputError and
/// for paths that the file system refuses, 4 for MachineError and whatever else fails, 1 for any other Error.
[[nodiscard]] int guarded(const std::function<int()>& command);

/// The same of a command that all processes of a job run together. Where one fails all end, with its exit code, and one
/// line in all.
[[nodiscard]] int guarded_together(int patience, const std::function<int(Processes&)>& command);
/// Adds --patience: seconds.
void add_patience(CLI::App& command, int& patience);

/// Throws InputError in one of several processes.
void require_one_process(const char* command);

}  // namespace straightedge::train
