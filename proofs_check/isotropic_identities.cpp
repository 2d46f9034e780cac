#include <isotropic_identities.hpp>

#include <straightedge/residual.hpp>

#include <array>
#include <stdexcept>

namespace straightedge::proofs {
namespace {

/// a I + b J.
template <class T>
Matrix<T> similarity(int d, const T& a, const T& b) {
  Matrix<T> result = Matrix<T>::Identity(d, d) * a;
  for (int i = 0; i < d; i += 2) {
    result(i + 1, i) = b;
    result(i, i + 1) = -b;
  }
  return result;
}

template <class T>
T power(const T& x, int n) {
  T result(1);
  for (int i = 0; i < n; ++i) {
    result *= x;
  }
  return result;
}

/// 1/x by the inverse of a matrix: the one quotient of which Degree knows the degrees.
template <class T>
T reciprocal(const T& x) {
  return inverse<T>(Matrix<T>::Constant(1, 1, x))(0, 0);
}

template <class T>
Mismatch<T> no_mismatch(int d) {
  return {Matrix<T>::Zero(d, d), Matrix<T>::Zero(d, d), Vector<T>::Zero(d), true};
}

struct PairMoments {
  int d;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& alpha = at[0][0];
    const T& beta = at[0][1];
    const T& t = at[1][0];
    const T rho = alpha * alpha + beta * beta;
    const T one_plane = power<T>(T(1) + t * alpha, 2) + t * t * beta * beta;
    // 1/D over det(I + t Th) = D^{d/2}, the denominator that the inverse has.
    const T over_d = power<T>(one_plane, d / 2 - 1) * reciprocal<T>(power<T>(one_plane, d / 2));
    const PairField<T> field{Vector<T>::Zero(d), similarity<T>(d, alpha, beta)};
    const GradientExpansion<T> found = gradient_expansion<T>(field, no_mismatch<T>(d), t);
    const NoiseSchedule<T> unit{NoiseKind::constant, T(1), RegressionTarget::displacement};
    std::vector<T> result;
    result.push_back(found.residual_noise - (T(1) + falsification<T>(variant)) * T(d) * rho * over_d * over_d);
    result.push_back(found.position_noise - T(d) * over_d);
    result.push_back(loss_at_time<T>(unit, field, no_mismatch<T>(d), t) - T(d) * rho * over_d);
    const Matrix<T> cross =
        similarity<T>(d, alpha + t * (alpha * alpha - beta * beta), beta * (T(1) + T(2) * t * alpha));
    append<T>(result, found.cross_noise - cross * T(over_d * over_d));
    return result;
  }
};

struct Rotation {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& kappa = at[0][0];
    const T& t = at[1][0];
    const T c_squared = T(1) - kappa;
    const T alpha = T(-2) * kappa;
    const T beta_squared = T(4) * kappa * c_squared;
    const T rho = T(4) * kappa * (T(1) + falsification<T>(variant));
    const auto q = [&](const T& x) { return T(c_squared + kappa * x * x); };
    const T x = T(1) - T(2) * t;
    const auto mean_i = [&](const T& time) { return T(alpha + time * (alpha * alpha - beta_squared)); };
    const auto mean_j = [&](const T& time) { return T(T(1) + T(2) * time * alpha); };
    const T one_plane = power<T>(T(1) + t * alpha, 2) + t * t * beta_squared;
    const T even_i = (mean_i(t) + mean_i(T(1) - t)) / T(2);
    const T even_j = (mean_j(t) + mean_j(T(1) - t)) / T(2);
    std::vector<T> result{
        one_plane - q(x),
        alpha * alpha + beta_squared - rho,
        mean_i(t) * mean_i(t) + beta_squared * mean_j(t) * mean_j(t) - rho * one_plane,
        even_i - mean_i(T(1) / T(2)),
        even_j - mean_j(T(1) / T(2)),
        even_i * even_i + beta_squared * even_j * even_j - T(4) * kappa * c_squared,
        ((T(1) + t * alpha) + (T(1) + (T(1) - t) * alpha)) / T(2) - c_squared,
    };
    // q is quadratic in x, so that the central difference is its derivative.
    const T slope = (q(x + T(1)) - q(x - T(1))) / T(2);
    for (const int j : {1, 2}) {
      result.push_back(q(x) - T(j) * x * slope - (T(1 - 2 * j) * q(x) + T(2 * j) * c_squared));
    }
    return result;
  }
};

struct ZeroField {
  int d;

