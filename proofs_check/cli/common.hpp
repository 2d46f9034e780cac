// What the commands of `straightedge` share: exit codes, the terminal, and choosing by name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace straightedge::cli {

/// Exit codes of every command; where several apply the order is 4, 2, 1, 3, 0.
enum ExitCode : int {
  kAsExpected = 0,
  kDeparture = 1,
  kBadInput = 2,
  kInconclusive = 3,  ///< or stopped by Ctrl-C
  kMachineFailed = 4
};

/// Runs a command and turns what it throws into one line on stderr and an exit code.
[[nodiscard]] int guarded(const std::function<int()>& command);

/// One line on stderr, whatever line breaks the message has.
void print_error(const std::string& message);

/// One line on stderr where figures of a report could not be drawn (report/figure.hpp).
void report_undrawn(const std::vector<std::string>& problems);

/// Whether colours and a progress bar are wanted on this stream (1 stdout, 2 stderr): a terminal, and no NO_COLOR.
[[nodiscard]] bool is_lively(int stream);

/// Columns of the terminal on this stream, asked each time, since windows change; without limit if it is none.
[[nodiscard]] std::size_t terminal_width(int stream);

/// The candidate that is the fewest insertions, deletions and replacements from `name`; empty if none is near.
[[nodiscard]] std::string nearest(const std::string& name, const std::vector<std::string>& candidates);

/// The names that match one of the shell patterns, in their own order. Throws InputError for a pattern that matches
/// none.
[[nodiscard]] std::vector<std::string> matching(const std::vector<std::string>& patterns,
                                                const std::vector<std::string>& names, const std::string& what);

}  // namespace straightedge::cli
