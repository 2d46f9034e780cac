// The memorisation rate of the exact noisy minimiser against (d, N, f), for frozen and for resampled sources.
//
// Each trial has a random set of its own, N sources and N targets from N(0, I) in d dimensions, and follows one flow:
// from the first source of the set, on frozen pairs or with sources drawn anew (memorisation.hpp has the flows and says
// what counts as memorised). So the trials of a row are independent, and Clopper and Pearson's bounds hold as they are.
// Trial k of (d, N) has the same set for every f and both kinds: the rows differ by what is compared, not by the draw.
//
//   cases of the campaign   d               N                 f                       trials   rows
//   below 2,000 (quick)     2, 8, 32        64                .05, .2, .5             32       18
//   below 100,000           2, 8, 32        16, 64, 256       .05, .2, .5, 1          64       72
//   from there on (deep)    2, 8, 32, 128   16 to 1024 by 4   .01 to 2 in eight steps 256      256
#pragma once

#include <survey.hpp>

namespace straightedge::proofs {

class MemorisationSurvey final : public Survey {
 public:
  [[nodiscard]] std::string title() const override;
  [[nodiscard]] std::string method() const override;
  [[nodiscard]] std::string figure() const override;
  [[nodiscard]] std::vector<SurveyColumn> columns() const override;
  [[nodiscard]] std::int64_t rows(std::int64_t cases) const override;
  [[nodiscard]] double weight(std::int64_t row, std::int64_t cases) const override;
  [[nodiscard]] SurveyRow measure(std::int64_t row, const SurveyPlan& plan) const override;
};

/// One cell of the table.
struct MemorisationCell {
  bool frozen = true;
  int d = 2;
  int size = 16;  ///< N
  double f = 0.1;
  std::int64_t trials = 1;
};
[[nodiscard]] MemorisationCell memorisation_cell(std::int64_t row, std::int64_t cases);
/// The row of a cell.
[[nodiscard]] SurveyRow measure_memorisation(const MemorisationCell& cell, std::uint64_t seed);

}  // namespace straightedge::proofs
