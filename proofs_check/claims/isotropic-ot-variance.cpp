// The OT field, zero for M = I, has variance 16 d k^2 [ 1 + d (q_mean + F) + 2 q_mean - c^2 ] under the rotation and
// 8 d [ (2d+4)/3 + d F ] under independent pairing.
#include <fmt/format.h>
#include <isotropic.hpp>
#include <isotropic_identities.hpp>

#include <algorithm>

namespace straightedge::proofs {
namespace {

class IsotropicOtVariance final : public TieredClaim<IsotropicOtVariance> {
 public:
  const ClaimInfo& info() const override {
    static const ClaimInfo info{
        .id = "isotropic-ot-variance",
        .label = "beyond the paper",
        .order = 210,
        .statement =
            "The OT field's gradient variance is 16 d k^2 [1 + d (q_mean + F) + 2 q_mean - c^2] under the rotation "
            "and 8 d [(2d+4)/3 + d F] under independent pairing, q_mean = c^2 + k^2/3.",
        .hypotheses = "M = I, d even, rotation by one angle in (0, 180] degrees in every plane, constant noise F >= 0.",
        .margin =
            "1 - (larger relative error of the two closed forms against the integrated moments) / (rounding bound).",
        .refuted_by = "An angle, dimension and noise at which either pair differs by more than rounding explains.",
        .paper = "not in the paper",
        .mutant = "The term 2 q_mean is taken as 2 q_mean (1 + 1e-9)."};
    return info;
  }

  rc::Gen<Case> generator() const override {
    return gaussian_case({.smallest_d = 2,
                          .largest_d = 8,
                          .even_d = true,
                          .rotation = true,
                          .one_angle = true,
                          .sigma = true,
                          .isotropic = true});
  }
  std::vector<Case> planted() const override {
    return {isotropic(2, 120 * 16, 0), isotropic(4, 90 * 16, 256), isotropic(8, 10 * 16, 13),
            isotropic(2, 180 * 16, 26)};
  }
  const Proof* proof() const override {
    static const IdentityProof proof("every even d, phi in (0, 180] degrees, F >= 0",
                                     {zero_field_identity(2), zero_field_identity(4), rotation_identity()});
    return &proof;
  }
  bool admits(const Case& value) const override {
    const std::int64_t angle = value.list("angles").front();
    return has_one_angle(value) && angle > 0 && angle <= 180 * 16;
  }
  std::vector<std::string> classes(const Case& value) const override { return gaussian_classes(value); }

  template <RealScalar T>
  Judgement judge_in(const Case& value, Variant variant) const {
    const int d = static_cast<int>(value.integer("d"));
    const T angle = isotropic_angle<T>(value);
    const auto rotated = rotated_of<T>(value);
    const auto noise = constant_noise_of<T>(value);
    const T f_squared = noise.sigma * noise.sigma;
    const auto field = optimal_transport_field<T>(rotated.target);
    T expected = isotropic_ot_variance<T>(d, angle, f_squared);
    if (variant == Variant::mutant) {
      const auto integrals = isotropic_integrals<T>(angle);
      expected += T(32 * d) * integrals.k_squared * integrals.mean_q / T(1000000000);
    }
    const T found = gradient_variance<T>(rotated, noise, field);
    const double under_rotation = relative_error<T>(found, expected);
    const double independent =
        relative_error<T>(gradient_variance<T>(independent_coupling<T>(rotated.target), noise, field),
                          isotropic_independent_variance<T>(d, f_squared));
    // The field is zero, so S = I whatever the angle: only R - I is known to u/k.
    using std::sin;
    const double bound = static_cast<double>(T(T(64 * d) * unit_roundoff<T>() / sin(angle / T(2))));
    return judge_equality(
        std::max(under_rotation, independent), bound,
        fmt::format("under the rotation {:.17g}, closed form {:.17g}; relative errors {:.3g} and {:.3g}",
                    static_cast<double>(found), static_cast<double>(expected), under_rotation, independent));
  }
};

const Registration registered{std::make_unique<IsotropicOtVariance>()};

}  // namespace
}  // namespace straightedge::proofs
