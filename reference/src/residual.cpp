#include <straightedge/residual.hpp>

#include <straightedge/degree.hpp>

namespace straightedge {
namespace {

template <RealScalar T>
T largest(const Matrix<T>& a) {
  using std::abs;
  T result(0);
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    const T entry = abs(a.data()[i]);
    if (entry > result) {
      result = entry;
    }
  }
  return result;
}

/// True iff every entry of `difference` is no more than the rounding of operands of size `scale`.
template <RealScalar T>
bool is_rounding(const Matrix<T>& difference, const T& scale) {
  return largest<T>(difference) <= 64 * unit_roundoff<T>() * scale;
}

template <class T>
Matrix<T> resolvent(const PairField<T>& field, const T& t) {
  const Eigen::Index d = field.dimension();
  return inverse<T>(Matrix<T>::Identity(d, d) + t * field.matrix);
}

template <class T>
T trace_of_product(const Matrix<T>& a, const Matrix<T>& b) {
  return inner<T>(a.transpose(), b);
}

template <class T>
Vector<T> apply(const Matrix<T>& a, const Vector<T>& x) {
  return a.lazyProduct(x);
}

template <class T>
T squared_length(const Vector<T>& x) {
  return squared_norm<T>(x);
}

/// E|f' Z - f Th S Z|^2, the noise's share of the loss.
template <class T>
T noise_loss(const NoiseSchedule<T>& noise, const Matrix<T>& th_s, const T& t) {
  const T d(static_cast<int>(th_s.rows()));
  T result = noise.squared(t) * squared_norm<T>(th_s);
  if (noise.adds_noise_to_target()) {
    result += noise.target_squared(t) * d - T(2) * noise.target_cross(t) * T(th_s.trace());
  }
  return result;
}

}  // namespace

template <class T>
Mismatch<T> mismatch(const Coupling<T>& coupling, const PairField<T>& field) {
  const Eigen::Index d = coupling.dimension();
  Mismatch<T> result{coupling.cross - Matrix<T>::Identity(d, d) - field.matrix, coupling.spread,
                     coupling.target.mean - field.shift, false};
  if constexpr (RealScalar<T>) {
    if (is_rounding<T>(result.cross, T(1) + largest<T>(coupling.cross) + largest<T>(field.matrix))) {
      result.cross.setZero();
    }
    if (is_rounding<T>(result.mean, largest<T>(coupling.target.mean) + largest<T>(field.shift))) {
      result.mean.setZero();
    }
  }
  // An interval that contains zero need not be zero, so in that tier nothing is claimed.
  if constexpr (!std::same_as<T, Interval>) {
    result.vanishes = coupling.is_deterministic() && result.cross.isZero(T(0)) && result.mean.isZero(T(0));
  }
  if (!result.vanishes) {
    result.covariance += product<T>(result.cross, result.cross.transpose());
  }
  return result;
}

template <class T>
GradientExpansion<T> gradient_expansion(const PairField<T>& field, const Mismatch<T>& gap, const T& t,
                                        bool with_noise) {
  const Eigen::Index d = field.dimension();
  const Matrix<T> s = resolvent(field, t);
  const Matrix<T> s_transposed = s.transpose();
  const Matrix<T> h = product<T>(s_transposed, s);
  GradientExpansion<T> result{Vector<T>::Zero(d),    Vector<T>::Zero(d),   T(0), T(0), T(static_cast<int>(d) + 1), T(0),
                              Matrix<T>::Zero(d, d), Matrix<T>::Zero(d, d)};
  if (!gap.vanishes) {
    const Matrix<T> h_w = product<T>(h, gap.covariance);
    result.p = apply<T>(h, gap.mean);
    result.q = t * apply<T>(s, gap.mean);
    result.residual = squared_length<T>(result.p) + inner<T>(h_w, h);
    result.position += squared_length<T>(result.q) + T(2) * t * trace_of_product<T>(s, gap.cross) +
                       t * t * inner<T>(h, gap.covariance);
    result.cross = product<T>(h, gap.cross) + t * product<T>(h_w, s_transposed);
  }
  if (with_noise) {
    const Matrix<T> k = product<T>(h, field.matrix);
    result.residual_noise = squared_norm<T>(k);
    result.position_noise = squared_norm<T>(s);
    result.cross_noise = product<T>(k, s_transposed);
  }
  return result;
}

template <class T>
GradientMomentsAtTime<T> gradient_moments_at_time(const NoiseSchedule<T>& noise, const PairField<T>& field,
                                                  const Mismatch<T>& gap, const T& t) {
  const GradientExpansion<T> part = gradient_expansion<T>(field, gap, t, noise.is_noisy());
  const T f_squared = noise.squared(t);
  T residual = part.residual + f_squared * part.residual_noise;
  const T position = part.position + f_squared * part.position_noise;
  Matrix<T> cross = part.cross - f_squared * part.cross_noise;
  if (noise.adds_noise_to_target()) {
    const Matrix<T> s = resolvent(field, t);
    const Matrix<T> s_transposed = s.transpose();
    const Matrix<T> k = product<T>(product<T>(s_transposed, field.matrix), s);
    residual += noise.target_squared(t) * squared_norm<T>(s) - T(2) * noise.target_cross(t) * trace_of_product<T>(s, k);
    cross += noise.target_cross(t) * product<T>(s_transposed, s_transposed);
  }
  const T mixed = inner<T>(part.p, apply<T>(cross, part.q));
  const T second = T(4) * (residual * position + T(2) * squared_norm<T>(cross) + T(4) * mixed);
  return {second, T(-2) * part.p, T(-2) * (cross + part.p.lazyProduct(part.q.transpose()))};
}

