// Proofs by branch and bound: a box of parameters is decided by enclosures, or cut in two and its halves are.
//
// The trace of a part is the tree that the search found, in preorder: `s` a box that was cut across its longest side
// (the first of equal ones), the letter of an argument a box that this argument proves, `o` one left open at the depth
// limit. A checker that follows it tries on each proved box that one argument, and nothing else.
#pragma once

#include <proof.hpp>

#include <functional>
#include <string>
#include <vector>

namespace straightedge::proofs {

struct Range {
  double low, high;
};
/// One range for each parameter. The ends are dyadic with few digits, so that midpoints are exact.
using Box = std::vector<Range>;

/// A way to prove the statement on a box.
struct BoxArgument {
  char letter;       ///< in traces; neither `s` nor `o`
  std::string name;  ///< in certificates
};

/// What became of a box.
struct BoxDecision {
  enum class Kind { proved, refuted, unknown } kind = Kind::unknown;
  char argument = '\0';  ///< where proved: the letter of the argument

  [[nodiscard]] static BoxDecision proved(char argument = 'p') { return {Kind::proved, argument}; }
  [[nodiscard]] static BoxDecision refuted() { return {Kind::refuted}; }
  [[nodiscard]] static BoxDecision unknown() { return {}; }
};

class BoxProof : public Proof {
 public:
  /// The root is cut into `cuts`^dimension parts; boxes are cut at most `depth` times more.
  BoxProof(Box root, std::int64_t cuts, int depth, std::vector<BoxArgument> arguments = {{'p', "enclosure"}});

  /// The parameters of a box, with their units: "phi (degrees)". None: the boxes make no picture.
  [[nodiscard]] virtual std::vector<std::string> parameters() const { return {}; }
  /// Rigorous: `proved` only if the statement holds for every point of the box, `refuted` only if it fails at one.
  [[nodiscard]] virtual BoxDecision decide(const Box& box, Variant variant) const = 0;
  /// Whether the argument of this letter alone proves the statement on the box.
  [[nodiscard]] virtual bool proves(const Box& box, char argument) const;

  [[nodiscard]] std::string method() const override { return "enclosure on boxes"; }
  [[nodiscard]] std::string arithmetic() const override { return "enclosed"; }
  [[nodiscard]] std::int64_t parts() const override;
  [[nodiscard]] double volume(std::int64_t /*part*/) const override { return 1.0 / static_cast<double>(parts()); }
  [[nodiscard]] BoxPart boxes(std::int64_t part) const override { return {this, part}; }
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
  [[nodiscard]] PartOutcome recheck(std::int64_t part, const std::string& trace) const override;

  /// The argument's name, or null.
  [[nodiscard]] const std::string* name_of(char letter) const;
  /// The box of a part.
  [[nodiscard]] Box part_box(std::int64_t part) const;

  /// Called with a box that is not cut, its share of the whole set, and its letter, `o` included; false ends the walk.
  using Visitor = std::function<bool(const Box& box, double share, char letter)>;
  /// Visits the boxes of a part in the trace's order. False for a trace that is not one whole tree.
  [[nodiscard]] bool walk(std::int64_t part, const std::string& trace, const Visitor& visit) const;

 protected:
  /// How long a side is, for the choice of the one to cut; in units of the root box unless overridden. Sums, products
  /// and quotients only: a checker elsewhere must find the same.
  [[nodiscard]] virtual double length(std::size_t side, const Range& range) const;

 private:
  /// Cuts a box; the first half stays in it, the second is returned.
  [[nodiscard]] Box cut(Box& box) const;
  void search(Box box, int depth, double share, Variant variant, PartOutcome& outcome) const;

  Box root_;
  std::int64_t cuts_;
  int depth_;
  std::vector<BoxArgument> arguments_;
};

[[nodiscard]] std::string to_string(const Box& box);

}  // namespace straightedge::proofs
