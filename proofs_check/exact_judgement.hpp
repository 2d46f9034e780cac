// Judging in exact arithmetic: the conclusion holds or it does not, in every tier alike.
#pragma once

#include <claim.hpp>

#include <optional>
#include <string>
#include <utility>

namespace straightedge::proofs {

/// What departs from the conclusion, if anything does.
using Departure = std::optional<std::string>;

/// Margin 1 where nothing departs, else -1 with the departure as detail.
[[nodiscard]] inline Judgement judge_exactly(Departure departure, std::string detail) {
  return departure ? Judgement{-1.0, 0.0, *std::move(departure)} : Judgement{1.0, 0.0, std::move(detail)};
}

}  // namespace straightedge::proofs
