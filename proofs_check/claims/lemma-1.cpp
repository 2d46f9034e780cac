// The pair field of X1 = mu + A X0 moves every source point straight to its partner and carries N(0, I) to N(mu, M):
//   v(x_t, t) = x1 - x0  along  x_t = (1-t) x0 + t x1;   A A^T = M.
#include <fmt/format.h>
#include <claim.hpp>
#include <field_identities.hpp>
#include <generators.hpp>
#include <straight_lines.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

Case on_line(std::int64_t d, Case::List root, Case::List angles, Case::List source) {
  Case value;
  value.set("d", d).set("root", std::move(root)).set("angles", std::move(angles)).set("source", std::move(source));
  Case::List mean(static_cast<std::size_t>(d), 0);
  mean[0] = 11;
  return value.set("mean", mean).set("time", 1365);
}

class StraightPairField final : public TieredClaim<StraightPairField> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "lemma-1",
        .label = "Lemma 1",
        .order = 100,
        .statement =
            "The pair field of the optimal-transport coupling and of the rotated one moves every source point "
            "on a straight line at constant speed to its partner, v((1-t) x0 + t x1, t) = x1 - x0 for all t "
            "in [0, 1], and carries N(0, I) to N(mu, M).",
        .hypotheses = "X1 = mu + A X0 with A A^T = M, A = M^{1/2} R, R a rotation; A has no real eigenvalue <= 0.",
        .margin =
            "1 - error / bound, the least over both couplings, four times (0, 1/2, 1 and one drawn) and the two "
            "equalities; the bound is what rounding may contribute, from the norms of A and of "
            "((1-t) I + t A)^{-1}.",
        .refuted_by =
            "A source point and a time at which the velocity on the line to the partner differs from x1 - x0 "
            "by more than rounding, or A A^T that differs from M.",
        .paper = "holds",
        .mutant = "The velocity is taken as mu + (1 + 1e-9) Th S (x - t mu)."};
    return info;
  }

  rc::Gen<Case> generator() const override { return with_source(gaussian_case({.rotation = true, .time = true})); }
  std::vector<Case> planted() const override {
    return {on_line(2, {0, 0}, {120 * 16}, {16, -32}), on_line(2, {8, -5}, {-75 * 16}, {3, 64}),
            on_line(3, {-20, 0, 20}, {130 * 16}, {1, 1, 1}),
            // Eigenvalues 1e-3 and 1e3 of M^{1/2}, condition 1e12.
            on_line(2, {-79, 79}, {1}, {64, 64}),
            // Just short of the singular angle, 143.13 degrees, of the eigenvalues 1 and 4.
            on_line(2, {0, 16}, {143 * 16 + 2}, {-16, 5}), on_line(1, {5}, {}, {7})};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "all A, mu, x0 and t with I + t (A - I) invertible, for d = 1, 2, 3: the residual v(x_t, t) - (x1 - x0) is 0",
        {straight_line_identity(1), straight_line_identity(2), straight_line_identity(3)});
    return &proof;
  }
  bool admits(const Case& value) const override { return !has_singular_time(value); }
  bool needs_precision(const Case& value) const override { return condition_of(value) > 1e6; }
  std::vector<std::string> classes(const Case& value) const override { return gaussian_classes(value); }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    const Vector<T> source = source_of<T>(value);
    double margin = 1;
    double widest = 0;
    double largest_error = 0;
    for (const Coupling<T>& coupling : {optimal_of<T>(value), rotated_of<T>(value)}) {
      std::vector<RoundedEquality> equalities = {carries_to_target(value, coupling)};
      for (const T& t : {T(0), T(T(1) / T(2)), T(1), time_of<T>(value)}) {
        equalities.push_back(straight_at(coupling, source, t, variant));
      }
      for (const auto& equality : equalities) {
        if (!equality.tells()) {
          return undecided(
              fmt::format("rounding bound {:.3g} against a scale of {:.3g}", equality.bound, equality.scale));
        }
        margin = std::min(margin, equality.margin());
        widest = std::max(widest, equality.bound);
        largest_error = std::max(largest_error, equality.error);
      }
    }
    return {margin, 0, fmt::format("largest error {:.3g}, largest bound {:.3g}", largest_error, widest)};
  }

 private:
  template <RealScalar T>
  static RoundedEquality straight_at(const Coupling<T>& coupling, const Vector<T>& source, const T& t,
                                     Variant variant) {
    const PairField<T> field = pair_field<T>(coupling);
    RoundedEquality equality = straight_line<T>(coupling, field, source, t);
    if (variant == Variant::mutant) {
      const Vector<T> displacement = coupling.target.mean + applied<T>(coupling.cross, source) - source;
      const Vector<T> x = source + t * displacement;
      const Vector<T> v = velocity<T>(field, x, t);
      equality.error = norm(Vector<T>(v + (v - coupling.target.mean) / T(1'000'000'000) - displacement));
    }
    return equality;
  }

  /// A A^T against V diag(e^2) V^T, which does not contain R: 2 d (d + 2) roundings make A and V each.
  template <RealScalar T>
  static RoundedEquality carries_to_target(const Case& value, const Coupling<T>& coupling) {
    const Eigen::Index d = coupling.dimension();
    const Matrix<T> frame = value.has("frame") ? orthogonal_frame<T>(static_cast<int>(d), value.list("frame"))
                                               : Matrix<T>(Matrix<T>::Identity(d, d));
    const Vector<T> eigenvalues = root_eigenvalues<T>(value);
    Matrix<T> scaled = frame;
    for (Eigen::Index j = 0; j < d; ++j) {
      scaled.col(j) *= T(eigenvalues(j) * eigenvalues(j));
    }
    const Matrix<T> covariance = product<T>(scaled, Matrix<T>(frame.transpose()));
    const Matrix<T> carried = product<T>(coupling.cross, Matrix<T>(coupling.cross.transpose()));
    const double scale = norm(coupling.cross) * norm(coupling.cross);
    const auto n = static_cast<double>(d);
    return {norm(Matrix<T>(carried - covariance)), gamma<T>(8 * n * (n + 2)) * scale, scale};
  }
};

const Registration registered{std::make_unique<StraightPairField>()};

}  // namespace
}  // namespace straightedge::proofs
