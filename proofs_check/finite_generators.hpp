// Generators of finite sets of training pairs (x0^i, x1^i), and the builders that turn a case into one.
//
// Keys of a case, all integers; lists are read as if zeros followed, and what is too long is ignored:
//   d        [1]    dimension, 1 <= d
//   size     [1]    N >= 1, the number of pairs
//   sources  [N d]  x0^i in 1/16, pair after pair
//   targets  [N d]  x1^i in 1/16, pair after pair
//   meet     [3 k]  triples (j, i, n) with i < j < N, 1 <= n <= 64, others are ignored: target j is moved to
//                   x1^i + (1/t - 1) (x0^i - x0^j), so that lines i and j meet at t = n/64 exactly (n = 64: they share
//                   the target). In ascending j, so that no later triple undoes an earlier one; the last of equal j
//                   wins.
//   twin     [1]    1: the last pair takes the source of the first: a source with two targets, unless they agree
//   grid     [k]    inner points n/64 of an Euler grid, in any order; repetitions and n outside of 1..63 are ignored
//
// and of a large random set, drawn from a seed:
//   d, size  [1]    as above
//   seed     [1]    key of the counter-based generator (Philox 4x32-10)
//   stretch  [1]    x0^i ~ N(0, I) and x1^i ~ (1 + stretch/8) N(0, I), independent, rounded to 2^-16
#pragma once

#include <case.hpp>

#include <rapidcheck/Gen.h>
#include <straightedge/pairing.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// What finite_case draws.
struct FiniteCaseOptions {
  int smallest_d = 1;
  int largest_d = 3;
  int smallest_size = 1;
  int largest_size = 5;
  bool meet = true;      ///< plant crossings in two cases of three
  bool twin = false;     ///< plant a source with two targets in one case of eight
  int largest_grid = 0;  ///< at most so many drawn inner grid points; where lines meet, often through that time
};
/// Covers on purpose: no crossing, one, all lines through one point, shared targets, crossings at several times;
/// coordinates on a coarse lattice (accidental crossings, equal pairs) and on a fine one. Shrinks towards the smallest
/// d and N and towards zero coordinates.
[[nodiscard]] rc::Gen<Case> finite_case(const FiniteCaseOptions& options);

/// The finite set of a case, exactly. It may have a source with two targets: see require_valid. Throws InputError for
/// d < 1 or N < 1.
[[nodiscard]] FiniteSet<Rational> finite_set_of(const Case& value);
/// The same rounded to tier T.
template <RealScalar T>
[[nodiscard]] FiniteSet<T> finite_set_in(const Case& value) {
  const FiniteSet<Rational> exact = finite_set_of(value);
  return {convert<T>(exact.sources), convert<T>(exact.targets)};
}
/// The planted meeting times n/64 of the triples that apply, in their order.
[[nodiscard]] std::vector<Rational> planted_times_of(const Case& value);
/// 0, the inner points of `grid` in ascending order without repetition, 1.
[[nodiscard]] std::vector<Rational> grid_of(const Case& value);
/// Whether two pairs share a source and differ in the target, by comparing all of them.
[[nodiscard]] bool has_source_with_two_targets(const FiniteSet<Rational>& pairs);

/// "d=2", "N=4", "source with two targets"; or "no crossing" / "one crossing time" / "several crossing times", "three
/// lines through a point", "shared target", "equal pairs", "grid through a crossing".
[[nodiscard]] std::vector<std::string> finite_classes(const Case& value);

/// The random set of a case. Its coordinates are multiples of 2^-19 and thus the same in every tier.
[[nodiscard]] FiniteSet<double> gaussian_set_of(const Case& value);

}  // namespace straightedge::proofs