  template <class T>
  PairField<T> zero() const {
    return {Vector<T>::Zero(d), Matrix<T>::Zero(d, d)};
  }
  /// Rotated: C = A; independent: C = 0, M = I.
  template <class T>
  Mismatch<T> gap(bool rotated, const GroupedValues<T>& at) const {
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    if (!rotated) {
      return {-identity, identity * T(2), Vector<T>::Zero(d), false};
    }
    const Matrix<T> cross = similarity<T>(d, at[0][0], at[0][1]);
    return {cross, product<T>(cross, cross.transpose()), Vector<T>::Zero(d), false};
  }
  template <class T>
  GradientMomentsAtTime<T> moments(bool rotated, const GroupedValues<T>& at, const T& t) const {
    const NoiseSchedule<T> noise{NoiseKind::constant, at[1][0], RegressionTarget::displacement};
    return gradient_moments_at_time<T>(noise, zero<T>(), gap<T>(rotated, at), t);
  }

  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& alpha = at[0][0];
    const T& beta = at[0][1];
    const T f_squared = at[1][0] * at[1][0];
    const T rho = alpha * alpha + beta * beta;
    const T mean_q = T(1) + alpha + rho / T(3);
    const T dd(d);
    const std::array<T, 3> times{T(0), T(T(1) / T(2)), T(1)};
    const std::array<T, 3> weights{T(T(1) / T(6)), T(T(2) / T(3)), T(T(1) / T(6))};
    const NoiseSchedule<T> noise{NoiseKind::constant, at[1][0], RegressionTarget::displacement};
    std::vector<T> result{loss_at_time<T>(noise, zero<T>(), gap<T>(true, at), times[1]) - dd * rho};
    for (const bool rotated : {true, false}) {
      T second(0);
      Matrix<T> mean = Matrix<T>::Zero(d, d);
      for (std::size_t i = 0; i < 3; ++i) {
        const auto part = moments<T>(rotated, at, times[i]);
        second += weights[i] * part.second_moment;
        mean += part.mean_matrix * weights[i];
      }
      if (rotated) {
        const T two_q = T(2) * mean_q * (T(1) + falsification<T>(variant));
        result.push_back(second - T(4) * dd * rho * (T(1) + dd * (mean_q + f_squared) + two_q));
        append<T>(result, mean + similarity<T>(d, alpha + rho / T(2), beta) * T(2));
      } else {
        result.push_back(second - T(8) * dd * (T(2 * d + 4) / T(3) + dd * f_squared));
        append<T>(result, mean);
      }
    }
    return result;
  }
};

struct Tie {
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& n = at[0][0];
    const T& kappa = at[1][0];
    const T r_squared = (n * n + T(12) * n) * (variant == Variant::mutant ? T(T(1001) / T(1000)) : T(1));
    const T leading = T(1) - T(2) * n / T(3);
    const auto p = [&](const T& k) { return T(k * k * leading + n * k - n / T(3)); };
    // Over 16 d: kappa [1 + d q + 2 q - c^2] - (d + 2)/3, q = 1 - 2 kappa/3, d + 2 = n.
    const T difference = kappa * (kappa + n * (T(1) - T(2) * kappa / T(3))) - n / T(3);
    const T scale = T(4) * n - T(6);
    return {difference - p(kappa),
            p(T(0)) + n / T(3),
            p(T(1)) - T(1),
            p(T(1) / T(2)) - T(1) / T(4),
            leading * (T(9) * n * n + r_squared) + T(3) * n * n * scale - n * scale * scale / T(3),
            leading * (T(-6) * n) - n * scale};
  }
};

struct Residual {
  int d;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const auto entries = static_cast<std::size_t>(d * d);
    const auto size = static_cast<std::size_t>(d);
    const Matrix<T> theta = matrix_of<T>(at[0], d);
    const Matrix<T> a = matrix_of<T>(at[0], d, entries);
    const T& t = at[1][0];
    const Vector<T> x0 = vector_of<T>(at[2]);
    const Vector<T> shift = vector_of<T>(std::vector<T>(at[3].begin(), at[3].begin() + d));
    const Vector<T> mean = vector_of<T>(std::vector<T>(at[3].begin() + d, at[3].begin() + 2 * d));
    if (at[3].size() != 2 * size) {
      throw std::logic_error("residual_identity: th and mu");
    }
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    const Vector<T> x1 = mean + Vector<T>(a.lazyProduct(x0));
    const PairField<T> field{shift, theta};
    const Vector<T> residual = x1 - x0 - velocity<T>(field, x0 * T(T(1) - t) + x1 * t, t);
    const Matrix<T> gap = a - identity - theta;
    const Vector<T> u = Vector<T>(gap.lazyProduct(x0)) + mean - shift;
    const Vector<T> expected = inverse<T>(identity + theta * t).lazyProduct(u);
    const Vector<T> difference = residual - expected * T(T(1) + falsification<T>(variant));
    return {difference.data(), difference.data() + difference.size()};
  }
};

