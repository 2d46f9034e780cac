// Adaptive integration of any velocity field by Boost.Odeint, and the straightness of its trajectories.
#include <straightedge/error.hpp>
#include <straightedge/flow.hpp>

#include <boost/numeric/odeint/algebra/algebra_dispatcher.hpp>  // which the Eigen header needs and does not include
#include <boost/numeric/odeint/algebra/vector_space_algebra.hpp>
#include <boost/numeric/odeint/external/eigen/eigen.hpp>
#include <boost/numeric/odeint/stepper/bulirsch_stoer.hpp>
#include <boost/numeric/odeint/stepper/generation.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta4.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <sstream>

namespace straightedge {
namespace {

namespace odeint = boost::numeric::odeint;

template <class T>
auto make_stepper(const T& tolerance) {
  if constexpr (std::same_as<T, double>) {
    using Method =
        odeint::runge_kutta_dopri5<Vector<double>, double, Vector<double>, double, odeint::vector_space_algebra>;
    return odeint::make_controlled<Method>(tolerance, tolerance);
  } else {
    return odeint::bulirsch_stoer<Vector<T>, T, Vector<T>, T, odeint::vector_space_algebra>(tolerance, tolerance);
  }
}

template <class T>
[[noreturn]] void refuse(const char* what, const T& t) {
  std::ostringstream message;
  message << "integration of the velocity field: " << what << " at t = " << static_cast<double>(t)
          << "; the field is singular there, or the tolerance is below the tier's accuracy";
  throw DoesNotExist(message.str());
}

template <class T>
bool all_finite(const Vector<T>& z) {
  using std::isfinite;
  for (Eigen::Index i = 0; i < z.size(); ++i) {
    if (!isfinite(z(i))) {
      return false;
    }
  }
  return true;
}

}  // namespace

template <RealScalar T>
Vector<T> integrate_flow(const VelocityFunction<T>& velocity, const Vector<T>& start, const T& t0, const T& t1,
                         const T& tolerance) {
  using std::abs;
  if (!(tolerance > T(0))) {
    throw InputError("tolerance of the integration of a velocity field: must be above 0");
  }
  // Bulirsch-Stoer's step control misjudges negative steps: the time integrated over is always the distance from t0.
  const T direction = t1 >= t0 ? T(1) : T(-1);
  const T length = abs(T(t1 - t0));
  const auto system = [&](const Vector<T>& z, Vector<T>& slope, const T& elapsed) {
    slope = direction * velocity(z, t0 + direction * elapsed);
  };
  auto stepper = make_stepper(tolerance);
  // Below this a step does not move the time any more.
  const T smallest = T(4) * unit_roundoff<T>() * (abs(t0) + abs(t1));
  Vector<T> z = start;
  T elapsed(0);
  T step = length / T(16);
  while (length - elapsed > smallest) {
    if (step > length - elapsed) {
      step = length - elapsed;
    }
    if (stepper.try_step(system, z, elapsed, step) == odeint::success && !all_finite(z)) {
      refuse("the trajectory is not finite", T(t0 + direction * elapsed));
    }
    if (!(step > smallest)) {
      refuse("the step size underflows", T(t0 + direction * elapsed));
    }
  }
  return z;
}

template <RealScalar T>
Vector<T> runge_kutta_flow(const VelocityFunction<T>& velocity, const Vector<T>& start, const T& t0, const T& t1,
                           std::int64_t steps) {
  if (steps < 1) {
    throw InputError("steps of a Runge-Kutta method: " + std::to_string(steps) + "; at least 1 is needed");
  }
  const auto system = [&](const Vector<T>& z, Vector<T>& slope, const T& t) { slope = velocity(z, t); };
  odeint::runge_kutta4<Vector<T>, T, Vector<T>, T, odeint::vector_space_algebra> stepper;
  const T step = (t1 - t0) / T(steps);
  Vector<T> z = start;
  for (std::int64_t i = 0; i < steps; ++i) {
    stepper.do_step(system, z, T(t0 + T(i) * step), step);
  }
  return z;
}

template <RealScalar T>
T trajectory_straightness(const VelocityFunction<T>& velocity, const Vector<T>& start, const T& tolerance) {
  const Eigen::Index d = start.size();
  const Vector<T> displacement = integrate_flow<T>(velocity, start, T(0), T(1), tolerance) - start;
  // The integral |v|^2 - |z_1 - z_0|^2 would cancel; with z_1 known the integrand itself is carried along a second
  // pass.
  const VelocityFunction<T> augmented = [&](const Vector<T>& state, const T& t) {
    const Vector<T> slope = velocity(state.head(d), t);
    Vector<T> result(d + 1);
    result.head(d) = slope;
    result(d) = squared_norm<T>(displacement - slope);
    return result;
  };
  Vector<T> state(d + 1);
  state.head(d) = start;
  state(d) = T(0);
  return integrate_flow<T>(augmented, state, T(0), T(1), tolerance)(d);
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                                 \
  template Vector<T> integrate_flow<T>(const VelocityFunction<T>&, const Vector<T>&, const T&, const T&, const T&); \
  template Vector<T> runge_kutta_flow<T>(const VelocityFunction<T>&, const Vector<T>&, const T&, const T&,          \
                                         std::int64_t);                                                             \
  template T trajectory_straightness<T>(const VelocityFunction<T>&, const Vector<T>&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
