// `straightedge exact PROBLEM.toml`: the exact quantities of the user's own problem.
#pragma once

#include <CLI/App.hpp>
#include <common.hpp>
#include <iosfwd>
#include <string>
#include <vector>

namespace straightedge::cli {

/// Its options, as typed.
struct ExactOptions {
  std::string problem;              ///< a path, or "-" for standard input
  int digits = 50;                  ///< 50 or 100
  std::string time;                 ///< empty: integrals over t; else integrands at this time
  std::vector<std::string> sweeps;  ///< KEY=FROM:TO:N
  std::string out;                  ///< a folder for a sweep's table and page; empty: none
  bool witness = false;             ///< ask the second witness too
  bool json = false;
  bool quiet = false;  ///< no progress on `log`
};

/// Runs it: results to `out`, progress to `log`. kInconclusive if a sweep was stopped: then the points so far are in
/// `out`. With the witness asked: kDeparture if it contradicts anything, else kInconclusive if anything is undecided.
/// Throws InputError for bad input, before anything is written to `out`.
ExitCode run_exact(const ExactOptions& options, std::istream& in, std::ostream& out, std::ostream& log);

/// Adds the command to the program. Its errors become one line on standard error and `exit_code`: 2 for bad input, 4
/// for a failure of the machine.
void add_exact_command(CLI::App& app, int& exit_code);

}  // namespace straightedge::cli
