// One case of a campaign: drawing it, and judging it in as many digits as it takes to decide.
//
//   case i of a claim  =  the first admitted of  generator(key(seed, id, i, attempt)),  attempt = 0, 1, ...
//   key(seed, id, i, attempt)  =  the 256 bits of SHA-256("straightedge/case/1\nSEED\nID\nI\nATTEMPT")
//
// so a case depends on nothing but these four, and any case can be drawn again alone.
// A case is decided in a tier if |margin| > uncertainty there. It is screened in double, and redone at the campaign's
// digits if it is not decided, fails, or needs precision; then at 100 digits if it still is not decided.
#pragma once

#include <claim.hpp>

#include <rapidcheck/Shrinkable.h>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace straightedge::proofs {

enum class Decision { holds, fails, undecided };

/// What judging one case came to, in the last tier that was tried.
struct Outcome {
  Decision decision = Decision::undecided;
  Tier tier = Tier::working;
  double margin = 0;
  double uncertainty = 0;
  std::string detail = {};  ///< the judge's numbers, or the message of the exception that left the case undecided
  bool overturned = false;  ///< double had decided it, and more digits decided otherwise
};

/// "double", "50" or "100": the digits of a tier.
[[nodiscard]] std::string to_string(Tier tier);
[[nodiscard]] std::string to_string(Decision decision);
/// The tier of this name. Throws InputError for any other.
[[nodiscard]] Tier tier_from(const std::string& name);

void to_json(nlohmann::json& json, const Outcome& outcome);
void from_json(const nlohmann::json& json, Outcome& outcome);

/// A number of JSON, or "NaN", "inf", "-inf", which JSON has no number for; and back. Throws InputError for others.
[[nodiscard]] nlohmann::json number_to_json(double value);
[[nodiscard]] double number_from_json(const nlohmann::json& json);

/// holds, fails or undecided, from a margin and its own uncertainty; NaN in either is undecided.
[[nodiscard]] Decision decide(double margin, double uncertainty);

/// Judges in one tier. An exception of the judge leaves the case undecided, with its message as the detail; only
/// std::bad_alloc and MachineError pass.
[[nodiscard]] Outcome judge_in_tier(const Claim& claim, const Case& value, Tier tier, Variant variant);

/// Judges at `precise` (50 or 100 digits), and at 100 if that leaves it undecided.
[[nodiscard]] Outcome judge_precisely(const Claim& claim, const Case& value, Tier precise, Variant variant);
/// Screens in double first; see above.
[[nodiscard]] Outcome evaluate(const Claim& claim, const Case& value, Tier precise);

/// A drawn case, with its tree of shrinks.
struct Draw {
  rc::Shrinkable<Case> tree;
  Case value;
  std::int64_t rejected = 0;  ///< drawn before it and not admitted
};

/// How many draws that the claim does not admit are drawn anew before its generator is given up.
inline constexpr std::int64_t kMostDraws = 1000;

/// The size at which case i is drawn: kLargeSize for one in 47 from the 2,000th on, else RapidCheck's nominal one.
[[nodiscard]] int size_of(std::int64_t index);
/// Case i of a claim. Throws DoesNotExist if none of kMostDraws draws is admitted.
[[nodiscard]] Draw draw_case(const Claim& claim, const rc::Gen<Case>& generator, std::uint64_t seed,
                             std::int64_t index);

}  // namespace straightedge::proofs
