// What the commands of straightedge-train share.
#pragma once

#include <functional>

namespace straightedge::train {

/// Runs a command: its exit code, or that of the error that it throws, after one line on stderr. 2 for InputError and
/// for paths that the file system refuses, 4 for MachineError and whatever else fails, 1 for any other Error.
[[nodiscard]] int guarded(const std::function<int()>& command);

}  // namespace straightedge::train
