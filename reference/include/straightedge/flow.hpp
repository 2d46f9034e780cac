// Flows of velocity fields.
//
//   affine      z_t - t mu = Phi_t z_0 for the minimiser v*:  Phi' = B_t Sigma_t^{-1} Phi,  Phi_0 = I. With Psi =
//   Sigma^{-1} Phi
//               the Taylor coefficients at any time satisfy, for Sigma = S0 + S1 h + S2 h^2 and B = B0 + B1 h,
//               (n+1) Phi_{n+1} = B0 Psi_n + B1 Psi_{n-1},   S0 Psi_n = Phi_n - S1 Psi_{n-1} - S2 Psi_{n-2}
//   non-linear  Boost.Odeint
#pragma once

#include <straightedge/field.hpp>

#include <cstdint>
#include <functional>

namespace straightedge {

/// What the flow of the minimiser v* does to the source N(0, I).
template <class T>
struct AffineFlow {
  Matrix<T> map;   ///< Phi_1: Z_1 = mu + Phi_1 Z_0, d x d
  T straightness;  ///< integral E|Z_1 - Z_0 - v(Z_t, t)|^2 dt = integral |Phi_1 - I - Phi'_t|_F^2 dt
};

/// Solves Phi' = B_t Sigma_t^{-1} Phi of the head comment by Taylor steps. Throws DoesNotExist where Sigma_t is
/// singular in [0, 1]. Accurate to rounding times the condition of Sigma_t: in double, where M has condition 1e12 and
/// the lines nearly meet, only the leading digits are left.
template <RealScalar T>
[[nodiscard]] AffineFlow<T> minimiser_flow(const Coupling<T>& coupling, const NoiseSchedule<T>& noise);

/// E|Z_1 - Z_0|^2 = |mu|^2 + |Phi_1 - I|_F^2 of a flow from N(0, I).
template <class T>
[[nodiscard]] T flow_cost(const Vector<T>& mean, const Matrix<T>& map);

/// dz/dt = v(z, t) for any field.
template <class T>
using VelocityFunction = std::function<Vector<T>(const Vector<T>& z, const T& t)>;

/// The solution at t1 of dz/dt = v(z, t), z(t0) = start, by an adaptive method of Boost.Odeint (Dormand-Prince 5 in
/// double, Bulirsch-Stoer at high precision) with the given relative and absolute tolerance; t1 < t0 integrates
/// backwards. Its order is at most 17: from about 1e-40 on steps become tiny. Throws DoesNotExist when the step size
/// underflows or the trajectory is not finite, InputError unless tolerance > 0.
template <RealScalar T>
[[nodiscard]] Vector<T> integrate_flow(const VelocityFunction<T>& velocity, const Vector<T>& start, const T& t0,
                                       const T& t1, const T& tolerance);

/// The classical Runge-Kutta method of order 4 (Boost.Odeint) on `steps` equal steps from t0 to t1. Its error falls as
/// steps^-4 once the steps resolve the field: the difference to twice as many shows it. Throws InputError unless
/// steps >= 1.
template <RealScalar T>
[[nodiscard]] Vector<T> runge_kutta_flow(const VelocityFunction<T>& velocity, const Vector<T>& start, const T& t0,
                                         const T& t1, std::int64_t steps);

/// Explicit Euler on the given grid t_0 < t_1 < ... < t_n. In tier Rational it is exact arithmetic. Throws InputError
/// unless there are two times at least and they increase.
template <class T>
[[nodiscard]] Vector<T> euler_flow(const VelocityFunction<T>& velocity, const Vector<T>& start,
                                   const std::vector<T>& grid);

/// Straightness  integral |z_1 - z_0 - v(z_t, t)|^2 dt  of one trajectory of any field from `start`. Zero iff straight.
template <RealScalar T>
[[nodiscard]] T trajectory_straightness(const VelocityFunction<T>& velocity, const Vector<T>& start,
                                        const T& tolerance);

}  // namespace straightedge
