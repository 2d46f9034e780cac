// Without noise the gradient of every single sample vanishes at the pair field (t not singular), so plain SGD, and
// momentum and Adam from zero state, stay there. At the OT field under another deterministic coupling it does not
// vanish.
#include <fmt/format.h>
#include <rapidcheck.h>
#include <claim.hpp>
#include <generators.hpp>
#include <isotropic_identities.hpp>
#include <straightedge/field.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {
namespace {

/// One sample's gradient for the parameters (th, Th), straight from the definition.
template <class T>
struct SampleGradient {
  Vector<T> shift;
  Matrix<T> matrix;
  [[nodiscard]] bool is_zero() const { return shift.isZero(T(0)) && matrix.isZero(T(0)); }
};

template <class T>
SampleGradient<T> sample_gradient(const PairField<T>& field, const Vector<T>& x0, const Vector<T>& x1,
                                  const Vector<T>& noise, const T& t) {
  const Eigen::Index d = field.dimension();
  const Matrix<T> s = inverse<T>(Matrix<T>::Identity(d, d) + t * field.matrix);
  const Vector<T> x = (T(1) - t) * x0 + t * x1 + noise;
  const Vector<T> y = s.lazyProduct(x - t * field.shift);
  const Vector<T> r = x1 - x0 - field.shift - field.matrix.lazyProduct(y);
  const Vector<T> shift = T(-2) * s.transpose().lazyProduct(r);
  return {shift, shift.lazyProduct(y.transpose())};
}

/// The exact state of SGD with momentum and of Adam on one parameter vector, squared denominators kept so that no root
/// is taken: Adam moves by lr m_hat / (sqrt(v_hat) + eps), which is zero iff its numerator is.
struct OptimiserStates {
  PairField<Rational> sgd, momentum;
  Vector<Rational> velocity_shift;
  Matrix<Rational> velocity_matrix;
  Vector<Rational> first_shift;  ///< Adam's first moment
  Matrix<Rational> first_matrix;
};

Case planted_case(std::int64_t d, Case::List map, Case::List points, std::int64_t time, std::int64_t sigma) {
  return Case{{"d", {d}},
              {"map", std::move(map)},
              {"mean", Case::List(static_cast<std::size_t>(d), 3)},
              {"points", std::move(points)},
              {"instant", {time}},
              {"sigma", {sigma}}};
}

class SgdStationary final : public Claim {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "sgd-stationary",
        .label = "beyond the paper",
        .order = 310,
        .statement =
            "Without noise the gradient of every single sample is exactly zero at the pair field, so SGD, SGD with "
            "momentum and Adam from zero state never leave it; at the OT field of the same target it is not zero.",
        .hypotheses =
            "X1 = mu + A X0 with A invertible and not symmetric positive definite (every rOT coupling with R != I "
            "is of this form), t not singular for A; for the second part X0 outside the kernel of A - M^{1/2} "
            "(|(A - M^{1/2}) x0| > 1e-6 |A| |x0|).",
        .margin =
            "-1 if an exact rational gradient or an optimiser's step is not zero; else |(A - M^{1/2}) x0| / (|A| "
            "|x0|), "
            "the size of the residual at the OT field.",
        .refuted_by = "A sample with a non-zero gradient at the pair field, or a zero gradient at the OT field.",
        .paper = "not in the paper",
        .mutant = "The samples carry noise, x_t = (1-t) x0 + t x1 + z/256."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto dimension = rc::gen::map(integer_in(1, 4), [](std::int64_t d) { return Case{{"d", {d}}}; });
    auto value = with_list(dimension, "map", integers_in(16, -24, 24));
    value = with_list(std::move(value), "mean", integers_in(4, -80, 80));
    value = with_list(std::move(value), "points", integers_in(12, -48, 48));
    value = with_list(std::move(value), "instant", integers_in(1, 0, 64));
    return with_list(std::move(value), "sigma", integers_in(1, 1, 64));
  }
  std::vector<Case> planted() const override {
    return {planted_case(1, {-20}, {5, 7, 11}, 16, 1), planted_case(2, {-8, 0, 0, -8}, {3, -9, 14, 2, 6, -1}, 16, 1),
            planted_case(2, {-12, 14, -14, -12}, {16, 8, 4, -20, 9, 9}, 40, 4),
            planted_case(3, {0, -16, 0, 16, 0, 0, 0, 0, 8}, {5, -6, 7, 8, 9, -10, 11, 12, 13}, 50, 2)};
  }

