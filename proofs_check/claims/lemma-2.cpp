// Where x0 -> (1-t) x0 + t (mu + A x0) is injective for every t in [0, 1), with a locally Lipschitz inverse, the flow
// of the minimiser is unique and gives back the coupling. For G = (1-t) I + t A with eigenvalues (1-t) + t l,
//   |det G| >= prod_i cos(arg(l_i)/2) ((1-t) + t |l_i|)  for all t at once,
// which is positive iff no l_i is real and <= 0.
#include <fmt/format.h>
#include <claim.hpp>
#include <field_identities.hpp>
#include <generators.hpp>
#include <straight_lines.hpp>
#include <straightedge/error.hpp>
#include <straightedge/reflow.hpp>

#include <algorithm>
#include <cmath>

namespace straightedge::proofs {
namespace {

// Up to this magnification of G's rounding the flow is integrated: beyond it the integration costs more than it tells.
constexpr double kIntegrable = 64;

Case problem(std::int64_t d, Case::List root, Case::List angles) {
  Case value;
  value.set("d", d).set("root", std::move(root)).set("angles", std::move(angles)).set("time", 1365);
  return value.set("mean", Case::List(static_cast<std::size_t>(d), 5))
      .set("source", Case::List(static_cast<std::size_t>(d), 24));
}

// M = I and R = -I: key `glued` = {1}, a second solution from `source` that changes over to the line of `other`.
Case half_turn(std::int64_t d, Case::List source, Case::List other) {
  Case value =
      problem(d, Case::List(static_cast<std::size_t>(d), 0), Case::List(static_cast<std::size_t>(d / 2), 180 * 16));
  return value.set("source", std::move(source)).set("other", std::move(other)).set("glued", 1);
}

class ReflowIsIdempotent final : public TieredClaim<ReflowIsIdempotent> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "lemma-2",
        .label = "Lemma 2",
        .order = 120,
        .statement =
            "If x0 -> (1-t) x0 + t T(x0) is injective for every t in [0, 1) with an inverse that is locally "
            "Lipschitz, locally uniformly in t, the flow of the loss's minimiser is unique and gives back the "
            "same coupling: ReFlow is idempotent. Injectivity for almost every t is not enough: for R = -I a "
            "second solution ends elsewhere.",
        .hypotheses = "T(x) = mu + A x, A = M^{1/2} R with R a rotation; no real eigenvalue of A is <= 0, no noise.",
        .margin =
            "The least of 1 - error / bound for the rectified coupling against A, the same for the minimiser's "
            "velocity against x1 - x0, and the constant of injectivity, min over the eigenvalues l of A of "
            "cos(arg(l)/2).",
        .refuted_by =
            "A coupling without real eigenvalue <= 0 whose rectification differs from it by more than "
            "rounding, or for R = -I the absence of a second solution through the common point.",
        .paper = "holds",
        .mutant = "The rectified coupling is expected to be (1 + 1e-9) A."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    return with_source(gaussian_case({.largest_d = 6, .rotation = true, .time = true}));
  }
  std::vector<Case> planted() const override {
    return {problem(2, {0, 0}, {120 * 16}),
            problem(2, {8, -5}, {-75 * 16}),
            problem(3, {-20, 0, 20}, {130 * 16}),
            problem(2, {0, 16}, {143 * 16 + 2}),
            problem(1, {5}, {}),
            problem(8, {0, 1, 2, 3, -1, -2, -3, 4}, {160, 320, 480, 640}),
            half_turn(2, {16, -32}, {40, 8}),
            half_turn(4, {16, -32, 0, 5}, {40, 8, -8, 1})};
  }
  const Proof* proof() const override {
    static const IdentityProof proof(
        "all A and t with I + t (A - I) invertible, for d = 1 to 4: the minimiser is the pair field, the flow of which "
        "gives back the coupling",
        {minimiser_identity(1), minimiser_identity(2), minimiser_identity(3), minimiser_identity(4)});
    return &proof;
  }
  bool admits(const Case& value) const override { return value.has("glued") || !has_singular_time(value); }
  bool needs_precision(const Case& value) const override { return condition_of(value) > 1e6; }
  std::vector<std::string> classes(const Case& value) const override {
    auto names = gaussian_classes(value);
    if (value.has("glued")) {
      names.emplace_back("injective for almost every t only");
    } else if (largest_condition_on_lines(rotated_of<double>(value).cross) <= kIntegrable) {
      names.emplace_back("flow integrated");
    }
    return names;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    if (value.has("glued")) {
      return judge_glued<T>(value);
    }
    try {
      return judge_rectification<T>(value, variant);
    } catch (const DoesNotExist& error) {
      return undecided(error.what());  // singular to this tier's accuracy
    }
  }

