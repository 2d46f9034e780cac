// The known word nearest to a misspelt one: Damerau-Levenshtein distance (insertions, deletions, substitutions and
// transpositions of neighbours, each of cost 1).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace straightedge::cli {

/// The number of such edits that lead from `a` to `b` (optimal string alignment: no part is edited twice).
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// What to suggest in place of `word`: "did you mean \"sigma\"" if a known word is at most a third of its length and
/// one edit away, else "known are \"kind\", \"sigma\"". `known` is not empty.
[[nodiscard]] std::string suggestion(std::string_view word, std::span<const std::string_view> known);

}  // namespace straightedge::cli