struct Reflow {
  int d;
  NoiseKind kind;
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const T& a = at[0][0];
    const T& b = at[0][1];
    const T& t = at[1][0];
    const T& s = at[2][0];
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    const Matrix<T> cross = similarity<T>(d, a, b);
    const Coupling<T> coupling{CouplingKind::gaussian, {Vector<T>::Zero(d), identity}, cross, Matrix<T>::Zero(d, d)};
    const NoiseSchedule<T> noise{kind, s, RegressionTarget::displacement};
    const T weight = kind == NoiseKind::bridge ? T(t * (T(1) - t)) : T(1);
    const T rest = T(1) - t;
    const T sigma = rest * rest + t * t + T(2) * t * rest * a + s * s * weight;
    std::vector<T> result;
    append<T>(result, interpolant_covariance<T>(coupling, noise, t) - identity * sigma);
    append<T>(result, target_interpolant_covariance<T>(coupling, noise, t) -
                          similarity<T>(d, (rest - t) * (a - T(1)), b * (T(1) + falsification<T>(variant))));
    return result;
  }
};

template <class T>
Coupling<T> symmetric_coupling(int d, const std::vector<T>& entries) {
  Coupling<T> coupling{
      CouplingKind::gaussian, {Vector<T>::Zero(d), Matrix<T>(d, d)}, Matrix<T>(d, d), Matrix<T>::Zero(d, d)};
  std::size_t entry = 0;
  for (int i = 0; i < d; ++i) {
    for (int j = 0; j <= i; ++j) {
      coupling.cross(i, j) = coupling.cross(j, i) = entries.at(entry++);
      coupling.target.covariance(i, j) = coupling.target.covariance(j, i) = entries.at(entry++);
    }
  }
  return coupling;
}

struct SymmetricCoupling {
  int d;
  // Sigma is quadratic in t (marginal_identity has seen to that), so that the central difference is its derivative.
  template <class T>
  std::vector<T> operator()(const GroupedValues<T>& at, Variant variant) const {
    const Coupling<T> coupling = symmetric_coupling<T>(d, at[0]);
    const T& t = at[1][0];
    const NoiseSchedule<T> noise{NoiseKind::constant, at[2][0], RegressionTarget::displacement};
    const Matrix<T> slope =
        (interpolant_covariance<T>(coupling, noise, t + T(1)) - interpolant_covariance<T>(coupling, noise, t - T(1))) /
        T(2);
    std::vector<T> result;
    append<T>(result, target_interpolant_covariance<T>(coupling, noise, t) -
                          slope * T((T(1) + falsification<T>(variant)) / T(2)));
    return result;
  }
};

}  // namespace

Identity pair_moments_identity(int d) {
  return identity_of(d, {2, 1}, PairMoments{d});
}

Identity rotation_identity() {
  return identity_of(2, {1, 1}, Rotation{});
}

Identity zero_field_identity(int d) {
  // t in the third group, which the identity itself does not have.
  const GroupedValues<Degree> symbols{{Degree::variable(0), Degree::variable(0)}, {Degree::variable(1)}};
  for (const bool rotated : {true, false}) {
    const auto moments = ZeroField{d}.moments<Degree>(rotated, symbols, Degree::variable(2));
    if (moments.second_moment.degrees()[2] > 3) {
      throw std::logic_error("zero_field_identity: Simpson's rule is not exact");
    }
  }
  return identity_of(d, {2, 1}, ZeroField{d});
}

Identity tie_identity() {
  return identity_of(2, {1, 1}, Tie{});
}

Identity residual_identity(int d) {
  return identity_of(d, {2 * d * d, 1, d, 2 * d}, Residual{d});
}

Identity reflow_identity(int d, NoiseKind kind) {
  return identity_of(d, {2, 1, 1}, Reflow{d, kind});
}

Identity symmetric_coupling_identity(int d) {
  return identity_of(d, {d * (d + 1), 1, 1}, SymmetricCoupling{d});
}

}  // namespace straightedge::proofs