  const Proof* proof() const override {
    static const IdentityProof proof(
        "any A, mu, x0 and t with I + t (A - I) invertible, d = 1 and 2: the residual of a field is S U, which is zero "
        "for its own coupling and only there",
        {residual_identity(1), residual_identity(2)});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const auto d = static_cast<Eigen::Index>(value.integer("d"));
    if (d < 1 || std::cmp_less(value.list("map").size(), d * d) || std::cmp_less(value.list("points").size(), 3 * d) ||
        std::cmp_less(value.list("mean").size(), d) || value.integer("sigma") < 1 || value.integer("instant") < 0 ||
        value.integer("instant") > 64) {
      return false;
    }
    const Matrix<Rational> a = map_of(value);
    const Rational t = time_at(value, 0);
    const Matrix<Rational> at_time = (Rational(1) - t) * Matrix<Rational>::Identity(d, d) + t * a;
    return determinant<Rational>(a) != 0 && determinant<Rational>(at_time) != 0 &&
           !point(value, 0).isZero(Rational(0)) && residual_at_ot<double>(value) > nearest_to_kernel;
  }

  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result{fmt::format("d={}", value.integer("d"))};
    const Matrix<Rational> a = map_of(value);
    result.emplace_back(determinant<Rational>(a) < 0 ? "det A < 0" : "det A > 0");
    if (value.integer("instant") == 0 || value.integer("instant") == 64) {
      result.emplace_back("t at an end");
    }
    return result;
  }

  Judgement judge(const Case& value, Tier tier, Variant variant) const override {
    const auto d = static_cast<Eigen::Index>(value.integer("d"));
    const Matrix<Rational> a = map_of(value);
    const PairField<Rational> field = pair_field<Rational>(affine_coupling<Rational>(mean_of(value), a));
    OptimiserStates state{field,
                          field,
                          Vector<Rational>::Zero(d),
                          Matrix<Rational>::Zero(d, d),
                          Vector<Rational>::Zero(d),
                          Matrix<Rational>::Zero(d, d)};
    bool stays = true;
    for (int step = 0; step < 3; ++step) {
      stays = stays && take_step(state, value, step, variant) && same(state.sgd, field) && same(state.momentum, field);
    }
    if (!stays) {
      return {-1.0, 0.0, "a single sample moves an optimiser away from the pair field"};
    }
    const double at_ot = tier == Tier::working ? residual_at_ot<double>(value) : residual_at_ot<Real50>(value);
    const double roundoff = tier == Tier::working ? 1e-12 : 1e-40;
    return {at_ot, roundoff,
            fmt::format("exactly zero at the pair field; relative residual {:.6g} at the OT field", at_ot)};
  }

 private:
  static constexpr double nearest_to_kernel = 1e-6;

  static Rational eighth(std::int64_t n) { return Rational(n, 8); }

  static Matrix<Rational> map_of(const Case& value) {
    const auto d = static_cast<Eigen::Index>(value.integer("d"));
    Matrix<Rational> a(d, d);
    for (Eigen::Index i = 0; i < d; ++i) {
      for (Eigen::Index j = 0; j < d; ++j) {
        a(i, j) = eighth(value.list("map")[static_cast<std::size_t>(i * d + j)]);
      }
    }
    return a;
  }
  static Vector<Rational> mean_of(const Case& value) {
    Vector<Rational> mean(value.integer("d"));
    for (Eigen::Index i = 0; i < mean.size(); ++i) {
      mean[i] = eighth(value.list("mean")[static_cast<std::size_t>(i)]);
    }
    return mean;
  }
  static Vector<Rational> point(const Case& value, int index) {
    const auto d = static_cast<Eigen::Index>(value.integer("d"));
    Vector<Rational> x(d);
    for (Eigen::Index i = 0; i < d; ++i) {
      x[i] = eighth(value.list("points")[static_cast<std::size_t>(index * d + i)]);
    }
    return x;
  }
  /// Three distinct times from one integer; the first is the case's own, the others stay near its start and its end.
  static Rational time_at(const Case& value, int index) {
    const Rational t(value.integer("instant"), 64);
    return index == 0 ? t : (index == 1 ? Rational(t / 1024) : Rational(1 - (1 - t) / 1024));
  }

  /// One step of each optimiser on sample `index`; false if the sample is not regular (skipped times count as staying).
  static bool take_step(OptimiserStates& state, const Case& value, int index, Variant variant) {
    const auto d = static_cast<Eigen::Index>(value.integer("d"));
    const Matrix<Rational> a = map_of(value);
    const Rational t = time_at(value, index);
    const Matrix<Rational> at_time = (Rational(1) - t) * Matrix<Rational>::Identity(d, d) + t * a;
    if (determinant<Rational>(at_time) == 0) {
      return true;  // a singular time: outside the hypotheses, no step is taken
    }
    const Vector<Rational> x0 = point(value, index);
    const Vector<Rational> x1 = mean_of(value) + a * x0;
    Vector<Rational> noise = Vector<Rational>::Zero(d);
    if (variant == Variant::mutant) {
      noise = Vector<Rational>::Constant(d, Rational(value.integer("sigma"), 256));
    }
    const Rational rate(1, 10);
    const Rational decay(9, 10);
    const auto plain = sample_gradient<Rational>(state.sgd, x0, x1, noise, t);
    state.sgd.shift -= rate * plain.shift;
    state.sgd.matrix -= rate * plain.matrix;
    const auto heavy = sample_gradient<Rational>(state.momentum, x0, x1, noise, t);
    state.velocity_shift = decay * state.velocity_shift + heavy.shift;
    state.velocity_matrix = decay * state.velocity_matrix + heavy.matrix;
    state.momentum.shift -= rate * state.velocity_shift;
    state.momentum.matrix -= rate * state.velocity_matrix;
    // Adam: from zero state its numerator m is a positive combination of the gradients at the unmoved parameters.
    state.first_shift = decay * state.first_shift + (1 - decay) * plain.shift;
    state.first_matrix = decay * state.first_matrix + (1 - decay) * plain.matrix;
    return state.first_shift.isZero(Rational(0)) && state.first_matrix.isZero(Rational(0));
  }

  static bool same(const PairField<Rational>& a, const PairField<Rational>& b) {
    return a.shift == b.shift && a.matrix == b.matrix;
  }

  template <RealScalar T>
  static double residual_at_ot(const Case& value) {
    using std::sqrt;
    const Matrix<T> a = convert<T, Rational>(map_of(value));
    const Vector<T> x0 = convert<T, Rational>(point(value, 0));
    const Matrix<T> root = square_root<T>(product<T>(a, a.transpose()));
    const Vector<T> gap = (a - root).lazyProduct(x0);
    return static_cast<double>(T(sqrt(T(squared_norm<T>(gap) / (squared_norm<T>(a) * squared_norm<T>(x0))))));
  }
};

const Registration registered{std::make_unique<SgdStationary>()};

}  // namespace
}  // namespace straightedge::proofs
