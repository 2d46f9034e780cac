// The pair field's loss is 4 k^2 d F phi / sin phi and the OT field's 4 k^2 d: the loss prefers OT only for F > sin phi
// / phi, later than the gradient variance does. Between F* and sin phi / phi the two disagree about the better field.
#include <fmt/format.h>
#include <crossover_proof.hpp>
#include <isotropic.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

Case at_position(int d, int degrees, std::int64_t position) {
  Case value = isotropic(d, degrees * 16, 0);
  return value.set("position", position);
}

class LossAgainstVariance final : public TieredClaim<LossAgainstVariance> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "loss-against-variance",
        .label = "beyond the paper",
        .order = 320,
        .statement =
            "The pair field's loss is 4 k^2 d F phi/sin phi and the OT field's is 4 k^2 d; for F between F* and "
            "sin phi/phi the OT field has the lower gradient variance and the higher loss.",
        .hypotheses =
            "M = I, d even, rotation by one angle in (0, 180) degrees in every plane, constant noise strictly "
            "between F* and sin phi/phi (an interval that is never empty).",
        .margin =
            "The smallest of: (v_pair - v_OT)/(v_pair + v_OT) and (loss_OT - loss_pair)/(loss_OT + loss_pair), each "
            "divided by the distance of F from its own boundary relative to the interval; and 1 - relative error of "
            "the two losses / rounding bound.",
        .refuted_by =
            "A noise between the two boundaries at which loss and variance agree; a loss that differs from its "
            "closed form; an angle with F* >= sin phi/phi.",
        .paper = "not in the paper",
        .mutant = "The upper boundary is taken as (sin phi/phi)(1 + 1e-3)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    const auto base = gaussian_case(
        {.smallest_d = 2, .largest_d = 8, .even_d = true, .rotation = true, .one_angle = true, .isotropic = true});
    return with_list(base, "position", integers_in(1, 1, 65535));
  }
  std::vector<Case> planted() const override {
    return {at_position(2, 120, 65535), at_position(4, 60, 65535), at_position(2, 120, 1), at_position(8, 150, 32768),
            at_position(2, 10, 32768)};
  }
  const Proof* proof() const override {
    static const LossAgainstVarianceProof proof;
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    const std::int64_t position = value.integer("position");
    return has_one_angle(value) && angle > 0 && angle < 180 * 16 && position > 0 && position < 65536;
  }
  std::vector<std::string> classes(const Case& value) const override {
    std::vector<std::string> result = gaussian_classes(value);
    const std::int64_t position = value.integer("position");
    if (position < 1024 || position > 65536 - 1024) {
      result.emplace_back("near a boundary");
    }
    return result;
  }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    using std::sin;
    using std::sqrt;
    const int d = static_cast<int>(value.integer("d"));
    const T angle = isotropic_angle<T>(value);
    const auto coupling = rotated_of<T>(value);
    const auto pair = pair_field<T>(coupling);
    const auto ot = optimal_transport_field<T>(coupling.target);
    const T lower = isotropic_crossover<T>(d, angle);
    T upper = sin(angle) / angle;
    if (variant == Variant::mutant) {
      upper += upper / T(1000);
    }
    const T place = T(static_cast<int>(value.integer("position"))) / T(65536);
    const T width = upper - lower;
    const T f_squared = lower + place * width;
    const NoiseSchedule<T> noise{NoiseKind::constant, T(sqrt(f_squared)), RegressionTarget::displacement};
    const T pair_loss = loss<T>(coupling, noise, pair);
    const T ot_loss = loss<T>(coupling, noise, ot);
    const double variance_order = relative_excess<T>(variance_in_constant_noise<T>(coupling, pair).at(f_squared),
                                                     variance_in_constant_noise<T>(coupling, ot).at(f_squared)) /
                                  static_cast<double>(place);
    const double loss_order = relative_excess<T>(ot_loss, pair_loss) / static_cast<double>(T(T(1) - place));
    const T unit = T(4 * d) * sin(angle / T(2)) * sin(angle / T(2));
    const double bound = isotropic_rounding_bound<T>(d, angle);
    const double error =
        std::max(relative_error<T>(pair_loss, unit * f_squared * angle / sin(angle)), relative_error<T>(ot_loss, unit));
    // Both orders are quotients by a distance that can be small: their errors grow with its inverse.
    const double nearest = static_cast<double>(std::min<T>(place, T(T(1) - place)));
    return {std::min({variance_order, loss_order, 1 - error / bound, width > T(0) ? 1.0 : -1.0}), bound / nearest,
            fmt::format("F* {:.12g} < F {:.12g} < {:.12g}: losses {:.12g} (pair), {:.12g} (OT)",
                        static_cast<double>(lower), static_cast<double>(f_squared), static_cast<double>(upper),
                        static_cast<double>(pair_loss), static_cast<double>(ot_loss))};
  }
};

const Registration registered{std::make_unique<LossAgainstVariance>()};

}  // namespace
}  // namespace straightedge::proofs
