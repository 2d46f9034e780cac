// gnuplot as a process.
#pragma once

#include <filesystem>
#include <string>

namespace straightedge::report {

/// The text of report/figures/NAME.gp. Throws std::out_of_range for one that is not there.
[[nodiscard]] const std::string& figure_script(const std::string& name);

/// Runs `gnuplot script` in `folder`. "" where it did what it should, else what it said or why it could not be run.
[[nodiscard]] std::string run_gnuplot(const std::filesystem::path& folder, const std::string& script);

}  // namespace straightedge::report