template <class T>
T loss_at_time(const NoiseSchedule<T>& noise, const PairField<T>& field, const Mismatch<T>& gap, const T& t) {
  const Matrix<T> s = resolvent(field, t);
  T result(0);
  if (!gap.vanishes) {
    result += inner<T>(product<T>(s, gap.covariance), s) + squared_length<T>(apply<T>(s, gap.mean));
  }
  if (noise.is_noisy()) {
    result += noise_loss<T>(noise, product<T>(field.matrix, s), t);
  }
  return result;
}

template <class T>
ResidualMomentsAtTime<T> residual_moments_at_time(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                  const PairField<T>& field, const Mismatch<T>& gap, const T& t) {
  const Eigen::Index d = field.dimension();
  const Matrix<T> identity = Matrix<T>::Identity(d, d);
  const Matrix<T> forward = identity + t * field.matrix;
  const Matrix<T> s = inverse<T>(forward);
  const Vector<T> mean = apply<T>(s, gap.mean);
  T loss(0);
  Matrix<T> covariance_with_x = Matrix<T>::Zero(d, d);
  if (!gap.vanishes) {
    loss += inner<T>(product<T>(s, gap.covariance), s) + squared_length<T>(mean);
    covariance_with_x += product<T>(s, product<T>(gap.cross, forward.transpose()) + t * gap.covariance);
  }
  if (noise.is_noisy()) {
    const Matrix<T> th_s = product<T>(field.matrix, s);
    loss += noise_loss<T>(noise, th_s, t);
    covariance_with_x += noise.target_cross(t) * identity - noise.squared(t) * th_s;
  }
  const T size = T(interpolant_covariance<T>(coupling, noise, t).trace()) + T(1);
  const T local = T(4) * (loss * size + squared_norm<T>(covariance_with_x) - squared_length<T>(mean));
  return {loss, mean, local};
}

template <class T>
ResidualMomentsAtTime<T> minimiser_residual_at_time(const Coupling<T>& coupling, const NoiseSchedule<T>& noise,
                                                    const T& t) {
  const Eigen::Index d = coupling.dimension();
  const Matrix<T> sigma = interpolant_covariance<T>(coupling, noise, t);
  T loss(0);
  if (coupling.is_deterministic() && !noise.is_noisy()) {
    // Where its map from X0 is invertible X_t determines the pair.
    const Matrix<T> identity = Matrix<T>::Identity(d, d);
    static_cast<void>(inverse<T>((T(1) - t) * identity + t * coupling.cross));
  } else {
    const Matrix<T> b = target_interpolant_covariance<T>(coupling, noise, t);
    const T target = T(coupling.target.covariance.trace()) + T(static_cast<int>(d)) * (T(1) + noise.target_squared(t)) -
                     T(2) * T(coupling.cross.trace());
    loss = target - inner<T>(product<T>(b, inverse<T>(sigma)), b);
  }
  return {loss, Vector<T>::Zero(d), T(4) * loss * (T(sigma.trace()) + T(1))};
}

#define STRAIGHTEDGE_INSTANTIATE(T)                                                                                 \
  template Mismatch<T> mismatch<T>(const Coupling<T>&, const PairField<T>&);                                        \
  template GradientExpansion<T> gradient_expansion<T>(const PairField<T>&, const Mismatch<T>&, const T&, bool);     \
  template GradientMomentsAtTime<T> gradient_moments_at_time<T>(const NoiseSchedule<T>&, const PairField<T>&,       \
                                                                const Mismatch<T>&, const T&);                      \
  template ResidualMomentsAtTime<T> residual_moments_at_time<T>(const Coupling<T>&, const NoiseSchedule<T>&,        \
                                                                const PairField<T>&, const Mismatch<T>&, const T&); \
  template T loss_at_time<T>(const NoiseSchedule<T>&, const PairField<T>&, const Mismatch<T>&, const T&);           \
  template ResidualMomentsAtTime<T> minimiser_residual_at_time<T>(const Coupling<T>&, const NoiseSchedule<T>&,      \
                                                                  const T&);

STRAIGHTEDGE_INSTANTIATE(double)
STRAIGHTEDGE_INSTANTIATE(Real50)
STRAIGHTEDGE_INSTANTIATE(Real100)
STRAIGHTEDGE_INSTANTIATE(Real150)
STRAIGHTEDGE_INSTANTIATE(Rational)
STRAIGHTEDGE_INSTANTIATE(Interval)
template GradientExpansion<Degree> gradient_expansion<Degree>(const PairField<Degree>&, const Mismatch<Degree>&,
                                                              const Degree&, bool);
template GradientMomentsAtTime<Degree> gradient_moments_at_time<Degree>(const NoiseSchedule<Degree>&,
                                                                        const PairField<Degree>&,
                                                                        const Mismatch<Degree>&, const Degree&);
template Degree loss_at_time<Degree>(const NoiseSchedule<Degree>&, const PairField<Degree>&, const Mismatch<Degree>&,
                                     const Degree&);

}  // namespace straightedge
