// A claim: a statement about flows with hypotheses and a conclusion, that cases can refute; and its mutant.
//
// One file under claims/ holds one claim and registers it. It says what it claims (ClaimInfo), draws cases, and judges
// one case in one tier: the margin by which the conclusion holds. The campaign does the rest. Every claim also judges
// under Variant::mutant, the same claim slightly falsified; a run in which the planted cases do not refute the mutant
// fails as a whole, since the check could not have failed.
#pragma once

#include <case.hpp>

#include <rapidcheck/Gen.h>
#include <memory>
#include <optional>
#include <straightedge/scalar.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

enum class Verdict { proved, supported, refuted, not_implied, inconclusive, needs_runs };
enum class DecidedBy { prove, certify };
enum class Tier { working, digits50, digits100 };
enum class Variant { claim, mutant };

struct ClaimInfo {
  std::string id;     ///< "lemma-1"
  std::string label;  ///< the paper's label, "Lemma 1"; or "beyond the paper"
  int order;  ///< position in every table: the paper's claims from 100, ours from 200, certify's where they belong
  std::string statement;   ///< the conclusion, one or two sentences
  std::string hypotheses;  ///< what it needs
  std::string margin;      ///< what the margin measures
  std::string refuted_by;  ///< what would refute it
  std::string paper;       ///< the paper's word on it: "holds", "states it in general", "not in the paper"
  std::string mutant;      ///< how the mutant falsifies it
  DecidedBy by = DecidedBy::prove;
  Verdict expected = Verdict::supported;
  /// The verdict when no case fails: `supported` for a plain claim. A claim whose general statement the paper makes and
  /// we refute judges the boundary on its cases, and general() the statement; one whose conclusion does not follow
  /// judges its evidence.
  Verdict when_cases_hold = Verdict::supported;
};

/// The outcome of judging one case in one tier. The conclusion holds on the case if margin > uncertainty, fails if
/// margin < -uncertainty, and is undecided in this tier between them (NaN too).
struct Judgement {
  double margin;           ///< dimensionless, signed
  double uncertainty = 0;  ///< bound on the margin's own error in the tier used
  std::string detail;      ///< the numbers behind it, for the report of this one case
};

class Proof;
class Survey;

/// lower <= the margin <= upper.
struct MarginBounds {
  double lower, upper;
};
/// As [lower, upper]; a bound may be "inf" or "-inf".
void to_json(nlohmann::json& json, const MarginBounds& bounds);
void from_json(const nlohmann::json& json, MarginBounds& bounds);

class Claim {
 public:
  virtual ~Claim() = default;
  [[nodiscard]] virtual const ClaimInfo& info() const = 0;

  /// Draws a case. Composed generators only (map, mapcat, inRange, container): RapidCheck's `*gen` is not thread-safe.
  [[nodiscard]] virtual rc::Gen<Case> generator() const = 0;
  /// Cases that are judged in every run whatever the budget, among them those that refute the mutant.
  [[nodiscard]] virtual std::vector<Case> planted() const = 0;
  /// Whether the case satisfies the hypotheses; drawn cases that do not are drawn anew, and shrinking stays inside.
  [[nodiscard]] virtual bool admits(const Case&) const { return true; }
  /// Labels of the classes that the case falls into ("d=3", "condition>1e6", "nearly singular").
  [[nodiscard]] virtual std::vector<std::string> classes(const Case& value) const = 0;
  /// Whether screening in double is not enough for the case (singular classes).
  [[nodiscard]] virtual bool needs_precision(const Case&) const { return false; }
  [[nodiscard]] virtual Judgement judge(const Case& value, Tier tier, Variant variant) const = 0;
  /// A proof over a stated set of parameters (proof.hpp), or null. It lives as long as the claim.
  [[nodiscard]] virtual const Proof* proof() const { return nullptr; }
  /// Measurements beside the verdict (survey.hpp), or null. It lives as long as the claim.
  [[nodiscard]] virtual const Survey* survey() const { return nullptr; }
  /// Rigorous bounds of the margin on a case, by arithmetic that shares nothing with judge(), where there are any: what
  /// confirms a counterexample that the search has found.
  [[nodiscard]] virtual std::optional<MarginBounds> enclose_margin(const Case&) const { return std::nullopt; }
  /// The statement with hypotheses left out that it needs: a claim of its own, not registered, which is false. Its
  /// first planted case refutes it, and the search must find a counterexample of its own.
  [[nodiscard]] virtual const Claim* general() const { return nullptr; }
};

/// Dispatches judge() to a member template `template <class T> Judgement judge_in(const Case&, Variant) const`.
template <class Derived>
class TieredClaim : public Claim {
 public:
  [[nodiscard]] Judgement judge(const Case& value, Tier tier, Variant variant) const override {
    const auto& self = static_cast<const Derived&>(*this);
    switch (tier) {
      case Tier::working:
        return self.template judge_in<double>(value, variant);
      case Tier::digits50:
        return self.template judge_in<Real50>(value, variant);
      default:
        return self.template judge_in<Real100>(value, variant);
    }
  }
};

/// All claims, by `order`. Filled by Registration objects before main.
[[nodiscard]] const std::vector<const Claim*>& registry();
/// The claim with this id, or nothing.
[[nodiscard]] const Claim* find_claim(const std::string& id);

class Registration {
 public:
  explicit Registration(std::unique_ptr<Claim> claim);
};

[[nodiscard]] std::string to_string(Verdict verdict);  ///< "not implied", "needs runs", ...
[[nodiscard]] std::string to_string(DecidedBy by);

/// "figure-4-own", for the names of files of the claim "figure-4/own".
[[nodiscard]] std::string file_stem(const std::string& claim);

/// Margin of an equality |a - b| = 0 that rounding blurs: 1 - error / bound. `bound` is derived, absolute, in the units
/// of error.
[[nodiscard]] Judgement judge_equality(double error, double bound, std::string detail = {});

}  // namespace straightedge::proofs
