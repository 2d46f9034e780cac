#include <own_variance_identity.hpp>

#include <own_variance.hpp>
#include <straightedge/residual.hpp>

namespace straightedge::proofs {
namespace {

template <class T>
struct CosSin {
  T cosine, sine;
};

CosSin<Rational> cos_sin(const Rational& w) {
  const Rational over = 1 / (1 + w * w);
  return {(1 - w * w) * over, 2 * w * over};
}
CosSin<Degree> cos_sin(const Degree& w) {
  return {w * w, w * w};
}

Divided<Rational> over_determinant(const Divided<Rational>& determinant, const Matrix<Rational>& /*s*/) {
  return reciprocal(determinant);
}
/// Any entry of the inverse has the denominator wanted. What belongs to kappa = 0 has another one, and is not looked
/// at.
Divided<Degree> over_determinant(const Divided<Degree>& /*determinant*/, const Matrix<Degree>& s) {
  return {s(0, 0), s(0, 0), s(0, 0)};
}

struct OwnCoupling {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& a = at[0][0];
    const T& b = at[0][1];
    const auto [cosine, sine] = cos_sin(at[1][0]);
    const T& t = at[2][0];
    const T rest = T(1) - t;
    const T kappa = (T(1) - cosine) / T(2);
    Matrix<T> matrix(2, 2);
    matrix << a * cosine, -(a * sine), b * sine, b * cosine;
    const Matrix<T> identity = Matrix<T>::Identity(2, 2);
    const PairField<T> field{Vector<T>::Zero(2), matrix - identity};
    const Mismatch<T> none{Matrix<T>::Zero(2, 2), Matrix<T>::Zero(2, 2), Vector<T>::Zero(2), true};
    const GradientExpansion<T> found = gradient_expansion<T>(field, none, t);

    const Matrix<T> g = identity * rest + matrix * t;
    const Matrix<T> s = inverse<T>(g);
    const Divided<T> over_d = over_determinant(own_determinant<T>(a, b, kappa, t, rest), s);
    const OwnMoments<T> own = own_moments_at<T>(a, b, kappa, t, rest, over_d);
    const T& k_squared = found.residual_noise;
    const T cross_squared = squared_norm<T>(found.cross_noise);
    return {
        s(0, 0) - g(1, 1) * over_d.here,
        s(1, 1) - g(0, 0) * over_d.here,
        s(0, 1) + g(0, 1) * over_d.here,
        s(1, 0) + g(1, 0) * over_d.here,
        k_squared - own.linear.here * (T(1) + falsification<T>(variant)),
        k_squared * found.position_noise + T(2) * cross_squared - own.quadratic.here,
        found.cross_noise(0, 0) - own.mean11.here,
        found.cross_noise(1, 1) - own.mean22.here,
        found.cross_noise(0, 1) + sine * own.mean12.here,
        found.cross_noise(1, 0) - sine * own.mean21.here,
    };
  }
};

}  // namespace

Identity own_variance_identity() {
  return identity_of(2, {2, 1, 1}, OwnCoupling{});
}

}  // namespace straightedge::proofs
