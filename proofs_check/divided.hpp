// A function of kappa known at 0 and at kappa together with its divided difference (f(kappa) - f(0))/kappa, which is
// carried through sums, products and reciprocals: so it does not cancel where kappa is small, nor in intervals.
#pragma once

#include <square.hpp>

namespace straightedge::proofs {

template <class T>
struct Divided {
  T zero;      ///< f(0)
  T here;      ///< f(kappa)
  T quotient;  ///< (f(kappa) - f(0)) / kappa

  friend Divided operator+(const Divided& f, const Divided& g) {
    return {T(f.zero + g.zero), T(f.here + g.here), T(f.quotient + g.quotient)};
  }
  friend Divided operator-(const Divided& f, const Divided& g) {
    return {T(f.zero - g.zero), T(f.here - g.here), T(f.quotient - g.quotient)};
  }
  friend Divided operator*(const Divided& f, const Divided& g) {
    return {T(f.zero * g.zero), T(f.here * g.here), T(f.quotient * g.here + f.zero * g.quotient)};
  }
  /// A factor that does not depend on kappa.
  friend Divided operator*(const T& a, const Divided& f) { return {T(a * f.zero), T(a * f.here), T(a * f.quotient)}; }
  friend Divided square(const Divided& f) {
    return {T(square(f.zero)), T(square(f.here)), T(f.quotient * T(f.zero + f.here))};
  }
  Divided& operator+=(const Divided& f) { return *this = *this + f; }
};

}  // namespace straightedge::proofs
