// A proof: parts that can be checked independently of one another, and that together cover a stated set of parameters.
//
// A claim may have one besides its cases. The campaign checks its parts as tasks of their own, shard I of N those with
// index = I-1 (mod N); the verdict is `proved` if every part holds and nothing is left open, and no case fails. Every
// proof can be falsified: under Variant::mutant at least one part must not hold.
#pragma once

#include <claim.hpp>

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// What checking one part found.
struct PartOutcome {
  bool holds = true;                           ///< nothing contradicts the claim
  std::int64_t evaluations = 0;                ///< points at which, or boxes on which, something was computed
  double open = 0;                             ///< share of the whole set's volume on which the check could not say
  std::map<std::string, double> decided = {};  ///< ... and that it decided, by argument; empty without boxes
  std::string trace = {};  ///< what a checker needs to go over it again without a search; may be empty
  std::string note = {};   ///< where it does not hold, or what is open
};

class BoxProof;

class Proof {
 public:
  /// A part of a proof on boxes, for who wants to see them.
  struct BoxPart {
    const BoxProof* proof;
    std::int64_t part;
  };

  virtual ~Proof() = default;
  /// The set of parameters that is covered, in words.
  [[nodiscard]] virtual std::string set() const = 0;
  /// How: "exact identity on rational grids", "enclosure on boxes".
  [[nodiscard]] virtual std::string method() const = 0;
  /// "exact", "enclosed": for the row of the claim.
  [[nodiscard]] virtual std::string arithmetic() const = 0;
  [[nodiscard]] virtual std::int64_t parts() const = 0;
  /// The share of the whole set's volume that a part covers: 0 for parts that are not boxes of parameters.
  [[nodiscard]] virtual double volume(std::int64_t /*part*/) const { return 0; }
  /// The boxes behind a part, or null.
  [[nodiscard]] virtual BoxPart boxes(std::int64_t /*part*/) const { return {nullptr, 0}; }
  /// Whether a run with so many cases a claim checks the part: a long proof leaves parts out where there are few.
  [[nodiscard]] virtual bool is_checked(std::int64_t /*part*/, std::int64_t /*cases*/) const { return true; }
  [[nodiscard]] virtual PartOutcome check(std::int64_t part, Variant variant) const = 0;
  /// Checks a part again from its trace, without searching. Whoever trusts a certificate trusts this alone.
  [[nodiscard]] virtual PartOutcome recheck(std::int64_t part, const std::string& /*trace*/) const {
    return check(part, Variant::claim);
  }
};

/// The traces of the parts that were checked.
struct PartTrace {
  std::int64_t part = 0;
  std::string trace = {};
};

/// All parts checked so far.
struct ProofRecord {
  std::int64_t parts = 0;    ///< of the whole proof
  std::int64_t checked = 0;  ///< of them
  std::int64_t evaluations = 0;
  std::int64_t failing = 0;
  double open = 0;                             ///< share of the whole set's volume, summed over the checked parts
  std::map<std::string, double> decided = {};  ///< the same of what was decided, by argument
  std::int64_t noted = -1;                     ///< the lowest part that has a note, or -1
  std::string note = {};                       ///< its note
  std::vector<PartTrace> traces = {};          ///< ascending by part

  void add(std::int64_t part, const PartOutcome& outcome);
  void merge(const ProofRecord& other);
  /// Every part was checked, holds, and leaves nothing open.
  [[nodiscard]] bool complete() const { return checked == parts && failing == 0 && open == 0; }
};

void to_json(nlohmann::json& json, const PartOutcome& outcome);
void from_json(const nlohmann::json& json, PartOutcome& outcome);
/// Without the traces, which a certificate keeps apart.
void to_json(nlohmann::json& json, const ProofRecord& record);
void from_json(const nlohmann::json& json, ProofRecord& record);

}  // namespace straightedge::proofs
