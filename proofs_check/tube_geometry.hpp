// The exact geometry of the tube bound: what it depends on, for training pairs with coordinates of few digits.
//
// In the frame of line i line j is at p_j(t) = a + t b, a = x0^j - x0^i, b = v_j - v_i, and
//   |p_j(t)|^2 = |a|^2 + 2 a.b t + |b|^2 t^2,
// whose minimum over [0, 1] is at t = -a.b / |b|^2 where that is inside, else at an end. Coordinates are multiples of
// 2^-16, so that these products are integers that 64 bits hold, and the minimum is a quotient of integers: nothing is
// rounded.
#pragma once

#include <straightedge/pairing.hpp>

#include <cstdint>

namespace straightedge::proofs {

/// N >= 2 training pairs on the lattice of multiples of 2^-16.
class LatticePairs {
 public:
  /// Throws InputError unless every coordinate is a multiple of 2^-16 and below 16 in absolute value, N >= 2 and
  /// d <= 1024.
  explicit LatticePairs(const FiniteSet<double>& pairs);

  [[nodiscard]] Eigen::Index dimension() const { return sources_.rows(); }
  [[nodiscard]] Eigen::Index size() const { return sources_.cols(); }

  /// p_j.p_k = constant + linear t + quadratic t^2 in the frame of a line, in units of 2^-32.
  struct Product {
    std::int64_t constant, linear, quadratic;
    [[nodiscard]] Rational at(const Rational& t) const;
  };
  [[nodiscard]] Product product(Eigen::Index own, Eigen::Index j, Eigen::Index k) const;
  /// The coordinates of v_j - v_i, in units of 2^-16.
  [[nodiscard]] auto velocity_difference(Eigen::Index own, Eigen::Index j) const {
    return velocities_.col(j) - velocities_.col(own);
  }
  /// sum_i |x1^i|^2 / N: the square of the root-mean-square size of the targets.
  [[nodiscard]] Rational size_squared() const;

 private:
  Matrix<std::int64_t> sources_;
  Matrix<std::int64_t> velocities_;
};

struct TubeGeometry {
  Rational separation_squared;  ///< delta^2 = min over t in [0,1] and i < j of |x_t^i - x_t^j|^2
  Eigen::Index first, second;   ///< where it is, the first such pair in lexicographic order,
  Rational time;                ///< and when
  Rational spread_squared;      ///< V^2 = max |v_i - v_j|^2
  Rational size_squared;        ///< of the targets
};
[[nodiscard]] TubeGeometry tube_geometry(const LatticePairs& pairs);

}  // namespace straightedge::proofs
