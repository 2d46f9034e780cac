// Finite sets of training pairs (x0^i, x1^i), x_t^i = (1-t) x0^i + t x1^i, and their minimising fields.
//
//   no noise                 v*(x, t) = average of x1^i - x0^i over the pairs with x_t^i = x
//   noise f, frozen pairs    v* = sum_i w_i (x1^i - x0^i),  w_i ~ exp(-|x - x_t^i|^2 / (2F));
//                            target `interpolant` adds (f'/f)(x - sum_i w_i x_t^i)
//   x0 resampled from N(0,I) w_i ~ exp(-|x - t x1^i|^2 / (2((1-t)^2 + F))), m = sum_i w_i x1^i,
//                            v* = [((1-t) + F) m - (1-t) x] / ((1-t)^2 + F);
//                            target `interpolant` adds f f' (x - t m)/((1-t)^2 + F)
#pragma once

#include <straightedge/interpolant.hpp>

#include <optional>

namespace straightedge {

/// N pairs in d dimensions, one a column.
template <class T>
struct FiniteSet {
  Matrix<T> sources;  ///< x0^i, d x N
  Matrix<T> targets;  ///< x1^i, d x N

  [[nodiscard]] Eigen::Index dimension() const { return sources.rows(); }  ///< d
  [[nodiscard]] Eigen::Index size() const { return sources.cols(); }       ///< N
};

/// Throws InputError when shapes differ, a set is empty, or two pairs share a source and differ in the target (a
/// crossing at t = 0: no field can serve both). A shared target (t = 1) is allowed.
template <class T>
void require_valid(const FiniteSet<T>& pairs);

/// x_t^i for all i, d x N.
template <class T>
[[nodiscard]] Matrix<T> interpolants(const FiniteSet<T>& pairs, const T& t);

/// A time at which training lines i and j meet: x_t^i = x_t^j.
struct Crossing {
  Rational time;               ///< t, exact
  Eigen::Index first, second;  ///< first < second
};

/// All crossings in (0, 1], ordered by time, then pair. Lines that coincide for all t (equal pairs) do not cross.
/// Exact.
[[nodiscard]] std::vector<Crossing> crossings(const FiniteSet<Rational>& pairs);

/// The distinct crossing times in (0, 1], ascending.
[[nodiscard]] std::vector<Rational> crossing_times(const FiniteSet<Rational>& pairs);

/// The memorising field: the average of x1^i - x0^i over the pairs with x_t^i = x exactly; nothing off the training
/// lines.
[[nodiscard]] std::optional<Vector<Rational>> memorising_velocity(const FiniteSet<Rational>& pairs,
                                                                  const Vector<Rational>& x, const Rational& t);

/// The empirical straight-path loss of the memorising field at time t: exactly 0 unless t is a crossing time.
[[nodiscard]] Rational memorising_loss(const FiniteSet<Rational>& pairs, const Rational& t);

/// Explicit Euler with the memorising field from source i on the grid 0 = t_0 < ... < t_n = 1, in exact arithmetic.
/// Ends at the partner exactly if no inner grid point is a crossing time of line i. Nothing if it leaves the training
/// lines.
[[nodiscard]] std::optional<Vector<Rational>> memorising_euler(const FiniteSet<Rational>& pairs, Eigen::Index i,
                                                               const std::vector<Rational>& grid);

/// The noisy minimiser of frozen pairs at (x, t). Throws DoesNotExist where f(t) = 0.
template <RealScalar T>
[[nodiscard]] Vector<T> frozen_minimiser_velocity(const FiniteSet<T>& pairs, const NoiseSchedule<T>& noise,
                                                  const Vector<T>& x, const T& t);

/// The minimiser with x0 drawn anew from N(0, I), at (x, t). Throws DoesNotExist at t = 1 without noise.
template <RealScalar T>
[[nodiscard]] Vector<T> resampled_minimiser_velocity(const Matrix<T>& targets, const NoiseSchedule<T>& noise,
                                                     const Vector<T>& x, const T& t);

/// The tube bound of constant noise: with delta = min_{t, i != j} |x_t^i - x_t^j| and V = max |v_i - v_j|, v_i = x1^i -
/// x0^i, if e = (N-1) V exp(-delta^2 / (4F)) <= delta/4 then every training source ends within e of its partner.
/// `exponent` is the 4 of the formula: a smaller one makes the hypothesis weaker than what is proved.
/// Throws InputError unless F > 0, the exponent > 0 and the set is valid.
template <class T>
struct TubeBound {
  T separation;       ///< delta
  T velocity_spread;  ///< V
  T radius;           ///< e
  bool applies;       ///< e <= delta / 4
};
template <RealScalar T>
[[nodiscard]] TubeBound<T> tube_bound(const FiniteSet<T>& pairs, const T& f_squared, const T& exponent = T(4));

/// Root-mean-square size of the targets: sqrt(sum |x1^i|^2 / (N d)) times sqrt(d), the unit of "memorised within eps".
/// `points` is d x N, one a column. Units: length. Throws InputError for no points.
template <RealScalar T>
[[nodiscard]] T root_mean_square_size(const Matrix<T>& points);

}  // namespace straightedge
