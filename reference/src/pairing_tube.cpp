// The tube bound of constant noise on frozen pairs.
//
// Within |u| <= delta/4 of x_t^i the weights satisfy
//   w_j / w_i <= exp(-(|x_t^j - x_t^i|^2 - 2 |u| |x_t^j - x_t^i|) / (2F)) <= exp(-delta^2 / (4F)),
// so the field differs from v_i by at most e, and a solution that starts on the line cannot leave the tube.
#include <straightedge/error.hpp>
#include <straightedge/pairing.hpp>

#include <cmath>
#include <limits>

namespace straightedge {
namespace {

// min over t in [0,1] of |a + t b|^2: a quadratic in t. Evaluated at its minimiser as a norm, not as
// |a|^2 - (a.b)^2/|b|^2, which cancels where the lines almost meet.
template <RealScalar T>
T smallest_squared_distance(const Vector<T>& a, const Vector<T>& b, const T& b_squared) {
  T t(0);
  if (b_squared > T(0)) {
    t = T(-a.dot(b) / b_squared);
    t = t < T(0) ? T(0) : (t > T(1) ? T(1) : t);
  }
  return (a + t * b).squaredNorm();
}

}  // namespace

template <RealScalar T>
TubeBound<T> tube_bound(const FiniteSet<T>& pairs, const T& f_squared, const T& exponent) {
  using std::exp;
  using std::sqrt;
  require_valid(pairs);
  if (!(f_squared > T(0)) || !(exponent > T(0))) {
    throw InputError("the tube bound needs F > 0 and a positive exponent");
  }
  const Matrix<T> velocities = pairs.targets - pairs.sources;
  T separation_squared = std::numeric_limits<T>::infinity();
  T spread_squared(0);
  for (Eigen::Index i = 0; i < pairs.size(); ++i) {
    for (Eigen::Index j = i + 1; j < pairs.size(); ++j) {
      const Vector<T> a = pairs.sources.col(i) - pairs.sources.col(j);
      const Vector<T> b = velocities.col(i) - velocities.col(j);
      const T b_squared = b.squaredNorm();
      const T distance_squared = smallest_squared_distance(a, b, b_squared);
      separation_squared = distance_squared < separation_squared ? distance_squared : separation_squared;
      spread_squared = b_squared > spread_squared ? b_squared : spread_squared;
    }
  }
  const T separation = T(sqrt(separation_squared));
  const T spread = T(sqrt(spread_squared));
  const T decay = T(exp(T(-separation_squared / (exponent * f_squared))));
  const T radius = T(pairs.size() - 1) * spread * decay;
  return {separation, spread, radius, radius <= separation / T(4)};
}

#define STRAIGHTEDGE_INSTANTIATE(T) template TubeBound<T> tube_bound(const FiniteSet<T>&, const T&, const T&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge
