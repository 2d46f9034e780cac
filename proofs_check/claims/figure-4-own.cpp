// With noise, each field under its own coupling: the OT field's gradient variance is lower than the rotated pair
// field's.
#include <fmt/format.h>
#include <claim.hpp>
#include <enclosed_variance.hpp>
#include <own_variance_boxes.hpp>
#include <sampled_variance.hpp>
#include <straightedge/gradient_variance.hpp>
#include <variance_margin.hpp>

namespace straightedge::proofs {
namespace {

constexpr double paper_level = 0.01;  // the paper's p < 0.01

Case plain(Case::List root, Case::List angles, std::int64_t sigma) {
  Case value;
  value.set("d", static_cast<std::int64_t>(root.size())).set("root", std::move(root)).set("angles", std::move(angles));
  return value.set("sigma", sigma);
}

/// The paper's own form: `sampled` = {replicates, samples, seed}.
Case sampled(Case value, std::int64_t seed) {
  return value.set("sampled", Case::List{30, 2000, seed});
}

class Figure4Own final : public TieredClaim<Figure4Own> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "figure-4/own",
        .label = "Fig. 4",
        .order = 160,
        .statement =
            "With constant noise, each field under its own coupling: the OT field's gradient variance is lower than "
            "that of the rotated coupling's pair field.",
        .hypotheses =
            "A = M^{1/2} R with R != I orthogonal, any d, any M, constant noise s > 0; an infinite variance of the "
            "pair field (A with an eigenvalue <= 0) counts as larger.",
        .margin =
            "(v_rot - v_OT)/(v_rot + v_OT), least over the F and the F^2 coefficient of the two variances, so for "
            "every s > 0 at once; in the paper's form 1 - p/0.01, p of Welch's test on sampled variances.",
        .refuted_by =
            "A target and a rotation for which a coefficient of the OT field's variance is not the smaller; or "
            "sampled variances that do not show it at p < 0.01.",
        .paper = "states it, with p < 0.01",
        .mutant = "The OT field's variance is multiplied by 1 + 1e-5."};
    return info;
  }

  rc::Gen<Case> generator() const override { return gaussian_case({.rotation = true, .positive_sigma = true}); }
  std::vector<Case> planted() const override {
    return {plain({8, -8}, {120 * 16}, 13),
            plain({0, 0}, {90 * 16}, 77),
            plain({8, -8}, {1}, 26),  // a rotation by 1/16 degree: what it adds is of order phi^2
            plain({-79, 79}, {45 * 16}, 26),
            plain({8, -8}, {180 * 16}, 26),
            sampled(plain({8, -8}, {120 * 16}, 13), 1),
            sampled(plain({4, -3, 0}, {100 * 16}, 77), 2)};
  }
  std::optional<MarginBounds> enclose_margin(const Case& value) const override {
    const auto rotated = enclosed_variance(value, CouplingKind::rotated, enclosure::FieldKind::pair);
    const auto optimal = enclosed_variance(value, CouplingKind::optimal, enclosure::FieldKind::pair);
    if (!rotated || !optimal || value.has("sampled")) {
      return std::nullopt;
    }
    return smaller(excess_bounds(rotated->linear, optimal->linear),
                   excess_bounds(rotated->quadratic, optimal->quadratic));
  }
  const Proof* proof() const override {
    static const OwnVarianceProof proof;
    return &proof;
  }
  bool admits(const Case& value) const override {
    return value.integer("sigma") > 0 && !is_unrotated(value) &&
           (value.integer("d") > 1 || value.integer_or("reflect", 0) != 0);
  }
  std::vector<std::string> classes(const Case& value) const override { return gaussian_classes(value); }
  bool needs_precision(const Case& value) const override { return pole_distance_of(value) < 1e-6; }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    if (value.has("sampled")) {
      return judge_sampled(value);
    }
    const auto rotated = rotated_of<T>(value);
    const auto optimal = optimal_of<T>(value);
    const auto v_rotated = variance_in_constant_noise<T>(rotated, pair_field<T>(rotated));
    const auto v_optimal = variance_in_constant_noise<T>(optimal, pair_field<T>(optimal));
    const T factor = variant == Variant::mutant ? T(T(1) + T(1) / T(100000)) : T(1);
    const double linear = relative_excess<T>(v_rotated.linear, T(factor * v_optimal.linear));
    const double quadratic = relative_excess<T>(v_rotated.quadratic, T(factor * v_optimal.quadratic));
    using std::isinf;
    // An infinite variance is decided by singular_times, not by rounding.
    const double rounding =
        isinf(v_rotated.linear) ? 0.0 : variance_rounding<T>(value.integer("d"), rotated_condition(value));
    return {std::min(linear, quadratic), rounding,
            fmt::format("variance a F + b F^2: a {:.10g} against {:.10g}, b {:.10g} against {:.10g}",
                        static_cast<double>(v_rotated.linear), static_cast<double>(v_optimal.linear),
                        static_cast<double>(v_rotated.quadratic), static_cast<double>(v_optimal.quadratic))};
  }

 private:
  static Judgement judge_sampled(const Case& value) {
    const auto& plan = value.list("sampled");
    const auto rotated = rotated_of<double>(value);
    const auto optimal = optimal_of<double>(value);
    const WelchTest test = compare_sampled_variances(
        optimal, pair_field<double>(optimal), rotated, pair_field<double>(rotated),
        constant_noise_of<double>(value).sigma,
        {static_cast<int>(plan.at(0)), static_cast<int>(plan.at(1)), static_cast<std::uint64_t>(plan.at(2))});
    return {1 - test.p_less / paper_level, 0.0,
            fmt::format("Welch: t = {:.4g} with {:.4g} degrees of freedom, p = {:.3g}", test.statistic,
                        test.degrees_of_freedom, test.p_less)};
  }
};

const Registration registered{std::make_unique<Figure4Own>()};

}  // namespace
}  // namespace straightedge::proofs
