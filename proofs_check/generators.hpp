// Generators of cases and the builders that turn a case into mathematics, in any tier.
//
// Keys of a case, all integers; zero is the simplest value of each:
//   d          [d]         dimension, 1 <= d
//   root       [d]         e_i: the eigenvalues of M^{1/2} are 2^{floor(e_i/8)} (8 + e_i mod 8) / 8
//   frame      [d(d-1)/2]  plane turns of the eigenvectors of M, each by the rational rotation of half-angle tangent
//   n/16 mean       [d]         mu_i = n / 16 angles     [planes]    rotation angles of R in 1/16 degree, one a plane
//   (0,1), (2,3), ... planes     [d(d-1)/2]  plane turns of the basis in which R is block-diagonal (missing or zero:
//   the axes) reflect    [1]         1: R's last axis is reflected too (det R = -1) sigma      [1]         s = n / 256
//   time       [1]         t = n / 4096
#pragma once

#include <case.hpp>

#include <rapidcheck/Gen.h>
#include <straightedge/coupling.hpp>
#include <straightedge/interpolant.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// What gaussian_case draws.
struct GaussianCaseOptions {
  int smallest_d = 1;
  int largest_d = 8;
  bool even_d = false;              ///< d even only (rotation in every plane)
  bool rotation = false;            ///< draw `angles` and `planes`
  bool one_angle = false;           ///< the same angle in every plane
  bool sigma = false;               ///< draw `sigma` >= 0
  bool positive_sigma = false;      ///< ... > 0
  bool time = false;                ///< draw `time` in [0, 4096]
  bool isotropic = false;           ///< M = I
  double largest_condition = 1e12;  ///< of M
  double largest_angle = 180;       ///< degrees, in absolute value
};
/// Covers the classes of interest on purpose: condition 1, moderate, up to the largest; mean zero, moderate, large
/// (1e3); angles near 0, generic, near the largest. Shrinks towards d smallest, M = I, mu = 0, angle 0.
[[nodiscard]] rc::Gen<Case> gaussian_case(const GaussianCaseOptions& options);

/// Uniform integer in [low, high] that shrinks towards the value of least magnitude; a composed generator.
[[nodiscard]] rc::Gen<std::int64_t> integer_in(std::int64_t low, std::int64_t high);
/// `count` of them.
[[nodiscard]] rc::Gen<Case::List> integers_in(std::int64_t count, std::int64_t low, std::int64_t high);
/// The case with the drawn list added under `key`.
[[nodiscard]] rc::Gen<Case> with_list(rc::Gen<Case> base, std::string key, rc::Gen<Case::List> list);

// Builders. Exact for every input in tier Rational's sense: only +, -, *, / of dyadics, but for the rotation's angles.
template <RealScalar T>
[[nodiscard]] Matrix<T> orthogonal_frame(int d, const Case::List& turns);
template <RealScalar T>
[[nodiscard]] Matrix<T> root_of(const Case& value);  ///< M^{1/2}, d x d, without taking a root
template <RealScalar T>
[[nodiscard]] Gaussian<T> target_of(const Case& value);
template <RealScalar T>
[[nodiscard]] Matrix<T> rotation_of(const Case& value);  ///< R, d x d, orthogonal to working accuracy
template <RealScalar T>
[[nodiscard]] NoiseSchedule<T> constant_noise_of(const Case& value);
template <RealScalar T>
[[nodiscard]] T time_of(const Case& value);
/// Couplings from root_of and rotation_of: A = M^{1/2} R exactly as built, no square root taken.
template <RealScalar T>
[[nodiscard]] Coupling<T> optimal_of(const Case& value);
template <RealScalar T>
[[nodiscard]] Coupling<T> rotated_of(const Case& value);

/// "d=3", "condition<=10" / "<=1e6" / ">1e6", "mean zero" / "moderate" / "large", "angle<5" / "generic" / "angle>175",
/// and, where there is a rotation, "nearly singular" when min_t |det((1-t) I + t A)| is below 1e-3 of its largest
/// value.
[[nodiscard]] std::vector<std::string> gaussian_classes(const Case& value);
/// Condition number of M from the `root` list.
[[nodiscard]] double condition_of(const Case& value);
/// Distance of the nearest pole of S(t) from [0,1], from rotated_of in double.
[[nodiscard]] double pole_distance_of(const Case& value);

}  // namespace straightedge::proofs
