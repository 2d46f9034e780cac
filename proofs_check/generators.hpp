// Generators of cases and the builders that turn a case into mathematics, in any tier.
//
// Keys of a case, all integers; zero is the simplest value of each:
//   d        [d]         dimension, 1 <= d
//   root     [d]         e_i: the eigenvalues of M^{1/2} are 2^{floor(e_i/8)} (8 + e_i mod 8) / 8
//   frame    [d(d-1)/2]  plane turns of the eigenvectors of M: plane (i,j), i < j in lexicographic order, turned by the
//                        rational rotation of half-angle tangent n / 64 (missing: the axes)
//   mean     [d]         mu_i = n / 16 (missing: 0)
//   angles   [d/2]       rotation angles of R in 1/16 degree, one for each of the planes (0,1), (2,3), ...
//   planes   [d(d-1)/2]  plane turns, like `frame`, of the basis in which R is block-diagonal (missing: the axes)
//   reflect  [1]         1: R's last axis of that basis is reflected too, det R = -1
//   sigma    [1]         s = n / 256
//   time     [1]         t = n / 4096
//   source   [d]         x0_i = n / 16, a point of the source (with_source)
//
// In all of them  M^{1/2} = V diag(e) V^T  and  R = P diag(R(a_1), R(a_2), ..., 1 or -1) P^T,  V and P the products of
// the plane turns. With planes = frame the problem falls apart into problems of dimension 2.
#pragma once

#include <case.hpp>

#include <rapidcheck/Gen.h>
#include <straightedge/coupling.hpp>
#include <straightedge/interpolant.hpp>
#include <string>
#include <vector>

namespace straightedge::proofs {

/// The size at which a generator draws large cases, of d = 9 to 32 where largest_d is kUsualDimension: case i of a
/// claim is one if i >= 2000 and 47 divides i, which only `--effort deep` and `--cases` reach.
inline constexpr int kLargeSize = 2 * rc::kNominalSize;
inline constexpr int kUsualDimension = 8;
inline constexpr int kLargeDimension = 32;

/// What gaussian_case draws.
struct GaussianCaseOptions {
  int smallest_d = 1;
  int largest_d = kUsualDimension;
  bool even_d = false;              ///< d even only (rotation in every plane)
  bool rotation = false;            ///< draw `angles` and `planes`
  bool one_angle = false;           ///< the same angle in every plane
  bool reflection = false;          ///< draw `reflect` (one case in five)
  bool sigma = false;               ///< draw `sigma` >= 0
  bool positive_sigma = false;      ///< ... > 0
  bool time = false;                ///< draw `time` in [0, 4096]
  bool isotropic = false;           ///< M = I
  double largest_condition = 1e12;  ///< of M
  double largest_angle = 180;       ///< degrees, in absolute value
};
/// Covers the classes of interest on purpose: condition 1, moderate, up to the largest; mean zero, moderate, large
/// (1e3 to 1e5); angles near 0, generic, near the largest, and just short of the angle at which (1-t) I + t A turns
/// singular. Shrinks towards the smallest d, M = I, mu = 0, angle 0, s = 0 (1/256 where positive), t = 0; every
/// shrunk case is one that could have been drawn.
[[nodiscard]] rc::Gen<Case> gaussian_case(const GaussianCaseOptions& options);

/// The case with a `source` of entries in [-4, 4] added.
[[nodiscard]] rc::Gen<Case> with_source(rc::Gen<Case> base);

/// Uniform integer in [low, high] that shrinks towards the value of least magnitude; a composed generator.
[[nodiscard]] rc::Gen<std::int64_t> integer_in(std::int64_t low, std::int64_t high);
/// `count` of them.
[[nodiscard]] rc::Gen<Case::List> integers_in(std::int64_t count, std::int64_t low, std::int64_t high);
/// The case with the drawn list added under `key`.
[[nodiscard]] rc::Gen<Case> with_list(rc::Gen<Case> base, std::string key, rc::Gen<Case::List> list);

// Builders: only +, -, *, / of dyadics, but for the sines and cosines of the rotation.

/// Product of the plane turns in the order of the head comment, d x d, orthogonal to working accuracy. `turns` may be
/// empty; a list of another length than d(d-1)/2 throws InputError. Like the next two exact in rationals.
template <class T>
[[nodiscard]] Matrix<T> orthogonal_frame(int d, const Case::List& turns);
/// The eigenvalues of M^{1/2} from the list `root`, exact in every tier.
template <class T>
[[nodiscard]] Vector<T> root_eigenvalues(const Case& value);
template <class T>
[[nodiscard]] Matrix<T> root_of(const Case& value);  ///< M^{1/2}, d x d, symmetric, without taking a root
template <RealScalar T>
[[nodiscard]] Gaussian<T> target_of(const Case& value);
/// R, d x d, orthogonal to working accuracy. Multiples of 90 degrees are exact: 180 degrees in every plane is -I.
template <RealScalar T>
[[nodiscard]] Matrix<T> rotation_of(const Case& value);
template <RealScalar T>
[[nodiscard]] NoiseSchedule<T> constant_noise_of(const Case& value);
template <RealScalar T>
[[nodiscard]] Vector<T> source_of(const Case& value);
template <RealScalar T>
[[nodiscard]] T time_of(const Case& value);
/// The angle of plane j, (2j, 2j+1), in radians.
template <RealScalar T>
[[nodiscard]] T angle_of(const Case& value, std::size_t plane = 0);
/// Couplings from root_of and rotation_of: A = M^{1/2} R exactly as built, no square root taken.
template <RealScalar T>
[[nodiscard]] Coupling<T> optimal_of(const Case& value);
template <RealScalar T>
[[nodiscard]] Coupling<T> rotated_of(const Case& value);

/// "d=3"; "condition=1" / "condition<=10" / "condition<=1e6" / "condition>1e6"; "mean zero" / "mean moderate" / "mean
/// large" (an entry of 1e3 or more); where there is a rotation, by the largest angle, "angle<5" / "angle generic" /
/// "angle>175", and "nearly singular" where singularity_of is below 1e-3, or "singular" where has_singular_time.
[[nodiscard]] std::vector<std::string> gaussian_classes(const Case& value);
/// Condition number of M from the `root` list.
[[nodiscard]] double condition_of(const Case& value);
/// How close (1-t) I + t A is to a singular matrix at some time, free of scale: min over the eigenvalues l of
/// A = M^{1/2} R of cos^2(arg(l)/2), since  min_t |(1-t) + t l| / ((1-t) + t |l|) = |cos(arg(l)/2)|. In [0, 1]; 1 for
/// OT.
[[nodiscard]] double singularity_of(const Case& value);
/// Whether A = M^{1/2} R has a real eigenvalue <= 0, so that the pair field is singular at some time in [0, 1]. Decided
/// in double where that is clear and at 50 digits elsewhere; a complex pair closer to the negative axis than 1e-20 of
/// its modulus counts as real.
[[nodiscard]] bool has_singular_time(const Case& value);
/// Whether the rotation is by one angle in every plane, as GaussianCaseOptions::one_angle draws it.
[[nodiscard]] bool has_one_angle(const Case& value);
/// Distance of the nearest pole of S(t) from [0,1], from rotated_of in double.
[[nodiscard]] double pole_distance_of(const Case& value);

}  // namespace straightedge::proofs
