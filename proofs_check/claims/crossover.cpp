// Under the rotation the OT field has the lower gradient variance iff F > F*, the one positive root of
//   F^2 ((d+2) I_3 - c^2 I_2^2) + F ((1+d) I_2 - d) - (1 + (d+2) q_mean - c^2) = 0.
#include <fmt/format.h>
#include <crossover_proof.hpp>
#include <isotropic.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

constexpr double offset_unit = 1.0 / 4096;  // of the key `offset`: F = F* (1 + offset / 4096)

Case at_offset(int d, int degrees, std::int64_t offset) {
  Case value = isotropic(d, degrees * 16, 0);
  return value.set("offset", offset);
}

class Crossover final : public TieredClaim<Crossover> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "crossover",
        .label = "beyond the paper",
        .order = 220,
        .statement =
            "Under the rotation the OT field has a lower gradient variance than the pair field iff F > F*, the one "
            "positive root of a quadratic; F* = 1 - (d+1) phi^2/(2d+3) + O(phi^4) and F* ~ 4 (d+5) c^3/(3 pi (d+1)) "
            "at the two ends.",
        .hypotheses =
            "M = I, d even, rotation by one angle in (0, 180) degrees in every plane, constant noise F != F*.",
        .margin =
            "(v_pair - v_OT)/(v_pair + v_OT) divided by (F - F*)/F*: positive iff the order changes at F*; lowered to "
            "the slack of the two asymptotic forms within 10 degrees of either end.",
        .refuted_by =
            "A noise above F* at which the pair field has the lower variance, or below it the OT field; a quadratic "
            "without exactly one positive root; an angle at which an asymptotic form leaves its remainder bound.",
        .paper = "states the case F > F* without the boundary (Fig. 4)",
        .mutant = "F* is taken as F* (1 + 1e-3)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = gaussian_case(
        {.smallest_d = 2, .largest_d = 8, .even_d = true, .rotation = true, .one_angle = true, .isotropic = true});
    return with_list(base, "offset", integers_in(1, -4000, 8192));
  }
  std::vector<Case> planted() const override {
    // offset 2 is 5e-4 above F*: below the mutant's boundary.
    return {at_offset(2, 120, 2),    at_offset(2, 120, -2),    at_offset(4, 60, 2),
            at_offset(8, 150, 4096), at_offset(2, 175, -2048), at_offset(6, 5, 512)};
  }
  const Proof* proof() const override {
    static const CrossoverProof proof;
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    const std::int64_t offset = value.integer("offset");
    return has_one_angle(value) && angle > 0 && angle < 180 * 16 && offset != 0 && offset > -4096;
  }
  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result = gaussian_classes(value);
    const std::int64_t offset = value.integer("offset");
    result.emplace_back(offset > 0 ? "above F*" : "below F*");
    if (std::abs(offset) < 64) {
      result.emplace_back("near F*");
    }
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    const int d = static_cast<int>(value.integer("d"));
    const T angle = isotropic_angle<T>(value);
    const auto coupling = rotated_of<T>(value);
    const T boundary = isotropic_crossover<T>(d, angle);
    const T f_squared = boundary * (T(1) + T(static_cast<int>(value.integer("offset"))) * T(offset_unit));
    const T pair = variance_in_constant_noise<T>(coupling, pair_field<T>(coupling)).at(f_squared);
    const T ot = variance_in_constant_noise<T>(coupling, optimal_transport_field<T>(coupling.target)).at(f_squared);
    const T claimed = variant == Variant::mutant ? T(boundary * (T(1) + T(1) / T(1000))) : boundary;
    const double gap = static_cast<double>(T((f_squared - claimed) / claimed));
    double margin = relative_excess<T>(pair, ot) / gap;
    margin = std::min(margin, quadratic_has_one_root(d, angle) ? margin : -1.0);
    margin = std::min(margin, asymptotic_slack(d, angle, boundary));
    return {margin, isotropic_rounding_bound<T>(d, angle) / std::abs(gap),
            fmt::format("F* {:.12g}, F {:.12g}: pair {:.12g}, OT {:.12g}", static_cast<double>(boundary),
                        static_cast<double>(f_squared), static_cast<double>(pair), static_cast<double>(ot))};
  }

 private:
  /// Leading coefficient positive, constant term negative.
  template <RealScalar T>
  static bool quadratic_has_one_root(int d, const T& angle) {
    const auto i = isotropic_integrals<T>(angle);
    return T(d + 2) * i.i3 - i.c_squared * i.i2 * i.i2 > T(0) && T(1) + T(d + 2) * i.mean_q - i.c_squared > T(0);
  }

  /// Within 10 degrees of an end: 1 - |remainder| / bound, with the remainder bounds phi^4/8 and c (relative).
  template <RealScalar T>
  static double asymptotic_slack(int d, const T& angle, const T& boundary) {
    using std::abs;
    using std::cos;
    const T ten_degrees = pi<T>() / T(18);
    if (angle < ten_degrees) {
      const T squared = angle * angle;
      const T remainder = boundary - (T(1) - T(d + 1) * squared / T(2 * d + 3));
      return static_cast<double>(
          T(T(1) - abs(remainder) * T(8) / (squared * squared) - T(64) * unit_roundoff<T>() / (squared * squared)));
    }
    if (angle > pi<T>() - ten_degrees) {
      const T c = cos(angle / T(2));
      const T leading = T(4 * (d + 5)) * c * c * c / (T(3 * (d + 1)) * pi<T>());
      return static_cast<double>(T(T(1) - abs(boundary / leading - T(1)) / c));
    }
    return 1.0;
  }
};

const Registration registered{std::make_unique<Crossover>()};

}  // namespace
}  // namespace straightedge::proofs
