// The tube bound of noise-alone-memorises on random rational sets, in exact and enclosed arithmetic.
//
// The argument. Frozen pairs, constant noise, F = f^2; v* = sum_j w_j v_j with w_j ~ exp(-|x - x_t^j|^2 / (2F)).
// Let delta = min |x_t^i - x_t^j| over t in [0,1] and i != j, V = max |v_i - v_j|, and e = (N-1) V exp(-delta^2/(4F)).
//   1. Let u = x - x_t^i with |u| <= delta/4, and D = |x_t^j - x_t^i| >= delta. Then
//        |x - x_t^j|^2 - |x - x_t^i|^2 = D^2 - 2 u.(x_t^j - x_t^i) >= D (D - 2 |u|) >= delta (delta - delta/2),
//      so that w_j <= w_j / w_i <= exp(-delta^2 / (4F)).
//   2. v* - v_i = sum_{j != i} w_j (v_j - v_i), which is at most (N-1) exp(-delta^2/(4F)) V = e.
//   3. Along the flow from x0^i, u(0) = 0 and u' = v* - v_i. While |u| <= delta/4, |u'| <= e and |u(t)| <= e t. If
//      e <= delta/4 then |u(t)| < delta/4 for all t < 1 (at the first time of equality e t >= delta/4 >= e), so the
//      solution stays in the tube up to t = 1 and ends within e of x1^i.
// If moreover e <= eps times the root-mean-square size of the targets, every training source is memorised at that f.
//
// What is checked, for each set: delta^2, V^2 and the size are exact (tube_geometry.hpp); f is the largest number of
// ten binary digits for which the enclosure of e is below the enclosures of delta/4 and of eps times the size; and the
// inequality of step 2 where it is sharpest, at u = p/4 next to the closest line at its closest time. That point and
// all exponents there are rational; only exponentials and roots are enclosed. It is on the wall of the tube, and there
// the weight of the closest line reaches the bound of step 1 up to the weight of the own line. A wrong exponent is
// refuted there: the enclosed departure of the field exceeds e.
//
// That the inequality holds in the whole tube, and that solutions end where step 3 says, is checked without these
// arguments on small sets: tube_boxes.hpp, tube_flows.hpp.
#pragma once

#include <proof.hpp>
#include <tube_geometry.hpp>

namespace straightedge::proofs {

/// exp(-delta^2 / (exponent F)): 4 in the claim, 2 in its mutant.
[[nodiscard]] Rational tube_exponent(Variant variant);

/// e for N pairs.
[[nodiscard]] Interval tube_radius(const TubeGeometry& geometry, Eigen::Index size, const Rational& f,
                                   const Rational& exponent);

/// Certainly e <= delta/4 and e <= share of the size.
[[nodiscard]] bool certainly_kept(const TubeGeometry& geometry, Eigen::Index size, const Rational& f,
                                  const Rational& exponent, const Rational& share);

/// The largest f = m 2^k, 512 <= m < 1024, that is certainly kept. Throws DoesNotExist where lines meet, or where any f
/// is kept since velocities hardly differ.
[[nodiscard]] Rational largest_noise(const TubeGeometry& geometry, Eigen::Index size, const Rational& exponent,
                                     const Rational& share);

/// |v* - v_own| at x = x_t^own + (x_t^other - x_t^own)/4.
[[nodiscard]] Interval departure_next_to(const LatticePairs& pairs, Eigen::Index own, Eigen::Index other,
                                         const Rational& t, const Rational& f);

/// A random set of the proof, and the noises that it was checked for.
struct TubeSet {
  std::int64_t d;
  std::int64_t size;
  std::int64_t seed;
  [[nodiscard]] FiniteSet<double> pairs() const;
};

/// One part a set: two noises, for 1e-6 and 0.05 of the size. The trace has them.
class TubeBoundProof final : public Proof {
 public:
  TubeBoundProof();
  [[nodiscard]] std::string set() const override;
  [[nodiscard]] std::string method() const override { return "exact geometry, enclosed bound"; }
  [[nodiscard]] std::string arithmetic() const override { return "enclosed"; }
  [[nodiscard]] std::int64_t parts() const override { return static_cast<std::int64_t>(sets_.size()); }
  [[nodiscard]] PartOutcome check(std::int64_t part, Variant variant) const override;
  /// Also that the next larger f of ten digits is not kept, so that no other trace passes.
  [[nodiscard]] PartOutcome recheck(std::int64_t part, const std::string& trace) const override;

  [[nodiscard]] const std::vector<TubeSet>& sets() const { return sets_; }

 private:
  std::vector<TubeSet> sets_;
};

}  // namespace straightedge::proofs
