// `exact --witness`: the quantities once more, in Arb balls by formulas of their own (reference/enclosure), and whether
// both agree.
//
//   a value  d_i +- r  and a ball  m_i +- s_i  overlap iff  |d_i - m_i| <= r + s_i  for every entry, decided in
//   rationals
#pragma once

#include <common.hpp>
#include <straightedge/enclosure/witness.hpp>

#include "quantities.hpp"

namespace straightedge::cli {

enum class Agreement {
  overlaps,     ///< both enclose a value and the enclosures meet; or both say that there is none
  contradicts,  ///< they do not meet; or one has a value and the other shows that there is none
  undecided,    ///< the witness, or the two tiers, could not tell
};

/// What the witness says of one quantity.
struct Testimony {
  enclosure::Outcome outcome;
  Agreement agreement = Agreement::undecided;
};
using Testimonies = std::map<Quantity, Testimony>;

/// Our results, and what the witness says of them where it was asked.
struct Answer {
  Results results;
  std::optional<Testimonies> witness;
};

/// The problem as the witness takes it.
[[nodiscard]] enclosure::Problem witness_problem(const Problem& problem);

/// How a result and an outcome agree.
[[nodiscard]] Agreement agreement_of(const Result& result, const enclosure::Outcome& outcome);

/// Encloses all quantities of `problem`, and compares them with `results`.
[[nodiscard]] Testimonies ask_witness(const Problem& problem, const Request& request, const Results& results);

/// kDeparture if anything is contradicted, else kInconclusive if anything is undecided.
[[nodiscard]] ExitCode verdict_of(const Testimonies& testimonies);

/// "witness: 12 overlap, 3 have no value in both, 0 undecided, 0 contradicted".
[[nodiscard]] std::string summary_of(const Testimonies& testimonies);

/// "overlaps", "contradicts", "undecided".
[[nodiscard]] std::string agreement_name(Agreement agreement);
/// "diverges", "does not exist", "inconclusive"; "enclosed" of one with a value.
[[nodiscard]] std::string status_name(enclosure::Status status);

/// The outcome's decimals, to `digits` significant digits, with a radius that includes their rounding. It has a value.
[[nodiscard]] Result as_result(const enclosure::Outcome& outcome, const Shape& shape, int digits);

}  // namespace straightedge::cli
