// Proofs by branch and bound: a box of parameters is decided by enclosures, or cut in two and its halves are.
//
// The trace of a part is the tree that the search found, in preorder: `s` a box that was cut across its longest side
// (the first of equal ones), `p` one that is proved, `o` one left open at the depth limit. A checker that follows it
// evaluates the proved boxes and nothing else.
#pragma once

#include <proof.hpp>

#include <vector>

namespace straightedge::proofs {

struct Range {
  double low, high;
};
/// One range for each parameter. The ends are dyadic with few digits, so that midpoints are exact.
using Box = std::vector<Range>;

enum class BoxDecision { proved, refuted, unknown };

class BoxProof : public Proof {
 public:
  /// The root is cut into `cuts`^dimension parts; boxes are cut at most `depth` times more.
  BoxProof(Box root, std::int64_t cuts, int depth) : root_(std::move(root)), cuts_(cuts), depth_(depth) {}

  /// Rigorous: `proved` only if the statement holds for every point of the box, `refuted` only if it fails at one.
  [[nodiscard]] virtual BoxDecision decide(const Box& box, Variant variant) const = 0;

  [[nodiscard]] std::string method() const override { return "enclosure on boxes"; }
  [[nodiscard]] std::string arithmetic() const override { return "enclosed"; }
  [[nodiscard]] std::int64_t parts() const override;
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
  [[nodiscard]] PartOutcome recheck(std::int64_t part, const std::string& trace) const override;

  /// The box of a part.
  [[nodiscard]] Box part_box(std::int64_t part) const;

 protected:
  /// How long a side is, for the choice of the one to cut; in units of the root box unless overridden. Sums, products
  /// and quotients only: a checker elsewhere must find the same.
  [[nodiscard]] virtual double length(std::size_t side, const Range& range) const;

 private:
  /// Cuts a box; the first half stays in it, the second is returned.
  [[nodiscard]] Box cut(Box& box) const;
  void search(Box box, int depth, double share, Variant variant, PartOutcome& outcome) const;
  void follow(Box box, double share, const std::string& trace, std::size_t& position, PartOutcome& outcome) const;

  Box root_;
  std::int64_t cuts_;
  int depth_;
};

[[nodiscard]] std::string to_string(const Box& box);

}  // namespace straightedge::proofs
