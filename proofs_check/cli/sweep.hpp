// Grids of problems: --sweep KEY=FROM:TO:N, KEY=log:FROM:TO:N.
//
//   linear      v_k = FROM + (TO - FROM) k / (N - 1), exactly
//   geometric   v_k = FROM (TO / FROM)^{k / (N - 1)}, rounded to 20 significant digits and then taken as exact; both
//   ends
//               as given
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "problem.hpp"

namespace straightedge::cli {

/// One --sweep: a dotted key and its values.
struct SweepAxis {
  std::string key;
  std::vector<Rational> values;
  bool is_geometric = false;
};

/// Throws InputError for anything but the two forms, for N < 1, for N = 1 with FROM != TO, for N > 1,000,000, and for
/// geometric ends that are not both positive.
[[nodiscard]] SweepAxis parse_sweep(std::string_view text);

/// All points of the grid, the last axis fastest. Throws InputError for two axes with one key and for more than
/// 1,000,000 points.
[[nodiscard]] std::vector<std::vector<Setting>> sweep_points(const std::vector<SweepAxis>& axes);

}  // namespace straightedge::cli