 private:
  template <RealScalar T>
  static Judgement judge_rectification(const Case& value, Variant variant) {
    const Coupling<T> coupling = rotated_of<T>(value);
    const double condition = largest_condition_on_lines(convert<double>(coupling.cross));
    // Where the flow is not integrated, it is known from the velocity alone, by uniqueness.
    const auto given_back = condition <= kIntegrable ? rectification(coupling, condition, variant)
                                                     : RoundedEquality{0, 0, norm(coupling.cross)};
    const auto velocity = minimiser_on_line(coupling, condition, source_of<T>(value), time_of<T>(value));
    const double injectivity = std::sqrt(singularity_of(value));
    const auto detail =
        fmt::format("rectified coupling off by {:.3g} of {:.3g}, velocity by {:.3g} of {:.3g}, injectivity {:.3g}",
                    given_back.error, given_back.bound, velocity.error, velocity.bound, injectivity);
    if (!given_back.tells() || !velocity.tells()) {
      return undecided(detail);
    }
    return {std::min({given_back.margin(), velocity.margin(), injectivity}), 0, detail};
  }

  /// The coupling by its moments alone: without knowing that it is deterministic, the flow has to be integrated.
  template <RealScalar T>
  static Coupling<T> by_moments(const Coupling<T>& coupling) {
    Coupling<T> result = coupling;
    result.kind = CouplingKind::gaussian;
    return result;
  }

  /// Sigma_t = G G^T has the condition of G squared, and the flow from t to 1 magnifies the velocity's error by
  /// |A G^{-1}| once more; 64 for the panels of the integration and the orders of each.
  template <RealScalar T>
  static RoundedEquality rectification(const Coupling<T>& coupling, double condition, Variant variant) {
    const Eigen::Index d = coupling.dimension();
    const Matrix<T> given_back = rectify<T>(by_moments(coupling), {}).cross;
    const T factor = variant == Variant::mutant ? T(T(1) + T(1) / T(1'000'000'000)) : T(1);
    const double scale = norm(coupling.cross);
    return {norm(Matrix<T>(given_back - factor * coupling.cross)),
            64 * inversion<T>(d) * std::pow(condition, 3) * (scale + static_cast<double>(d)), scale};
  }

  /// The minimiser's velocity is the pair field's, B_t Sigma_t^{-1} = Th S, with Sigma_t in place of G.
  template <RealScalar T>
  static RoundedEquality minimiser_on_line(const Coupling<T>& coupling, double condition, const Vector<T>& source,
                                           const T& t) {
    const Vector<T> displacement = coupling.target.mean + applied<T>(coupling.cross, source) - source;
    const Vector<T> x = source + t * displacement;
    const Vector<T> v = minimiser_velocity<T>(by_moments(coupling), {}, x, t);
    const double scale = norm(source) * (1 + norm(coupling.cross)) + norm(coupling.target.mean);
    return {norm(Vector<T>(v - displacement)),
            inversion<T>(coupling.dimension()) * condition * condition * condition * scale * 8, scale};
  }

  /// For M = I, R = -I: z_t = x_t up to t = 1/2 and y_t after it, x_t and y_t the lines of two sources, is continuous
  /// and has z' = v(z, t) at every other t; it ends at the partner of the wrong source.
  template <RealScalar T>
  static Judgement judge_glued(const Case& value) {
    const Coupling<T> coupling = rotated_of<T>(value);
    const PairField<T> field = pair_field<T>(coupling);
    const Vector<T> first = source_of<T>(value);
    const Vector<T> second = source_of<T>(Case(value).set("source", value.list("other")));
    const T half = T(T(1) / T(2));
    const auto at = [&](const Vector<T>& source, const T& t) {
      return Vector<T>((T(1) - t) * source + t * (coupling.target.mean + applied<T>(coupling.cross, source)));
    };
    const double jump = norm(Vector<T>(at(first, half) - at(second, half)));
    const double apart = norm(Vector<T>(at(first, T(1)) - at(second, T(1))));
    const double scale = norm(first) + norm(second) + norm(coupling.target.mean);
    double margin = std::min(apart / scale, RoundedEquality{jump, gamma<T>(8) * scale, scale}.margin());
    for (const int numerator : {1, 3, 7}) {
      const T t = T(T(numerator) / T(16));
      margin = std::min(margin, straight_line<T>(coupling, field, first, t).margin());
      margin = std::min(margin, straight_line<T>(coupling, field, second, T(T(1) - t)).margin());
    }
    bool refused = false;
    try {
      (void)rectify<T>(by_moments(coupling), {});
    } catch (const DoesNotExist&) {
      refused = true;
    }
    return {refused ? margin : -1.0, 0, fmt::format("jump {:.3g} at t = 1/2, the ends are {:.3g} apart", jump, apart)};
  }
};

const Registration registered{std::make_unique<ReflowIsIdempotent>()};

}  // namespace
}  // namespace straightedge::proofs
