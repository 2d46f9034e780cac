#include <pairing_identities.hpp>

#include <straightedge/residual.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace straightedge::proofs {
namespace {

/// Coefficients of 60 a^3 h(a), from a^4 down.
constexpr std::array<int, 5> kH{22, 7, 2, 7, 22};

struct Moments {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const std::array<T, 2> a{at[0][0], at[0][1]};
    const T& t = at[1][0];
    const T& g = at[2][0];
    const T& q = at[2][1];
    Matrix<T> root = Matrix<T>::Zero(2, 2);
    root.diagonal() << a[0], a[1];
    const Matrix<T> identity = Matrix<T>::Identity(2, 2);
    const PairField<T> field{Vector<T>::Zero(2), root - identity};
    // A (R - I) with R = (1-g) I + q J; on the circle (1-g)^2 + q^2 = 1 its product with its transpose is 2 g A^2.
    Matrix<T> turn = identity * T(-g);
    turn(1, 0) = q;
    turn(0, 1) = -q;
    const Matrix<T> delta = root.lazyProduct(turn);
    const Matrix<T> squared = root.lazyProduct(root);
    const Mismatch<T> gap{delta, squared * T(T(2) * g), Vector<T>::Zero(2), false};
    const GradientExpansion<T> found = gradient_expansion<T>(field, gap, t);

    const Matrix<T> s = inverse<T>(identity + field.matrix * t);
    T big_q(0);
    T big_k(0);
    T p(0);
    T s_squared(0);
    Matrix<T> cross = Matrix<T>::Zero(2, 2);
    Matrix<T> cross_noise = Matrix<T>::Zero(2, 2);
    for (int i = 0; i < 2; ++i) {
      const T& si = s(i, i);
      const T x = a[static_cast<std::size_t>(i)] * si;
      const T m = (a[static_cast<std::size_t>(i)] - T(1)) * si;
      const T sx = si * x;
      big_q += sx * sx;
      big_k += si * m * si * m;
      p += t * x * t * x - t * x;
      s_squared += si * si;
      cross(i, i) = g * sx * (T(2) * t * x - T(1));
      cross(i, 1 - i) = i == 0 ? T(-q * sx) : T(q * sx);
      cross_noise(i, i) = si * si * m;
    }
    std::vector<T> result{
        found.residual - T(2) * g * big_q * (T(1) + falsification<T>(variant)),
        found.residual_noise - big_k,
        found.position - (T(3) + T(2) * g * p),
        found.position_noise - s_squared,
    };
    append<T>(result, found.cross - cross);
    append<T>(result, found.cross_noise - cross_noise);
    append<T>(result, delta.lazyProduct(delta.transpose()) - squared * T(g * g + q * q));
    return result;
  }
};

struct Substitution {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& a = at[0][0];
    const std::array<T, 2> t{at[1][0], at[1][1]};
    // One matrix for both times, so that the two quotients have a common denominator.
    Matrix<T> denominators = Matrix<T>::Zero(2, 2);
    for (int i = 0; i < 2; ++i) {
      denominators(i, i) = T(1) + t[static_cast<std::size_t>(i)] * (a - T(1));
    }
    const Matrix<T> s = inverse<T>(denominators);
    const T x = a * s(0, 0);
    const T u = t[0] * x;
    const T later = t[1] * a * s(1, 1);
    const T m = (a - T(1)) * s(0, 0);
    const T s_cubed = s(0, 0) * s(0, 0) * s(0, 0);
    return {
        later - u - (t[1] - t[0]) * a * s(0, 0) * s(1, 1) * (T(1) + falsification<T>(variant)),
        a * s(0, 0) - (a * (T(1) - u) + u),
        s(0, 0) * s(0, 0) * m - (a - T(1)) * s_cubed,
    };
  }
};

struct Integrals {
  /// a s as a function of u, and the integrands of the two integrals.
  template <class T>
  static T scaled(const T& a, const T& u) {
    return a * (T(1) - u) + u;
  }
  template <class T>
  static std::array<T, 2> integrands(const T& a, const T& u) {
    const T s = scaled<T>(a, u);
    const T rise = a - T(1);
    return {s * s, s * s * s * s + rise * rise * s * s * (u * u - u - T(1) / T(4)) -
                       T(2) * (T(2) * u - T(1)) * rise * s * s * s};
  }

  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& a = at[0][0];
    const T& g = at[1][0];
    constexpr std::array<int, 5> kBoole{7, 32, 12, 32, 7};
    T square(0);
    T h(0);
    for (std::size_t i = 0; i < kBoole.size(); ++i) {
      const auto [first, second] = integrands<T>(a, T(static_cast<int>(i)) / T(4));
      square += first * T(kBoole[i]) / T(90);
      h += second * T(kBoole[i]) / T(90);
    }
    T closed = T(kH[0]) * (T(1) + falsification<T>(variant));
    for (std::size_t i = 1; i < kH.size(); ++i) {
      closed = closed * a + T(kH[i]);
    }
    const T rise = a - T(1);
    const T q_squared = g * (T(2) - g);
    const T factor = T(6) * (g - T(1)) - T(2) * (g * g - T(1)) + T(2) * q_squared;
    return {
        square - (a * a + a + T(1)) / T(3),
        square - (a + rise * rise / T(3)),
        h - closed / T(60),
        factor - T(2) * (T(2) - g) * (T(2) * g - T(1)),
        factor - q_squared - (T(2) - g) * (T(3) * g - T(2)),
    };
  }
};

}  // namespace

Identity pairing_moments_identity() {
  return identity_of(2, {2, 1, 2}, Moments{});
}

Identity substitution_identity() {
  return identity_of(2, {1, 2}, Substitution{});
}

Identity pairing_integrals_identity() {
  // u in the third group, which the identity itself does not have.
  for (const Degree& integrand : Integrals::integrands<Degree>(Degree::variable(0), Degree::variable(2))) {
    if (integrand.degrees()[2] > 5) {
      throw std::logic_error("pairing_integrals_identity: Boole's rule is not exact");
    }
  }
  return identity_of(2, {1, 1}, Integrals{});
}

PartOutcome PairingSigns::check(std::int64_t /*part*/, Variant variant) const {
  // Positive in between what is not negative at both ends, and at one of them positive.
  const Rational from = variant == Variant::mutant ? Rational(792, 1000) : Rational(1);
  const Rational to(2);
  const auto is_positive_between = [&](int constant, int slope) {
    const Rational first = constant + slope * from;
    const Rational last = constant + slope * to;
    return first >= 0 && last >= 0 && first + last > 0;
  };
  const bool factors = is_positive_between(-1, 1) && is_positive_between(2, -1) && is_positive_between(-1, 2) &&
                       is_positive_between(-2, 3);
  const bool coefficients = std::all_of(kH.begin(), kH.end(), [](int coefficient) { return coefficient > 0; });
  PartOutcome outcome{.holds = factors && coefficients, .evaluations = 5};
  if (!outcome.holds) {
    outcome.note = "a factor changes its sign for g between " + to_string(from) + " and 2";
  }
  return outcome;
}

}  // namespace straightedge::proofs
