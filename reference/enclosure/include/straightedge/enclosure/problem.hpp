// A Gaussian problem in exact rationals, as the second witness takes it.
//
//   source X0 ~ N(0, I), target X1 ~ N(mu, M), coupling by C = E[(X1 - mu) X0^T],
//   interpolant X_t = (1-t) X0 + t X1 + f(t) Z, field v(x, t)
#pragma once

#include <optional>
#include <straightedge/kinds.hpp>
#include <straightedge/matrix.hpp>
#include <vector>

namespace straightedge::enclosure {
/// The fields of field.hpp: the coupling's pair field, the optimal one's, that of any (th, Th), and v*.
enum class FieldKind { pair, optimal_transport, affine, minimiser };

/// Axis `from` turns towards axis `to` by `degrees`.
struct PlaneTurn {
  int from = 0;      ///< axis, from 0
  int to = 1;        ///< axis, from 0
  Rational degrees;  ///< the angle
};

/// R of a rotated coupling A = M^{1/2} R: turns in disjoint coordinate planes, R = P (turns) P^T, or typed in.
struct Rotation {
  std::vector<PlaneTurn> turns;           ///< no axis in two of them
  std::optional<Matrix<Rational>> frame;  ///< P, orthogonal, d x d; the identity where it is left out
  /// In place of both. If it is not exactly orthogonal, its polar factor R (R^T R)^{-1/2} is meant.
  std::optional<Matrix<Rational>> matrix;
};

/// Which f, s and regression target: f = 0, f = s or f = s sqrt(t (1-t)).
struct Noise {
  NoiseKind kind = NoiseKind::none;                          ///< which f
  Rational sigma;                                            ///< s >= 0
  RegressionTarget target = RegressionTarget::displacement;  ///< what v is fitted to
};
/// Target, coupling, noise and field.
struct Problem {
  Vector<Rational> mean;        ///< mu, d
  Matrix<Rational> covariance;  ///< M, d x d, symmetric positive definite
  /// M^{1/2} where it is known, symmetric positive definite: then M is its square, and `covariance` may be left out.
  std::optional<Matrix<Rational>> root = std::nullopt;

  CouplingKind coupling = CouplingKind::optimal;  ///< which C
  Rotation rotation;                              ///< of a rotated coupling
  Matrix<Rational> cross;  ///< d x d: A of an affine coupling (M = A A^T), C of a gaussian one (M - C C^T >= 0)

  Noise noise;  ///< f and the regression target

  FieldKind field = FieldKind::pair;  ///< which v
  Vector<Rational> field_shift;       ///< th of a field `affine`, d
  Matrix<Rational> field_matrix;      ///< Th of a field `affine`, d x d
};

}  // namespace straightedge::enclosure
