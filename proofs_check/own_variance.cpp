#include <own_variance.hpp>

#include <straightedge/degree.hpp>

#include <gradient.hpp>
#include <magnitude.hpp>
#include <outward.hpp>

namespace straightedge::proofs {
namespace {

using OutwardGradient = Gradient<Outward, 4>;

/// f(0) + slope kappa.
template <class T>
Divided<T> affine(const T& zero, const T& here, const T& slope) {
  return {zero, here, slope};
}

/// sin^2 phi = 4 kappa (1 - kappa).
template <class T>
Divided<T> sine_squared(const T& kappa) {
  const T slope = T(4) * T(T(1) - kappa);
  return {T(0), T(slope * kappa), slope};
}

}  // namespace

template <class T>
Divided<T> own_determinant(const T& a, const T& b, const T& kappa, const T& t, const T& rest) {
  const T slope = T(-2) * t * rest * (a + b);
  const T zero = (rest + t * a) * (rest + t * b);
  return affine<T>(zero, T(zero + slope * kappa), slope);
}

template <class T>
Divided<T> reciprocal(const Divided<T>& f) {
  const T zero = T(1) / f.zero;
  const T here = T(1) / f.here;
  return {zero, here, T(T(-1) * f.quotient * zero * here)};
}

template <class T>
OwnMoments<T> own_moments_at(const T& a, const T& b, const T& kappa, const T& t, const T& rest,
                             const Divided<T>& over_d) {
  const T ta = t * a;
  const T tb = t * b;
  const T cosine = T(1) - T(2) * kappa;
  const Divided<T> s2 = sine_squared<T>(kappa);
  // G = [[p, -ta s], [tb s, w]]; Th + t det(Th) I = [[v1, -a s], [b s, v2]].
  const Divided<T> p = affine<T>(T(rest + ta), T(rest + ta * cosine), T(T(-2) * ta));
  const Divided<T> w = affine<T>(T(rest + tb), T(rest + tb * cosine), T(T(-2) * tb));
  const T v1_zero = (a - T(1)) * (rest + tb);
  const T v2_zero = (b - T(1)) * (rest + ta);
  const T v1_slope = T(2) * T(tb - rest * a);
  const T v2_slope = T(2) * T(ta - rest * b);
  const Divided<T> v1 = affine<T>(v1_zero, T(v1_zero + kappa * v1_slope), v1_slope);
  const Divided<T> v2 = affine<T>(v2_zero, T(v2_zero + kappa * v2_slope), v2_slope);
  // K D^2 = [[k11, -s k12], [s k21, k22]].
  const Divided<T> k11 = w * v1 - T(t * square(b)) * s2;
  const Divided<T> k22 = p * v2 - T(t * square(a)) * s2;
  const Divided<T> k12 = a * w + tb * v2;
  const Divided<T> k21 = ta * v1 + b * p;
  // K S^T D^3 = [[y11, -s y12], [s y21, y22]].
  const Divided<T> y11 = k11 * w - ta * (s2 * k12);
  const Divided<T> y22 = k22 * p - tb * (s2 * k21);
  const Divided<T> y12 = tb * k11 + k12 * p;
  const Divided<T> y21 = k21 * w + ta * k22;
  // |G|^2 = 2 (1-t)^2 + t^2 (a^2 + b^2) + 2 t (1-t) (a + b) cos(phi).
  const T spread = T(2) * square(rest) + square(ta) + square(tb);
  const T cross = T(2) * rest * (ta + tb);
  const Divided<T> g2 = affine<T>(T(spread + cross), T(spread + cross * cosine), T(T(-2) * cross));

  const Divided<T> k = square(k11) + square(k22) + s2 * (square(k12) + square(k21));
  const Divided<T> y = square(y11) + square(y22) + s2 * (square(y12) + square(y21));
  const Divided<T> over_d2 = square(over_d);
  const Divided<T> over_d3 = over_d2 * over_d;
  return {k * square(over_d2), (k * g2 + T(2) * y) * square(over_d3), y11 * over_d3, y22 * over_d3, y12 * over_d3,
          y21 * over_d3};
}

template <class T>
OwnVariance<T> own_variance_of(const OwnMoments<T>& m, const T& kappa) {
  return {m.linear, m.quadratic - (square(m.mean11) + square(m.mean22) +
                                   sine_squared<T>(kappa) * (square(m.mean12) + square(m.mean21)))};
}

template <class T>
OwnMoments<T> own_moments(const T& a, const T& b, const T& kappa, const QuadratureRule<T>& rule) {
  const Divided<T> nothing{T(0), T(0), T(0)};
  OwnMoments<T> sum{nothing, nothing, nothing, nothing, nothing, nothing};
  for (std::size_t i = 0; i < rule.nodes.size(); ++i) {
    const T& t = rule.nodes[i];
    const T& weight = rule.weights[i];
    const T rest = T(1) - t;
    const OwnMoments<T> m =
        own_moments_at<T>(a, b, kappa, t, rest, reciprocal(own_determinant<T>(a, b, kappa, t, rest)));
    sum.linear += weight * m.linear;
    sum.quadratic += weight * m.quadratic;
    sum.mean11 += weight * m.mean11;
    sum.mean22 += weight * m.mean22;
    sum.mean12 += weight * m.mean12;
    sum.mean21 += weight * m.mean21;
  }
  return sum;
}

// Sums, differences and products alone make own_moments_at: it serves bounds of moduli and degrees too.
#define STRAIGHTEDGE_INSTANTIATE(T) \
  template OwnMoments<T> own_moments_at<T>(const T&, const T&, const T&, const T&, const T&, const Divided<T>&);
STRAIGHTEDGE_INSTANTIATE(Magnitude)
STRAIGHTEDGE_INSTANTIATE(Degree)
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Outward)
STRAIGHTEDGE_INSTANTIATE(OutwardGradient)
#undef STRAIGHTEDGE_INSTANTIATE

template Divided<Rational> reciprocal<Rational>(const Divided<Rational>&);
#define STRAIGHTEDGE_INSTANTIATE(T) \
  template Divided<T> own_determinant<T>(const T&, const T&, const T&, const T&, const T&);
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(Degree)
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Outward)
#undef STRAIGHTEDGE_INSTANTIATE

#define STRAIGHTEDGE_INSTANTIATE(T)                                           \
  template OwnVariance<T> own_variance_of<T>(const OwnMoments<T>&, const T&); \
  template OwnMoments<T> own_moments<T>(const T&, const T&, const T&, const QuadratureRule<T>&);
STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Outward)
STRAIGHTEDGE_INSTANTIATE(OutwardGradient)
#undef STRAIGHTEDGE_INSTANTIATE

}  // namespace straightedge::proofs
